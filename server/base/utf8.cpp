#include "base/utf8.hpp"

#include <cstdint>
#include <cstring>

#include "base/assert.hpp"

namespace parley {
namespace {

constexpr bool is_continuation(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

/// Length of the code point at the front of `p`, 0 when it is not valid (RFC 3629 §4, table of well-formed sequences).
std::size_t valid_length(const unsigned char* p, std::size_t left) {
  const unsigned char lead = p[0];
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  if (lead < 0xE0) return left >= 2 && is_continuation(p[1]) ? 2 : 0;
  if (lead < 0xF0) {
    if (left < 3 || !is_continuation(p[1]) || !is_continuation(p[2])) return 0;
    const bool overlong = lead == 0xE0 && p[1] < 0xA0;
    const bool surrogate = lead == 0xED && p[1] > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  if (left < 4 || !is_continuation(p[1]) || !is_continuation(p[2]) || !is_continuation(p[3])) return 0;
  const bool overlong = lead == 0xF0 && p[1] < 0x90;
  const bool too_high = lead == 0xF4 && p[1] > 0x8F;
  return overlong || too_high ? 0 : 4;
}

/// Length by the lead byte alone, for text known to be valid.
constexpr std::size_t length_of_lead(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xE0) return 2;
  return lead < 0xF0 ? 3 : 4;
}

}  // namespace

std::optional<std::size_t> count_code_points(std::string_view text) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t left = text.size();
  std::size_t count = 0;
  while (left > 0) {
    if (left >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, p, 8);
      if ((word & 0x8080808080808080ULL) == 0) {
        p += 8;
        left -= 8;
        count += 8;
        continue;
      }
    }
    const std::size_t length = valid_length(p, left);
    if (length == 0) return std::nullopt;
    p += length;
    left -= length;
    ++count;
  }
  return count;
}

bool is_valid_utf8(std::string_view text) {
  return count_code_points(text).has_value();
}

std::string_view utf8_prefix_bytes(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  while (end > 0 && is_continuation(static_cast<unsigned char>(text[end]))) --end;
  return text.substr(0, end);
}

std::string_view utf8_prefix(std::string_view text, std::size_t max_code_points) {
  std::size_t end = 0;
  for (std::size_t count = 0; end < text.size() && count < max_code_points; ++count) {
    end += length_of_lead(static_cast<unsigned char>(text[end]));
  }
  return text.substr(0, end);
}

char32_t pop_code_point(std::string_view& text) {
  PARLEY_ASSERT(!text.empty());
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = length_of_lead(lead);
  PARLEY_ASSERT(length <= text.size());
  char32_t code_point = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    code_point = (code_point << 6) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  text.remove_prefix(length);
  return code_point;
}

void append_utf8(std::string& text, char32_t c) {
  const auto add = [&text](char32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xC0 | (c >> 6));
    add(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    add(0xE0 | (c >> 12));
    add(0x80 | ((c >> 6) & 0x3F));
    add(0x80 | (c & 0x3F));
  } else {
    add(0xF0 | (c >> 18));
    add(0x80 | ((c >> 12) & 0x3F));
    add(0x80 | ((c >> 6) & 0x3F));
    add(0x80 | (c & 0x3F));
  }
}

}  // namespace parley
