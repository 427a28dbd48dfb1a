#include "gateway/http_parser.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

using State = HttpParser::State;

// Fed at once and byte by byte: the outcome is the same.
struct Parsed {
  State state;
  ErrorCode error = ErrorCode::internal;
  HttpRequest request;
};
Parsed parse(const std::string& bytes) {
  HttpParser whole(4096, 1000);
  whole.feed(bytes);
  HttpParser pieces(4096, 1000);
  for (const char c : bytes) pieces.feed({&c, 1});
  EXPECT_EQ(whole.state(), pieces.state()) << bytes;
  Parsed parsed{whole.state(), whole.error().code, {}};
  if (whole.state() == State::failed) EXPECT_EQ(whole.error().code, pieces.error().code);
  if (whole.state() == State::complete) parsed.request = whole.take_request();
  return parsed;
}

const std::string kGet = "GET /a/b?c=d HTTP/1.1\r\nHost: x\r\n";

TEST(HttpParser, RequestIsSplitIntoItsParts) {
  const auto parsed = parse(kGet + "X-Thing: Value \r\n\r\n");
  ASSERT_EQ(parsed.state, State::complete);
  EXPECT_EQ(parsed.request.method, "GET");
  EXPECT_EQ(parsed.request.path, "/a/b");
  EXPECT_EQ(parsed.request.query, "c=d");
  EXPECT_EQ(parsed.request.target, "/a/b?c=d");
  EXPECT_EQ(parsed.request.header("x-thing"), "Value");
}

TEST(HttpParser, BodyByLengthAndByChunks) {
  EXPECT_EQ(parse("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello").request.body, "hello");
  EXPECT_EQ(parse("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n"
                  "Trailer: t\r\n\r\n")
                .request.body,
            "hello");
}

TEST(HttpParser, EmptyChunkedBodyMayComeInPieces) {
  const auto parsed = parse("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  EXPECT_EQ(parsed.state, State::complete);
  EXPECT_EQ(parsed.request.body, "");
}

TEST(HttpParser, ChunkedCodingIsRefusedWhereItIsNotExact) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string body : {"\r\n", "3\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "000000003\r\nabc", "-1\r\n",
                                 "3 \r\nabc\r\n0\r\n\r\n", "0x3\r\nabc", "0\r\nT: \x01\r\n\r\n", "0\r\n\rx"}) {
    EXPECT_EQ(parse(head + body).error, ErrorCode::malformed) << body;
  }
  EXPECT_EQ(parse(head + "1;" + std::string(5000, 'x') + "\r\n").error, ErrorCode::malformed);
  EXPECT_EQ(parse(head + "0\r\nT: " + std::string(5000, 'x') + "\r\n").error, ErrorCode::malformed);
  EXPECT_EQ(parse(head + "ffffffff\r\n").error, ErrorCode::too_large);
}

TEST(HttpParser, PipelinedRequestsComeInOrder) {
  HttpParser parser(4096, 1000);
  EXPECT_EQ(parser.feed(kGet + "\r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi\r\n" + kGet),
            State::complete);
  EXPECT_EQ(parser.take_request().path, "/a/b");
  EXPECT_EQ(parser.next(), State::complete);
  EXPECT_EQ(parser.take_request().body, "hi");
  EXPECT_EQ(parser.next(), State::head);
  EXPECT_EQ(parser.feed("\r\n"), State::complete);
}

TEST(HttpParser, AbsoluteTargetIsReducedToItsPath) {
  EXPECT_EQ(parse("GET HTTP://h:1/p?q HTTP/1.1\r\nHost: x\r\n\r\n").request.target, "/p?q");
  EXPECT_EQ(parse("GET http://h HTTP/1.1\r\nHost: x\r\n\r\n").request.target, "/");
}

TEST(HttpParser, WhatCannotBeTrustedIsMalformed) {
  for (const std::string& bytes : {
           std::string("GET / HTTP/1.1\r\n\r\n"),
           kGet + "Host: y\r\n\r\n",
           std::string("GET / HTTP/2.0\r\nHost: x\r\n\r\n"),
           std::string("GET nowhere HTTP/1.1\r\nHost: x\r\n\r\n"),
           std::string("GET * HTTP/1.1\r\nHost: x\r\n\r\n"),
           std::string("\x16\x03\x01\x02 nonsense"),
           kGet + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
           kGet + "Content-Length: -1\r\n\r\n",
           kGet + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           kGet + "Transfer-Encoding: gzip\r\n\r\n",
           kGet + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
           std::string("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
           kGet + "Bad Name: x\r\n\r\n",
           kGet + "Expect: miracles\r\n\r\n",
           kGet + "Authorization: Bearer a\r\nAuthorization: Bearer a\r\n\r\n",
           kGet + "Content-Type: application/json\r\ncontent-type: text/plain\r\n\r\n",
           kGet + "Origin: https://a.example\r\nOrigin: https://b.example\r\n\r\n",
           kGet + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
       }) {
    const auto parsed = parse(bytes);
    EXPECT_EQ(parsed.state, State::failed) << bytes;
    EXPECT_EQ(parsed.error, ErrorCode::malformed) << bytes;
  }
}

TEST(HttpParser, LimitsHaveNames) {
  EXPECT_EQ(parse(kGet + "X: " + std::string(5000, 'x')).error, ErrorCode::headers_too_large);
  EXPECT_EQ(parse("GET /" + std::string(5000, 'x')).error, ErrorCode::headers_too_large);
  EXPECT_EQ(parse(kGet + "Content-Length: 1001\r\n\r\n").error, ErrorCode::too_large);
  EXPECT_EQ(parse(kGet + "Content-Length: 99999999999\r\n\r\n").error, ErrorCode::too_large);
  EXPECT_EQ(parse(kGet + "Transfer-Encoding: chunked\r\n\r\n400\r\n" + std::string(1024, 'x')).error,
            ErrorCode::too_large);
}

TEST(HttpParser, KeepAliveFollowsVersionAndHeader) {
  const auto keep = [](const std::string& bytes) {
    HttpParser parser(4096, 1000);
    EXPECT_EQ(parser.feed(bytes), State::complete);
    return parser.keep_alive();
  };
  EXPECT_TRUE(keep(kGet + "\r\n"));
  EXPECT_FALSE(keep(kGet + "Connection: close\r\n\r\n"));
  EXPECT_FALSE(keep("GET / HTTP/1.0\r\n\r\n"));
}

TEST(HttpRequest, AQueryThatCannotBeReadOrSaysAThingTwiceIsRefused) {
  const auto check = [](const char* query) {
    HttpRequest request;
    request.query = query;
    const auto checked = request.check_query();
    return checked ? ErrorCode::ok : checked.error().code;
  };
  for (const char* good : {"", "a=1&b=2", "a", "&&a=1&", "=1", "a=b=c", "a=x+y%20%e2%82%ac"}) {
    EXPECT_EQ(check(good), ErrorCode::ok) << good;
  }
  for (const char* bad : {"a=%", "a=%z1", "%ff=1", "a=1&b=%c0%af"}) EXPECT_EQ(check(bad), ErrorCode::malformed) << bad;
  for (const char* twice : {"a=1&a=1", "a=1&b=2&%61=3", "a&a", "=&="}) {
    EXPECT_EQ(check(twice), ErrorCode::invalid_argument) << twice;
  }
}

TEST(HttpParser, QueryParametersAreDecoded) {
  HttpRequest request;
  request.query = "a=1&b=x%20y+z&c&bad=%zz&%61=2&d=%ff";
  EXPECT_EQ(request.query_parameter("a"), "1");
  EXPECT_EQ(request.query_parameter("b"), "x y z");
  EXPECT_EQ(request.query_parameter("c"), "");
  EXPECT_EQ(request.query_parameter("bad"), std::nullopt);
  EXPECT_EQ(request.query_parameter("d"), std::nullopt);
  EXPECT_EQ(request.query_parameter("e"), std::nullopt);
}

}  // namespace
}  // namespace parley
