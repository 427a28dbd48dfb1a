// Protobuf's wire format written by hand (encoding: varints, tag = number << 3 | wire type), for the few messages that
// are too hot to build as objects. Everything else uses the generated classes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley::wire {

constexpr std::size_t varint_size(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

inline void put_varint(std::string& out, std::uint64_t value) {
  char buffer[10];
  std::size_t size = 0;
  while (value >= 0x80) {
    buffer[size++] = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  buffer[size++] = static_cast<char>(value);
  out.append(buffer, size);
}

/// Takes a varint off the front of `in`. False for one that is cut off, over 64 bits or longer than it need be.
inline bool take_varint(std::string_view& in, std::uint64_t& value) {
  value = 0;
  for (std::size_t i = 0; i < in.size() && i < 10; ++i) {
    const auto byte = static_cast<std::uint8_t>(in[i]);
    if (i == 9 && byte > 1) return false;
    value |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      in.remove_prefix(i + 1);
      return i == 0 || byte != 0;
    }
  }
  return false;
}

// Sizes and writers of whole fields. A varint field of value 0 is left out, as proto3 does.
constexpr std::size_t bytes_field_size(std::uint32_t number, std::size_t size) {
  return varint_size(number << 3) + varint_size(size) + size;
}
constexpr std::size_t varint_field_size(std::uint32_t number, std::uint64_t value) {
  return value == 0 ? 0 : varint_size(number << 3) + varint_size(value);
}
/// Tag and length; the caller appends `size` bytes.
inline void put_length(std::string& out, std::uint32_t number, std::size_t size) {
  put_varint(out, number << 3 | 2);
  put_varint(out, size);
}
inline void put_bytes_field(std::string& out, std::uint32_t number, std::string_view bytes) {
  put_length(out, number, bytes.size());
  out.append(bytes);
}
inline void put_varint_field(std::string& out, std::uint32_t number, std::uint64_t value) {
  if (value == 0) return;
  put_varint(out, number << 3);
  put_varint(out, value);
}

}  // namespace parley::wire
