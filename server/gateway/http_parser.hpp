// HTTP/1.1 requests out of bytes (RFC 9112), without a socket. Strict where leniency lets a proxy and this server
// disagree about where a request ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/chunked_body.hpp"
#include "gateway/http_message.hpp"

namespace parley {

class HttpParser {
 public:
  enum class State { head, body, complete, failed };

  /// Bounds of one request: request line and headers; the body, chunk framing not counted.
  HttpParser(std::size_t header_bytes, std::size_t body_bytes);

  /// Adds bytes and goes as far as they allow; what follows a complete request is kept for the next one.
  State feed(std::string_view bytes);
  [[nodiscard]] State state() const { return state_; }
  /// Why, in state failed: malformed, headers_too_large or too_large.
  [[nodiscard]] const Error& error() const { return error_; }
  /// The request has begun: some of its bytes are here.
  [[nodiscard]] bool started() const;

  /// From state body on. A 100-continue is expected before the body.
  [[nodiscard]] bool expects_continue() const { return expects_continue_; }
  /// From state body on. The client wants an upgrade to WebSocket: `Connection: upgrade` and `Upgrade: websocket`.
  [[nodiscard]] bool wants_web_socket() const { return wants_web_socket_; }
  /// State complete: whether the connection may be kept afterwards.
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  [[nodiscard]] bool is_head() const { return is_head_; }
  [[nodiscard]] bool is_http_1_1() const { return is_http_1_1_; }

  /// State complete: the request (without peer), once.
  HttpRequest take_request();
  /// After take_request(): goes on with what was kept. Returns the new state.
  State next();
  /// After take_request(): the bytes behind the request, for another protocol.
  std::string take_rest();

 private:
  struct Head;

  void restart();
  State advance();
  State fail(Error error);
  State read_head();
  State read_body();
  State accept_head(const Head& head);
  bool take_target(std::string_view target);

  std::string buffer_;
  std::size_t searched_ = 0;  // bytes of buffer_ that hold no end of a head
  std::size_t header_bytes_;
  std::size_t body_bytes_;
  State state_ = State::head;
  Error error_;
  HttpRequest request_;
  std::optional<ChunkedBody> chunks_;
  std::uint64_t body_left_ = 0;
  bool expects_continue_ = false;
  bool wants_web_socket_ = false;
  bool keep_alive_ = false;
  bool is_head_ = false;
  bool is_http_1_1_ = false;
};

/// True when the comma-separated list `value` has `token` (compared without case).
bool has_token(std::string_view value, std::string_view token);
/// ASCII only.
std::string to_lower_ascii(std::string_view text);

}  // namespace parley
