#include "gateway/address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace parley {
namespace {

constexpr unsigned kMappedBits = 96;

bool agree(const AddressKey& a, const AddressKey& b, unsigned bits) {
  const unsigned whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  const unsigned rest = bits % 8;
  return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

AddressKey first_of(AddressKey address, unsigned bits) {
  for (unsigned bit = bits; bit < 128; ++bit) address[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
  return address;
}

}  // namespace

std::optional<AddressKey> parse_address(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated(text);
  AddressKey key{};
  if (inet_pton(AF_INET6, terminated.c_str(), key.data()) == 1) return key;
  if (inet_pton(AF_INET, terminated.c_str(), key.data() + 12) != 1) return std::nullopt;
  key[10] = key[11] = 0xFF;
  return key;
}

std::string address_text(const AddressKey& address) {
  char text[INET6_ADDRSTRLEN];
  const bool v4 = is_mapped_v4(address);
  inet_ntop(v4 ? AF_INET : AF_INET6, address.data() + (v4 ? 12 : 0), text, sizeof text);
  return text;
}

bool is_mapped_v4(const AddressKey& address) {
  return std::all_of(address.begin(), address.begin() + 10, [](auto byte) { return byte == 0; }) &&
         address[10] == 0xFF && address[11] == 0xFF;
}

bool is_loopback(const AddressKey& address) {
  if (is_mapped_v4(address)) return address[12] == 127;
  return std::all_of(address.begin(), address.end() - 1, [](auto byte) { return byte == 0; }) && address[15] == 1;
}

AddressKey network_of(AddressKey address) {
  if (!is_mapped_v4(address) && !is_loopback(address)) std::fill(address.begin() + 8, address.end(), std::uint8_t{0});
  return address;
}

std::optional<NetworkList::Network> NetworkList::parse_one(std::string_view text, std::string& problem) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  problem = fmt::format("\"{}\" is no address or network; write 192.0.2.1, 10.0.0.0/8 or fd00::/8", text);
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Network{*address, 128};
  const bool v4 = text.find(':') == std::string_view::npos;
  const std::string_view number = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), bits);
  if (error != std::errc{} || end != number.data() + number.size() || bits > (v4 ? 32U : 128U)) return std::nullopt;
  const Network network{first_of(*address, bits + (v4 ? kMappedBits : 0)), bits + (v4 ? kMappedBits : 0)};
  if (network.first == *address) return network;
  problem = fmt::format("\"{}\" has bits beyond /{}; write {}/{}", text, bits, address_text(network.first), bits);
  return std::nullopt;
}

Result<NetworkList> NetworkList::parse(const std::vector<std::string>& networks) {
  NetworkList list;
  for (const std::string& text : networks) {
    std::string problem;
    auto network = parse_one(text, problem);
    if (!network) return fail(ErrorCode::invalid_argument, problem);
    list.networks_.push_back(*network);
  }
  return list;
}

bool NetworkList::holds(const AddressKey& address) const {
  return std::any_of(networks_.begin(), networks_.end(),
                     [&](const Network& network) { return agree(network.first, address, network.bits); });
}

}  // namespace parley
