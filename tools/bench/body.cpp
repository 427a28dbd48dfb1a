#include "bench/body.hpp"

#include <array>

namespace parley::bench {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::size_t kPool = 64 * 1024;  // a power of two

/// Six random bits per byte, the same in every process.
const std::string& pool() {
  static const std::string text = [] {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    std::uint64_t state = 0x9E3779B97F4A7C15ULL;
    for (std::size_t i = 0; i < kPool; ++i) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      out.push_back(kAlphabet[state >> 58]);
    }
    return out;
  }();
  return text;
}

void put_hex(char* out, std::uint64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i, value >>= 4) out[i] = kDigits[value & 15];
}

bool take_hex(const char* in, int digits, std::uint64_t& value) {
  value = 0;
  for (int i = 0; i < digits; ++i) {
    const char c = in[i];
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) return false;
    value = value << 4 | static_cast<std::uint64_t>(digit);
  }
  return true;
}

std::size_t filler_start(const Body& body) {
  return static_cast<std::size_t>((body.number * 1237 + body.sender * 389 + body.run) & (kPool - 1));
}

}  // namespace

void write_body(std::string& out, const Body& body, std::size_t bytes) {
  std::array<char, kBodyHeader> header;
  put_hex(header.data(), body.run, 8);
  put_hex(header.data() + 8, body.sender, 8);
  put_hex(header.data() + 16, body.number, 16);
  put_hex(header.data() + 32, static_cast<std::uint64_t>(body.sent_ns), 16);
  out.append(header.data(), header.size());
  std::size_t left = bytes > kBodyHeader ? bytes - kBodyHeader : 0;
  for (std::size_t at = filler_start(body); left > 0; at = 0) {
    const std::size_t part = std::min(left, kPool - at);
    out.append(pool(), at, part);
    left -= part;
  }
}

std::optional<Body> read_body(std::string_view text) {
  if (text.size() < kBodyHeader) return std::nullopt;
  std::uint64_t run = 0;
  std::uint64_t sender = 0;
  std::uint64_t number = 0;
  std::uint64_t sent = 0;
  if (!take_hex(text.data(), 8, run) || !take_hex(text.data() + 8, 8, sender) ||
      !take_hex(text.data() + 16, 16, number) || !take_hex(text.data() + 32, 16, sent)) {
    return std::nullopt;
  }
  const Body body{static_cast<std::uint32_t>(run), static_cast<std::uint32_t>(sender), number,
                  static_cast<std::int64_t>(sent)};
  text.remove_prefix(kBodyHeader);
  for (std::size_t at = filler_start(body); !text.empty(); at = 0) {
    const std::size_t part = std::min(text.size(), kPool - at);
    if (text.substr(0, part) != std::string_view(pool()).substr(at, part)) return std::nullopt;
    text.remove_prefix(part);
  }
  return body;
}

}  // namespace parley::bench
