#include "base/id.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/base64.hpp"
#include "base/hex.hpp"

namespace parley {
namespace {

constexpr std::size_t kUuidLength = 36;
constexpr bool is_dash_position(std::size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

void set_version(IdBytes& bytes, std::uint8_t version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | (version << 4));
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
}

}  // namespace

std::string to_uuid_text(const IdBytes& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(kUuidLength);
  for (std::uint8_t byte : bytes) {
    if (is_dash_position(text.size())) text.push_back('-');
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 0x0F]);
  }
  return text;
}

std::optional<IdBytes> parse_uuid_text(std::string_view text) {
  if (text.size() != kUuidLength) return std::nullopt;
  IdBytes bytes{};
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_dash_position(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex_digit_value(text[i]);
    if (value < 0) return std::nullopt;
    std::uint8_t& byte = bytes[digits / 2];
    byte = static_cast<std::uint8_t>((byte << 4) | value);
    ++digits;
  }
  return bytes;
}

std::optional<IdBytes> parse_id_text(std::string_view text) {
  if (text.size() == kUuidLength) return parse_uuid_text(text);
  // 16 bytes are 22 characters of base64, 24 with padding.
  if (text.size() != 22 && text.size() != 24) return std::nullopt;
  const auto decoded = base64_decode_any(text);
  if (!decoded || decoded->size() != 16) return std::nullopt;
  IdBytes bytes{};
  std::copy_n(reinterpret_cast<const std::uint8_t*>(decoded->data()), bytes.size(), bytes.begin());
  return bytes;
}

IdBytes make_uuid_v7(std::int64_t unix_ms, const std::array<std::uint8_t, 10>& random) {
  PARLEY_ASSERT(unix_ms >= 0);
  IdBytes bytes{};
  for (int i = 0; i < 6; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(unix_ms >> (40 - 8 * i));
  std::copy(random.begin(), random.end(), bytes.begin() + 6);
  set_version(bytes, 7);
  return bytes;
}

IdBytes next_uuid_v7(const IdBytes& bytes) {
  IdBytes next = bytes;
  // Byte 8 holds the variant; the 56 bits behind it are random, so that they do not run over.
  for (std::size_t i = next.size() - 1; i > 8; --i) {
    if (++next[i] != 0) break;
  }
  return next;
}

IdBytes make_uuid_v8(std::string_view digest) {
  PARLEY_ASSERT(digest.size() >= 16);
  IdBytes bytes{};
  std::copy_n(reinterpret_cast<const std::uint8_t*>(digest.data()), bytes.size(), bytes.begin());
  set_version(bytes, 8);
  return bytes;
}

}  // namespace parley
