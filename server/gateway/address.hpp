// Addresses of peers as numbers, and sets of networks of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace parley {

/// An IPv6 address, or an IPv4 one mapped into it.
using AddressKey = std::array<std::uint8_t, 16>;

/// "192.0.2.1", "2001:db8::1" or "::ffff:192.0.2.1"; neither port, brackets nor zone.
std::optional<AddressKey> parse_address(std::string_view text);
/// An IPv4 address in its own form, mapped or not.
std::string address_text(const AddressKey& address);

[[nodiscard]] bool is_mapped_v4(const AddressKey& address);
/// 127.0.0.0/8 and ::1.
[[nodiscard]] bool is_loopback(const AddressKey& address);
/// What counts as one client: of IPv6 the network (/64), since one host has all of it.
AddressKey network_of(AddressKey address);

class NetworkList {
 public:
  /// Each an address, or a network such as 10.0.0.0/8 and fd00::/8. Errors: invalid_argument, the text quotes the one
  /// that is wrong.
  static Result<NetworkList> parse(const std::vector<std::string>& networks);
  [[nodiscard]] bool holds(const AddressKey& address) const;

 private:
  struct Network {
    AddressKey first{};
    unsigned bits = 128;
  };
  static std::optional<Network> parse_one(std::string_view text, std::string& problem);

  std::vector<Network> networks_;
};

}  // namespace parley
