#include "gateway/proxy_protocol.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace parley {
namespace {

constexpr std::string_view kText = "PROXY ";
constexpr std::string_view kBinary("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kBinaryHead = 16;

constexpr std::uint8_t kLocal = 0x20;  // version 2 and command in one byte
constexpr std::uint8_t kProxy = 0x21;
constexpr std::uint8_t kUnspecified = 0x00;
constexpr std::uint8_t kTcp4 = 0x11;
constexpr std::uint8_t kTcp6 = 0x21;
constexpr std::uint8_t kUnix = 0x31;
constexpr std::uint8_t kExtensionTls = 0x20;
constexpr std::size_t kTlsHead = 5;
constexpr std::uint8_t kClientSpokeTls = 0x01;

std::uint8_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<std::uint8_t>(bytes[i]);
}

std::size_t number_at(std::string_view bytes, std::size_t i) {
  return static_cast<std::size_t>(byte_at(bytes, i)) << 8U | byte_at(bytes, i + 1);
}

bool is_port(std::string_view text) {
  std::uint32_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool leading_zero = text.size() > 1 && text[0] == '0';
  return error == std::errc{} && end == text.data() + text.size() && port <= 65535 && !leading_zero;
}

std::optional<AddressKey> address_of_family(std::string_view text, bool v4) {
  if ((text.find(':') == std::string_view::npos) != v4) return std::nullopt;
  return parse_address(text);
}

AddressKey key_of(std::string_view bytes) {
  AddressKey key{};
  const bool v4 = bytes.size() == 4;
  if (v4) key[10] = key[11] = 0xFF;
  std::copy(bytes.begin(), bytes.end(), key.begin() + (v4 ? 12 : 0));
  return key;
}

}  // namespace

std::size_t ProxyHeaderParser::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (state_ == State::incomplete) {
    const std::size_t take = std::min(wanted(), bytes.size() - taken);
    if (take == 0) break;
    seen_ += bytes.substr(taken, take);
    taken += take;
  }
  return taken;
}

std::size_t ProxyHeaderParser::wanted() {
  if (seen_.empty()) return 1;
  if (seen_[0] == kText[0]) return wanted_text();
  if (seen_[0] == kBinary[0]) return wanted_binary();
  state_ = State::failed;
  return 0;
}

// One byte at a time, since the end is where a line feed is: the header is short and comes once.
std::size_t ProxyHeaderParser::wanted_text() {
  const bool begins = std::string_view(seen_).substr(0, kText.size()) == kText.substr(0, seen_.size());
  if (begins && seen_.back() != '\n' && seen_.size() < kMaxText) return 1;
  state_ = begins && read_text() ? State::complete : State::failed;
  return 0;
}

std::size_t ProxyHeaderParser::wanted_binary() {
  const std::size_t compared = std::min(seen_.size(), kBinary.size());
  if (std::string_view(seen_).substr(0, compared) != kBinary.substr(0, compared)) {
    state_ = State::failed;
    return 0;
  }
  if (seen_.size() < kBinary.size()) return 1;
  if (seen_.size() < kBinaryHead) return kBinaryHead - seen_.size();
  const std::size_t all = kBinaryHead + number_at(seen_, 14);
  if (all <= kMaxBinary && seen_.size() < all) return all - seen_.size();
  state_ = all <= kMaxBinary && read_binary() ? State::complete : State::failed;
  return 0;
}

// "PROXY TCP4 192.0.2.1 198.51.100.7 51000 443\r\n", or "PROXY UNKNOWN" and whatever.
bool ProxyHeaderParser::read_text() {
  std::string_view line(seen_);
  if (!line.ends_with("\r\n")) return false;
  line.remove_suffix(2);
  line.remove_prefix(kText.size());
  if (line.find('\r') != std::string_view::npos) return false;
  if (line == "UNKNOWN" || line.starts_with("UNKNOWN ")) return true;
  std::array<std::string_view, 5> words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t space = line.find(' ');
    if ((space == std::string_view::npos) != (i + 1 == words.size())) return false;
    words[i] = line.substr(0, space);
    line.remove_prefix(std::min(line.size(), words[i].size() + 1));
  }
  const auto& [family, from, to, from_port, to_port] = words;
  if (family != "TCP4" && family != "TCP6") return false;
  const bool v4 = family == "TCP4";
  header_.client = address_of_family(from, v4);
  return header_.client && address_of_family(to, v4) && is_port(from_port) && is_port(to_port);
}

bool ProxyHeaderParser::read_binary() {
  const std::uint8_t command = byte_at(seen_, 12);
  const std::uint8_t family = byte_at(seen_, 13);
  const std::string_view rest = std::string_view(seen_).substr(kBinaryHead);
  if (command == kLocal) return true;
  if (command != kProxy) return false;
  std::size_t addresses = 0;
  switch (family) {
    case kUnspecified:
      return true;  // whatever follows is to be passed over
    case kTcp4:
      addresses = 12;
      break;
    case kTcp6:
      addresses = 36;
      break;
    case kUnix:
      addresses = 216;
      break;
    default:
      return false;
  }
  if (rest.size() < addresses) return false;
  if (family == kTcp4) header_.client = key_of(rest.substr(0, 4));
  if (family == kTcp6) header_.client = key_of(rest.substr(0, 16));
  return read_extensions(rest.substr(addresses));
}

bool ProxyHeaderParser::read_extensions(std::string_view bytes) {
  while (!bytes.empty()) {
    if (bytes.size() < 3) return false;
    const std::size_t size = number_at(bytes, 1);
    if (bytes.size() < 3 + size) return false;
    if (byte_at(bytes, 0) == kExtensionTls) {
      if (size < kTlsHead) return false;
      header_.secure = (byte_at(bytes, 3) & kClientSpokeTls) != 0;
    }
    bytes.remove_prefix(3 + size);
  }
  return true;
}

}  // namespace parley
