#include "wire/websocket.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/utf8.hpp"

namespace parley {
namespace {

constexpr std::size_t kMaxControl = 125;
constexpr std::size_t kMaxHeader = 14;

bool is_control(WebSocketOpcode opcode) {
  return (static_cast<std::uint8_t>(opcode) & 0x8U) != 0;
}

bool is_known(std::uint8_t opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (char c : bytes) value = (value << 8U) | static_cast<std::uint8_t>(c);
  return value;
}

WebSocketFault protocol_error(std::string_view text) {
  return {kCloseProtocolError, text};
}

}  // namespace

struct WebSocketParser::Header {
  std::uint64_t payload = 0;
  std::array<std::uint8_t, 4> key{};
  std::uint8_t size = 0;  // 0: more bytes are needed
  WebSocketOpcode opcode = WebSocketOpcode::continuation;
  bool final = false;
  bool masked = false;
};

struct WebSocketParser::Partial {
  std::array<char, kMaxHeader> head;
  std::uint8_t head_size = 0;  // bytes of a header that is not whole yet
  bool in_frame = false;       // the header is whole, its payload is not
  bool in_message = false;     // a fragmented message has begun
  bool message_is_text = false;
  Header frame;
  std::uint64_t remaining = 0;
  std::size_t phase = 0;
  std::string message;  // payload of the message so far
  std::string control;  // payload of a control frame in pieces
};

bool is_valid_close_code(std::uint16_t code) {
  if (code >= 3000 && code <= 4999) return true;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

WebSocketParser::WebSocketParser(Role role, std::size_t message_limit) : message_limit_(0), role_(role) {
  set_message_limit(message_limit);
}
WebSocketParser::~WebSocketParser() = default;
WebSocketParser::WebSocketParser(WebSocketParser&&) noexcept = default;
WebSocketParser& WebSocketParser::operator=(WebSocketParser&&) noexcept = default;

void WebSocketParser::set_message_limit(std::size_t bytes) {
  message_limit_ = static_cast<std::uint32_t>(std::min<std::size_t>(bytes, std::numeric_limits<std::uint32_t>::max()));
}

std::size_t WebSocketParser::held_bytes() const {
  return partial_ ? sizeof(Partial) + partial_->message.capacity() + partial_->control.capacity() : 0;
}

WebSocketParser::Partial& WebSocketParser::partial() {
  if (!partial_) partial_ = std::make_unique<Partial>();
  return *partial_;
}

void WebSocketParser::release_if_idle() {
  if (partial_ && !partial_->in_frame && !partial_->in_message && partial_->head_size == 0) partial_.reset();
}

// Complains about the first byte that is wrong even when the rest of the header has not come yet: no event lies
// between, so the outcome is the same for every way to cut the input.
std::optional<WebSocketFault> WebSocketParser::decode_header(std::string_view bytes, Role role, Header& header) {
  header.size = 0;
  if (bytes.empty()) return std::nullopt;
  const auto first = static_cast<std::uint8_t>(bytes[0]);
  if ((first & 0x70U) != 0) return protocol_error("reserved bits are set");
  const std::uint8_t opcode = first & 0x0FU;
  if (!is_known(opcode)) return protocol_error("unknown opcode");
  header.opcode = static_cast<WebSocketOpcode>(opcode);
  header.final = (first & 0x80U) != 0;
  if (is_control(header.opcode) && !header.final) return protocol_error("control frame is fragmented");
  if (bytes.size() < 2) return std::nullopt;

  const auto second = static_cast<std::uint8_t>(bytes[1]);
  header.masked = (second & 0x80U) != 0;
  if (header.masked != (role == Role::server)) {
    return protocol_error(header.masked ? "server frame is masked" : "client frame is not masked");
  }
  header.payload = second & 0x7FU;
  if (is_control(header.opcode) && header.payload > kMaxControl) return protocol_error("control frame is too long");
  std::size_t length_bytes = 0;
  if (header.payload == 126) length_bytes = 2;
  if (header.payload == 127) length_bytes = 8;
  if (bytes.size() < 2 + length_bytes) return std::nullopt;
  if (length_bytes != 0) {
    header.payload = big_endian(bytes.substr(2, length_bytes));
    const std::uint64_t least = length_bytes == 2 ? 126 : 65536;
    if (header.payload < least) return protocol_error("length is not minimally encoded");
    if ((header.payload >> 63U) != 0) return protocol_error("length has its highest bit set");
  }
  const std::size_t size = 2 + length_bytes + (header.masked ? 4 : 0);
  if (bytes.size() < size) return std::nullopt;
  if (header.masked) std::memcpy(header.key.data(), bytes.data() + 2 + length_bytes, 4);
  header.size = static_cast<std::uint8_t>(size);
  return std::nullopt;
}

std::optional<WebSocketFault> WebSocketParser::admit(const Header& header) const {
  if (is_control(header.opcode)) return std::nullopt;
  const bool in_message = partial_ && partial_->in_message;
  if (in_message != (header.opcode == WebSocketOpcode::continuation)) {
    return protocol_error(in_message ? "message inside a fragmented message" : "continuation of nothing");
  }
  const std::uint64_t before = in_message ? partial_->message.size() : 0;
  if (before > message_limit_ || header.payload > message_limit_ - before) {
    return WebSocketFault{kCloseTooLarge, "message is over the limit"};
  }
  return std::nullopt;
}

std::optional<WebSocketFault> WebSocketParser::feed(std::span<char> input, WebSocketSink& sink) {
  std::optional<WebSocketFault> fault;
  while (!finished_ && !input.empty() && !fault) {
    fault = partial_ && partial_->in_frame ? continue_frame(input, sink) : start_frame(input, sink);
  }
  if (fault) finished_ = true;
  if (finished_) {
    partial_.reset();
  } else {
    release_if_idle();
  }
  return fault;
}

std::optional<WebSocketFault> WebSocketParser::start_frame(std::span<char>& input, WebSocketSink& sink) {
  Header header;
  const std::size_t held = partial_ ? partial_->head_size : 0;
  std::size_t taken = 0;
  if (held == 0) {
    if (auto fault = decode_header({input.data(), std::min(input.size(), kMaxHeader)}, role_, header)) return fault;
    taken = header.size;
  } else {
    Partial& p = *partial_;
    const std::size_t more = std::min(kMaxHeader - held, input.size());
    std::memcpy(p.head.data() + held, input.data(), more);
    if (auto fault = decode_header({p.head.data(), held + more}, role_, header)) return fault;
    if (header.size != 0) taken = header.size - held;
  }
  if (header.size == 0) {
    Partial& p = partial();
    if (held == 0) std::memcpy(p.head.data(), input.data(), input.size());
    p.head_size = static_cast<std::uint8_t>(held + input.size());
    input = {};
    return std::nullopt;
  }
  if (partial_) partial_->head_size = 0;
  input = input.subspan(taken);
  if (auto fault = admit(header)) return fault;

  if (header.payload <= input.size()) {
    auto payload = input.first(static_cast<std::size_t>(header.payload));
    input = input.subspan(payload.size());
    if (header.masked) apply_web_socket_mask(payload, header.key);
    const std::string_view view(payload.data(), payload.size());
    return is_control(header.opcode) ? finish_control(header, view, sink) : finish_data(header, view, sink);
  }
  Partial& p = partial();
  p.in_frame = true;
  p.frame = header;
  p.remaining = header.payload;
  p.phase = 0;
  return input.empty() ? std::nullopt : continue_frame(input, sink);
}

std::optional<WebSocketFault> WebSocketParser::continue_frame(std::span<char>& input, WebSocketSink& sink) {
  Partial& p = *partial_;
  auto piece = input.first(static_cast<std::size_t>(std::min<std::uint64_t>(p.remaining, input.size())));
  input = input.subspan(piece.size());
  if (p.frame.masked) apply_web_socket_mask(piece, p.frame.key, p.phase);
  p.phase = (p.phase + piece.size()) & 3U;
  p.remaining -= piece.size();
  // Grows with what has come, not with what was announced: a header alone must not cost the announced memory.
  (is_control(p.frame.opcode) ? p.control : p.message).append(piece.data(), piece.size());
  if (p.remaining != 0) return std::nullopt;

  p.in_frame = false;
  const Header header = p.frame;
  if (is_control(header.opcode)) {
    const std::string payload = std::move(p.control);
    p.control.clear();
    return finish_control(header, payload, sink);
  }
  return finish_data(header, {}, sink);
}

// `payload` is what the partial message does not hold yet.
std::optional<WebSocketFault> WebSocketParser::finish_data(const Header& header, std::string_view payload,
                                                           WebSocketSink& sink) {
  const bool first = header.opcode != WebSocketOpcode::continuation;
  if (first && header.final && (!partial_ || partial_->message.empty())) {
    if (header.opcode == WebSocketOpcode::text && !count_code_points(payload)) {
      return WebSocketFault{kCloseInvalidText, "text is not valid UTF-8"};
    }
    sink.on_web_socket_message(header.opcode, payload);
    return std::nullopt;
  }
  Partial& p = partial();
  if (first) p.message_is_text = header.opcode == WebSocketOpcode::text;
  p.message.append(payload);
  p.in_message = !header.final;
  if (!header.final) return std::nullopt;

  const std::string message = std::move(p.message);
  p.message.clear();
  if (p.message_is_text && !count_code_points(message)) {
    return WebSocketFault{kCloseInvalidText, "text is not valid UTF-8"};
  }
  sink.on_web_socket_message(p.message_is_text ? WebSocketOpcode::text : WebSocketOpcode::binary, message);
  return std::nullopt;
}

std::optional<WebSocketFault> WebSocketParser::finish_control(const Header& header, std::string_view payload,
                                                              WebSocketSink& sink) {
  if (header.opcode == WebSocketOpcode::ping) {
    sink.on_web_socket_ping(payload);
    return std::nullopt;
  }
  if (header.opcode == WebSocketOpcode::pong) {
    sink.on_web_socket_pong(payload);
    return std::nullopt;
  }
  std::uint16_t code = kCloseNoStatus;
  std::string_view reason;
  if (!payload.empty()) {
    if (payload.size() == 1) return protocol_error("close frame of one byte");
    code = static_cast<std::uint16_t>(big_endian(payload.substr(0, 2)));
    reason = payload.substr(2);
    if (!is_valid_close_code(code)) return protocol_error("close code is not allowed");
    if (!count_code_points(reason)) return WebSocketFault{kCloseInvalidText, "close reason is not valid UTF-8"};
  }
  finished_ = true;
  sink.on_web_socket_close(code, reason);
  return std::nullopt;
}

}  // namespace parley
