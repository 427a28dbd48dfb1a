// An HTTP/1.1 connection: one request after the other, until it closes or becomes a WebSocket. For this folder's .cpp
// files.
#pragma once

#include <optional>

#include "gateway/client_address.hpp"
#include "gateway/http_parser.hpp"
#include "gateway/stream_connection.hpp"

namespace parley {

class HttpConnection final : public StreamConnection {
 public:
  /// Begins to serve. With a `refusal` the first request is answered by it.
  static void open(ConnectionTable& table, Stream stream, AdmissionTicket ticket, const ClientAddress& peer,
                   std::optional<Error> refusal);
  HttpConnection(ConnectionTable& table, Stream stream, AdmissionTicket ticket, const ClientAddress& peer,
                 std::optional<Error> refusal);
  ~HttpConnection() override;

  Duration on_deadline(Duration now) override;
  void on_shutdown(std::uint16_t code, std::string_view reason) override;

 private:
  enum class Phase : std::uint8_t { idle, head, body, handling, writing, lingering };
  struct Responder;

  void on_input(std::span<char> bytes) override;
  void on_end() override;
  void on_flushed() override;
  void on_dropped() override;

  [[nodiscard]] bool is_reading() const { return phase_ <= Phase::body; }
  void enter(Phase phase, std::uint64_t limit_ms);
  /// Goes as far as the bytes that are here allow.
  void process();
  void wait_for_bytes();
  void on_request();
  void upgrade(const HttpRequest& request, const ClientAddress& client);
  void respond(HttpResponse response);
  void write(HttpResponse response, bool keep_alive);
  void refuse(const Error& error);
  PeerInfo peer_info(const HttpRequest& request, const ClientAddress& client);

  HttpParser parser_;
  ClientAddress peer_;
  std::string origin_;  // of the request in hand
  std::optional<Error> refusal_;
  Duration due_{};
  std::size_t waiting_before_ = 0;
  Phase phase_ = Phase::idle;
  bool processing_ = false;
  bool said_continue_ = false;
  bool keep_alive_ = false;
  bool head_only_ = false;
  bool ended_ = false;
};

}  // namespace parley
