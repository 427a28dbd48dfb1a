// One WebSocket connection of a client, non-blocking: connecting, the upgrade, messages both ways.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/event_loop.hpp"
#include "bench/socket.hpp"
#include "wire/websocket.hpp"

namespace parley::bench {

/// Told from the loop only, never from within a call of the connection. May call send() and close() of it, and open()
/// after the connection ended.
class ConnectionUser {
 public:
  virtual ~ConnectionUser() = default;
  virtual void on_open() = 0;
  virtual void on_message(std::string_view payload) = 0;
  virtual void on_ping() = 0;
  /// The connection or the attempt ended by itself. `close_code` 0: no close frame; then `why` says what happened.
  virtual void on_end(std::uint16_t close_code, const std::string& why) = 0;
};

class Connection final : public Watcher, private WebSocketSink {
 public:
  /// The references must outlive the connection, and the connection the loop's run.
  Connection(EventLoop& loop, const Address& address, ConnectionUser& user);
  ~Connection() override;

  /// Starts at the end of the turn.
  void open();
  /// One binary message; written at the end of the turn.
  void send(std::string_view payload);
  /// A close frame where that is possible, then the end. on_end is not called.
  void close(std::uint16_t code);

  void on_ready(bool readable, bool writable) override;

 private:
  enum class Phase : std::uint8_t { closed, opening, connecting, upgrading, open };

  void start();
  void connected();
  void read();
  void take(std::span<char> bytes);
  void upgraded(std::span<char> bytes);
  void write_soon();
  void flush();
  void end(std::uint16_t code, const std::string& why);
  void drop();
  void put_frame(WebSocketOpcode opcode, std::string_view payload);

  void on_web_socket_message(WebSocketOpcode opcode, std::string_view payload) override;
  void on_web_socket_ping(std::string_view payload) override;
  void on_web_socket_pong(std::string_view payload) override;
  void on_web_socket_close(std::uint16_t code, std::string_view reason) override;

  EventLoop& loop_;
  const Address& address_;
  ConnectionUser& user_;
  WebSocketParser parser_;
  std::string out_;
  std::string answer_;      // of the upgrade, until it is whole
  std::uint64_t life_ = 0;  // counts connections, so that late work of an earlier one is recognised
  std::uint16_t peer_code_ = 0;
  int fd_ = -1;
  Phase phase_ = Phase::closed;
  bool dirty_ = false;
  bool wants_write_ = false;
};

/// Unpredictable only to machines in between: frames are masked for proxies' sake (RFC 6455 §10.3).
std::uint64_t fast_random();

}  // namespace parley::bench
