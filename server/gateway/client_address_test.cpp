#include "gateway/client_address.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The client of a request from `peer` where 127.0.0.0/8 and 10.0.0.0/8 are trusted; "+tls", "+proxied" behind it.
std::string client(const std::string& peer, Headers headers, bool secure = false) {
  HttpRequest request;
  request.headers = std::move(headers);
  const auto trusted = NetworkList::parse({"127.0.0.0/8", "10.0.0.0/8"}).value();
  const ClientAddress found = client_of(request, {parse_address(peer).value(), secure, false}, trusted);
  return address_text(found.key) + (found.secure ? "+tls" : "") + (found.proxied ? "+proxied" : "");
}

Headers forwarded(const std::string& value) {
  return {{"x-forwarded-for", value}};
}

TEST(ClientAddress, ProxyIsBelieved) {
  EXPECT_EQ(client("127.0.0.1", forwarded("192.0.2.1")), "192.0.2.1+proxied");
  EXPECT_EQ(client("127.0.0.1", forwarded(" 2001:db8::1\t")), "2001:db8::1+proxied");
}

TEST(ClientAddress, StrangerIsNotBelieved) {
  EXPECT_EQ(client("192.0.2.9", {{"x-forwarded-for", "10.0.0.1"}, {"x-forwarded-proto", "https"}}), "192.0.2.9");
}

TEST(ClientAddress, WhatTheClientItselfClaimsIsNotBelieved) {
  EXPECT_EQ(client("127.0.0.1", forwarded("198.51.100.1, 192.0.2.1")), "192.0.2.1+proxied");
  EXPECT_EQ(client("127.0.0.1", {{"x-forwarded-for", "198.51.100.1"}, {"x-forwarded-for", "192.0.2.1"}}),
            "192.0.2.1+proxied");
}

TEST(ClientAddress, ChainOfProxiesIsFollowedToItsFirstStranger) {
  EXPECT_EQ(client("127.0.0.1", forwarded("198.51.100.1, 192.0.2.1, 10.0.0.2, 10.0.0.3")), "192.0.2.1+proxied");
  EXPECT_EQ(client("127.0.0.1", {{"x-forwarded-for", "192.0.2.1"}, {"x-forwarded-for", "10.0.0.2"}}),
            "192.0.2.1+proxied");
  EXPECT_EQ(client("127.0.0.1", forwarded("10.0.0.2")), "10.0.0.2+proxied");
}

TEST(ClientAddress, BrokenEntryEndsTheChainAtWhoWroteIt) {
  EXPECT_EQ(client("127.0.0.1", forwarded("unknown")), "127.0.0.1");
  EXPECT_EQ(client("127.0.0.1", forwarded("")), "127.0.0.1");
  EXPECT_EQ(client("127.0.0.1", forwarded("192.0.2.1,")), "127.0.0.1");
  EXPECT_EQ(client("127.0.0.1", forwarded("192.0.2.1, nonsense, 10.0.0.2")), "10.0.0.2+proxied");
  EXPECT_EQ(client("127.0.0.1", {{"x-forwarded-for", "192.0.2.1"}, {"x-forwarded-for", "x"}}), "127.0.0.1");
}

TEST(ClientAddress, ProxyTellsWhetherItsClientSpeaksTls) {
  EXPECT_EQ(client("127.0.0.1", {{"x-forwarded-proto", "https"}, {"x-forwarded-for", "192.0.2.1"}}),
            "192.0.2.1+tls+proxied");
  EXPECT_EQ(client("127.0.0.1", {{"x-forwarded-proto", "http"}}, true), "127.0.0.1");
  EXPECT_EQ(client("127.0.0.1", {{"x-forwarded-proto", "https"}, {"x-forwarded-proto", "gopher"}}), "127.0.0.1");
  EXPECT_EQ(client("127.0.0.1", {}, true), "127.0.0.1+tls");
}

}  // namespace
}  // namespace parley
