// A WebSocket connection: frames in, frames out, liveness, closing. For this folder's .cpp files.
#pragma once

#include "gateway/stream_connection.hpp"
#include "node/connection.hpp"
#include "wire/websocket.hpp"

namespace parley {

class WebSocketConnection final : public StreamConnection, public Connection, private WebSocketSink {
 public:
  /// Takes over after the handshake; `outbox` holds its answer, `rest` what the peer sent behind its request.
  static void open(ConnectionTable& table, Stream stream, AdmissionTicket ticket, std::unique_ptr<Outbox> outbox,
                   const PeerInfo& peer, std::string rest);
  WebSocketConnection(ConnectionTable& table, Stream stream, AdmissionTicket ticket, std::unique_ptr<Outbox> outbox);

  void send(FrameKind kind, std::string_view payload) override;
  void send(FrameKind kind, std::shared_ptr<const std::string> payload) override;
  [[nodiscard]] std::size_t queued_bytes() const override { return waiting_bytes(); }
  [[nodiscard]] std::string peer_address() const override { return StreamConnection::peer_address(); }
  void ping() override;
  void close(std::uint16_t code, std::string_view reason) override;
  void set_message_limit(std::size_t bytes) override { parser_.set_message_limit(bytes); }
  void established() override;

  Duration on_deadline(Duration now) override;
  void on_shutdown(std::uint16_t code, std::string_view reason) override { close(code, reason); }

 private:
  /// open: both ways. closing: our close frame is queued, theirs has not come. closed: both have, or the peer broke the
  /// protocol; the socket goes when all is written and, after a breach, the peer has seen it.
  enum class Phase : std::uint8_t { open, closing, closed, failed };

  void on_input(std::span<char> bytes) override;
  void on_end() override;
  void on_flushed() override;
  void on_dropped() override;
  void on_web_socket_message(WebSocketOpcode opcode, std::string_view payload) override;
  void on_web_socket_ping(std::string_view payload) override;
  void on_web_socket_pong(std::string_view payload) override;
  void on_web_socket_close(std::uint16_t code, std::string_view reason) override;

  void send_control(WebSocketOpcode opcode, std::string_view payload);
  void fail(std::uint16_t code, std::string_view reason);
  void begin_closing(Phase phase);
  void end_handler();

  std::unique_ptr<ConnectionHandler> handler_;
  WebSocketParser parser_;
  Duration heard_at_;
  Duration due_{};                 // of hello, then of the close handshake
  std::uint32_t hello_bytes_ = 0;  // received before established()
  Phase phase_ = Phase::open;
  bool established_ = false;
  bool pinged_ = false;  // since heard_at_
};

}  // namespace parley
