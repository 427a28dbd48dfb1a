#include "gateway/address.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

AddressKey key(std::string_view text) {
  return parse_address(text).value();
}
std::string problem(const std::string& text) {
  const auto list = NetworkList::parse({text});
  return list ? "" : list.error().detail;
}

TEST(Address, BothFormsOfAnIpv4AddressAreTheSame) {
  EXPECT_EQ(key("192.0.2.1"), key("::ffff:192.0.2.1"));
  EXPECT_EQ(address_text(key("::ffff:192.0.2.1")), "192.0.2.1");
  EXPECT_EQ(address_text(key("2001:DB8:0::1")), "2001:db8::1");
}

TEST(Address, WhatIsNotJustAnAddressIsRefused) {
  using namespace std::string_view_literals;
  for (const auto text : {""sv, "192.0.2"sv, "192.0.2.1:80"sv, "[::1]"sv, "fe80::1%eth0"sv, "192.0.2.1\0"sv,
                          "unknown"sv, "0x7f.0.0.1"sv, "1.2.3.4, 5.6.7.8"sv}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
  EXPECT_FALSE(parse_address(std::string(10'000, '1')));
}

TEST(Address, LoopbackIsAllOfItsNetwork) {
  for (const auto text : {"127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"}) EXPECT_TRUE(is_loopback(key(text)));
  for (const auto text : {"128.0.0.1", "::2", "::", "10.0.0.1"}) EXPECT_FALSE(is_loopback(key(text)));
}

TEST(Address, HostsOfOneIpv6NetworkAreOneClient) {
  EXPECT_EQ(network_of(key("2001:db8::1")), network_of(key("2001:db8::ffff:1")));
  EXPECT_NE(network_of(key("2001:db8:0:1::1")), network_of(key("2001:db8::1")));
  EXPECT_NE(network_of(key("192.0.2.1")), network_of(key("192.0.2.2")));
}

TEST(NetworkList, HoldsWhatIsInsideAndNothingBeside) {
  const auto list = NetworkList::parse({"10.0.0.0/9", "192.0.2.7", "fd00::/8", "2001:db8::5"}).value();
  for (const auto text : {"10.0.0.0", "10.127.255.255", "192.0.2.7", "fdff::1", "2001:db8::5", "::ffff:10.1.2.3"}) {
    EXPECT_TRUE(list.holds(key(text))) << text;
  }
  for (const auto text : {"10.128.0.0", "9.255.255.255", "192.0.2.8", "fc00::1", "2001:db8::6", "::10.0.0.1"}) {
    EXPECT_FALSE(list.holds(key(text))) << text;
  }
  EXPECT_FALSE(NetworkList{}.holds(key("127.0.0.1")));
  EXPECT_TRUE(NetworkList::parse({"0.0.0.0/0"})->holds(key("203.0.113.9")));
  EXPECT_FALSE(NetworkList::parse({"0.0.0.0/0"})->holds(key("2001:db8::1")));
}

TEST(NetworkList, WrongOnesSayWhatWouldBeRight) {
  for (const auto text : {"", "10.0.0.0/33", "fd00::/129", "10.0.0.0/", "10.0.0.0/8x", "10.0.0.0/-1", "localhost"}) {
    EXPECT_NE(problem(text).find("write"), std::string::npos) << text;
  }
  EXPECT_EQ(problem("10.1.2.3/8"), "\"10.1.2.3/8\" has bits beyond /8; write 10.0.0.0/8");
  EXPECT_EQ(problem("fd00::1/8"), "\"fd00::1/8\" has bits beyond /8; write fd00::/8");
}

}  // namespace
}  // namespace parley
