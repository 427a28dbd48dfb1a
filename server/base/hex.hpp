// Hexadecimal text (RFC 4648 §8), written in lower case.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley {

/// 0 to 15, or -1 when `c` is no hexadecimal digit (either case).
constexpr int hex_digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string hex_encode(std::string_view bytes);
/// Either case; nullopt for an odd length or anything that is no digit.
std::optional<std::string> hex_decode(std::string_view text);

}  // namespace parley
