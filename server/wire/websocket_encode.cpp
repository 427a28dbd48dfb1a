#include <cstring>

#include "wire/websocket.hpp"

namespace parley {
namespace {

WebSocketHeader make_header(WebSocketOpcode opcode, std::size_t payload_bytes, bool final, std::uint8_t mask_bit) {
  WebSocketHeader header;
  header.bytes[0] = static_cast<char>((final ? 0x80U : 0U) | static_cast<std::uint8_t>(opcode));
  std::size_t length_bytes = 0;
  std::uint8_t marker = static_cast<std::uint8_t>(payload_bytes);
  if (payload_bytes > 65535) {
    length_bytes = 8;
    marker = 127;
  } else if (payload_bytes > 125) {
    length_bytes = 2;
    marker = 126;
  }
  header.bytes[1] = static_cast<char>(marker | mask_bit);
  for (std::size_t i = 0; i < length_bytes; ++i) {
    header.bytes[2 + i] = static_cast<char>(static_cast<std::uint64_t>(payload_bytes) >> (8 * (length_bytes - 1 - i)));
  }
  header.size = static_cast<std::uint8_t>(2 + length_bytes);
  return header;
}

}  // namespace

void apply_web_socket_mask(std::span<char> bytes, const std::array<std::uint8_t, 4>& key, std::size_t phase) {
  std::array<std::uint8_t, 8> turned{};
  for (std::size_t i = 0; i < 8; ++i) turned[i] = key[(phase + i) & 3U];
  std::uint64_t mask = 0;
  std::memcpy(&mask, turned.data(), 8);
  char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    word ^= mask;
    std::memcpy(at, &word, 8);
  }
  for (std::size_t i = 0; i < left; ++i) at[i] = static_cast<char>(static_cast<std::uint8_t>(at[i]) ^ turned[i]);
}

WebSocketHeader make_web_socket_header(WebSocketOpcode opcode, std::size_t payload_bytes, bool final) {
  return make_header(opcode, payload_bytes, final, 0);
}

WebSocketHeader make_masked_web_socket_header(WebSocketOpcode opcode, std::size_t payload_bytes,
                                              const std::array<std::uint8_t, 4>& key, bool final) {
  WebSocketHeader header = make_header(opcode, payload_bytes, final, 0x80);
  std::memcpy(header.bytes.data() + header.size, key.data(), key.size());
  header.size = static_cast<std::uint8_t>(header.size + key.size());
  return header;
}

void append_masked_web_socket_frame(std::string& out, WebSocketOpcode opcode, std::string_view payload,
                                    const std::array<std::uint8_t, 4>& key, bool final) {
  out.append(make_masked_web_socket_header(opcode, payload.size(), key, final).view());
  const std::size_t start = out.size();
  out.append(payload);
  apply_web_socket_mask(std::span(out).subspan(start), key);
}

std::string make_web_socket_close_payload(std::uint16_t code, std::string_view reason) {
  if (code == kCloseNoStatus) return {};
  if (reason.size() > 123) {
    std::size_t end = 123;
    while (end > 0 && (static_cast<std::uint8_t>(reason[end]) & 0xC0U) == 0x80U) --end;
    reason = reason.substr(0, end);
  }
  std::string payload;
  payload.push_back(static_cast<char>(code >> 8U));
  payload.push_back(static_cast<char>(code & 0xFFU));
  payload.append(reason);
  return payload;
}

}  // namespace parley
