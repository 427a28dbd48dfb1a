// WebSocket framing (RFC 6455), both roles, without I/O. Extensions are never negotiated, so RSV bits must be zero.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace parley {

enum class WebSocketOpcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// Close codes of RFC 6455 §7.4.1 that this end sends or reports.
inline constexpr std::uint16_t kCloseNormal = 1000;
inline constexpr std::uint16_t kCloseGoingAway = 1001;
inline constexpr std::uint16_t kCloseProtocolError = 1002;
inline constexpr std::uint16_t kCloseNoStatus = 1005;  // reported for an empty close frame; never sent
inline constexpr std::uint16_t kCloseInvalidText = 1007;
inline constexpr std::uint16_t kCloseTooLarge = 1009;
inline constexpr std::uint16_t kCloseInternal = 1011;

/// True for codes that may stand in a close frame: registered ones except the reserved 1004, 1005, 1006, 1015, and
/// 3000-4999.
bool is_valid_close_code(std::uint16_t code);

/// What the parser finds, in the order of the bytes. Views are valid during the call only.
class WebSocketSink {
 public:
  virtual ~WebSocketSink() = default;
  /// A whole message, reassembled; text is valid UTF-8.
  virtual void on_web_socket_message(WebSocketOpcode opcode, std::string_view payload) = 0;
  virtual void on_web_socket_ping(std::string_view payload) = 0;
  virtual void on_web_socket_pong(std::string_view payload) = 0;
  /// The peer's close frame (kCloseNoStatus where it was empty). Nothing follows it.
  virtual void on_web_socket_close(std::uint16_t code, std::string_view reason) = 0;
};

/// A breach of the protocol: fail the connection with this close code.
struct WebSocketFault {
  std::uint16_t close_code = kCloseProtocolError;
  std::string_view text;  // static storage, for logs and the close reason
};

/// Incremental parser. Sixteen bytes while between frames; a frame that is whole in the input is handed out from where
/// it stands, and only a frame or message in pieces is copied, into memory that is released when it is complete. The
/// outcome depends on the bytes only, never on how they were cut.
class WebSocketParser {
 public:
  enum class Role : std::uint8_t { server, client };

  /// A server demands masked frames, a client unmasked ones. `message_limit` bounds the payload of a whole message.
  WebSocketParser(Role role, std::size_t message_limit);
  ~WebSocketParser();
  WebSocketParser(WebSocketParser&&) noexcept;
  WebSocketParser& operator=(WebSocketParser&&) noexcept;

  /// Consumes all of `input`, unmasking it in place. After a fault or a close frame everything is ignored. The sink may
  /// call set_message_limit, nothing else of this object.
  [[nodiscard]] std::optional<WebSocketFault> feed(std::span<char> input, WebSocketSink& sink);

  /// Holds from the next frame header on.
  void set_message_limit(std::size_t bytes);
  /// True after a fault or the peer's close frame.
  [[nodiscard]] bool finished() const { return finished_; }
  /// Bytes of heap in use; 0 between messages.
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  struct Partial;
  struct Header;

  static std::optional<WebSocketFault> decode_header(std::string_view bytes, Role role, Header& header);
  [[nodiscard]] std::optional<WebSocketFault> admit(const Header& header) const;
  std::optional<WebSocketFault> start_frame(std::span<char>& input, WebSocketSink& sink);
  std::optional<WebSocketFault> continue_frame(std::span<char>& input, WebSocketSink& sink);
  std::optional<WebSocketFault> finish_data(const Header& header, std::string_view payload, WebSocketSink& sink);
  std::optional<WebSocketFault> finish_control(const Header& header, std::string_view payload, WebSocketSink& sink);
  Partial& partial();
  void release_if_idle();

  std::unique_ptr<Partial> partial_;
  std::uint32_t message_limit_;
  Role role_;
  bool finished_ = false;
};

/// XORs `bytes` with the repeated mask key, starting at key byte `phase` (0-3).
void apply_web_socket_mask(std::span<char> bytes, const std::array<std::uint8_t, 4>& key, std::size_t phase = 0);

/// The bytes before a payload: 2 to 14.
struct WebSocketHeader {
  std::array<char, 14> bytes;
  std::uint8_t size = 0;
  [[nodiscard]] std::string_view view() const { return {bytes.data(), size}; }
};

/// Header of an unmasked (server) frame.
WebSocketHeader make_web_socket_header(WebSocketOpcode opcode, std::size_t payload_bytes, bool final = true);
/// Header of a masked (client) frame; the payload has to be masked with the same key.
WebSocketHeader make_masked_web_socket_header(WebSocketOpcode opcode, std::size_t payload_bytes,
                                              const std::array<std::uint8_t, 4>& key, bool final = true);
/// A whole client frame: header and masked copy of `payload` appended to `out`.
void append_masked_web_socket_frame(std::string& out, WebSocketOpcode opcode, std::string_view payload,
                                    const std::array<std::uint8_t, 4>& key, bool final = true);
/// Payload of a close frame; empty for kCloseNoStatus. `reason` is cut to 123 bytes at a code point.
std::string make_web_socket_close_payload(std::uint16_t code, std::string_view reason);

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 §4.2.2).
std::string web_socket_accept(std::string_view key);
/// True when `key` is the base64 form of 16 bytes.
bool is_valid_web_socket_key(std::string_view key);

}  // namespace parley
