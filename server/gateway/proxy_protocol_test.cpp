#include "gateway/proxy_protocol.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

using State = ProxyHeaderParser::State;

const std::string kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
// 192.0.2.1:51000 to 198.51.100.7:443.
const std::string kTcp4("\xC0\x00\x02\x01\xC6\x33\x64\x07\xC7\x38\x01\xBB", 12);

std::string binary(unsigned char command, unsigned char family, const std::string& rest) {
  std::string text = kSignature;
  text += {static_cast<char>(command), static_cast<char>(family), static_cast<char>(rest.size() >> 8U),
           static_cast<char>(rest.size() & 0xFFU)};
  return text + rest;
}

std::string extension(unsigned char type, const std::string& value) {
  return std::string{static_cast<char>(type), static_cast<char>(value.size() >> 8U),
                     static_cast<char>(value.size() & 0xFFU)} +
         value;
}

/// "192.0.2.1", "proxy" where it speaks for itself, "failed" or "incomplete"; "+tls" behind it; what was left over.
std::string read(const std::string& bytes, std::size_t piece = 4096) {
  ProxyHeaderParser parser;
  std::string left = bytes;
  while (!left.empty() && parser.state() == State::incomplete) {
    const std::size_t offered = std::min(piece, left.size());
    const std::size_t taken = parser.feed(std::string_view(left).substr(0, offered));
    EXPECT_TRUE(taken == offered || parser.state() != State::incomplete);
    left.erase(0, taken);
  }
  if (parser.state() == State::failed) return "failed";
  if (parser.state() == State::incomplete) return "incomplete";
  const auto& header = parser.header();
  return (header.client ? address_text(*header.client) : "proxy") + (header.secure ? "+tls" : "") + "|" + left;
}

TEST(ProxyProtocol, TextHeaderTellsTheClientAndLeavesItsBytes) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4096}}) {
    EXPECT_EQ(read("PROXY TCP4 192.0.2.1 198.51.100.7 51000 443\r\nGET /", piece), "192.0.2.1|GET /");
    EXPECT_EQ(read("PROXY TCP6 2001:db8::1 2001:db8::2 0 65535\r\n\r\n", piece), "2001:db8::1|\r\n");
  }
}

TEST(ProxyProtocol, TextHeaderOfTheProxyItselfTellsNobody) {
  EXPECT_EQ(read("PROXY UNKNOWN\r\nx"), "proxy|x");
  EXPECT_EQ(read("PROXY UNKNOWN whatever 1.2.3.4 stands here\r\n"), "proxy|");
}

TEST(ProxyProtocol, TextHeaderThatIsNotAsWrittenFails) {
  for (const auto* line : {"PROXY TCP4 192.0.2.1 198.51.100.7 51000\r\n",
                           "PROXY TCP4 192.0.2.1 198.51.100.7 51000 443 1\r\n",
                           "PROXY TCP4  192.0.2.1 198.51.100.7 51000 443\r\n",
                           "PROXY TCP4 192.0.2.1 198.51.100.7 51000 443 \r\n",
                           "PROXY TCP4 192.0.2.1 198.51.100.7 51000 65536\r\n",
                           "PROXY TCP4 192.0.2.1 198.51.100.7 -1 443\r\n",
                           "PROXY TCP4 192.0.2.1 198.51.100.7 051 443\r\n",
                           "PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n",
                           "PROXY TCP6 192.0.2.1 198.51.100.7 1 2\r\n",
                           "PROXY TCP5 192.0.2.1 198.51.100.7 1 2\r\n",
                           "PROXY TCP4 192.0.2.1 198.51.100.7 1 2\n",
                           "PROXY TCP4\r192.0.2.1 198.51.100.7 1 2\r\n",
                           "PROXY TCP4 192.0.2.256 198.51.100.7 1 2\r\n",
                           "PROXY unknown\r\n",
                           "PROXY UNKNOWNS\r\n",
                           "PROXY\r\n",
                           "PROXY \r\n",
                           "proxy TCP4 192.0.2.1 198.51.100.7 1 2\r\n",
                           "GET / HTTP/1.1\r\n",
                           "\n"}) {
    EXPECT_EQ(read(line), "failed") << line;
  }
}

TEST(ProxyProtocol, TextHeaderEndsAtItsLongestLine) {
  const std::string filled = "PROXY UNKNOWN " + std::string(ProxyHeaderParser::kMaxText - 16, 'x');
  EXPECT_EQ(read(filled + "\r\n"), "proxy|");
  EXPECT_EQ(read(filled + "x\r\n"), "failed");
  EXPECT_EQ(read(filled), "incomplete");
}

TEST(ProxyProtocol, BinaryHeaderTellsTheClientAndLeavesItsBytes) {
  const std::string v6 = std::string("\x20\x01\x0D\xB8", 4) + std::string(11, '\0') + "\x01" + std::string(20, 'x');
  for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, std::size_t{4096}}) {
    EXPECT_EQ(read(binary(0x21, 0x11, kTcp4) + "\x16\x03", piece), "192.0.2.1|\x16\x03");
    EXPECT_EQ(read(binary(0x21, 0x21, v6), piece), "2001:db8::1|");
  }
}

TEST(ProxyProtocol, BinaryHeaderOfTheProxyItselfTellsNobody) {
  EXPECT_EQ(read(binary(0x20, 0x00, "") + "GET"), "proxy|GET");
  EXPECT_EQ(read(binary(0x20, 0x11, kTcp4)), "proxy|") << "the addresses of LOCAL are not believed";
  EXPECT_EQ(read(binary(0x21, 0x00, "anything")), "proxy|");
  EXPECT_EQ(read(binary(0x21, 0x31, std::string(216, 'u'))), "proxy|");
}

TEST(ProxyProtocol, BinaryExtensionsAreReadAndTlsIsHeard) {
  const std::string tls("\x01\x00\x00\x00\x00", 5);
  const std::string plain("\x00\x00\x00\x00\x00", 5);
  EXPECT_EQ(read(binary(0x21, 0x11, kTcp4 + extension(0x20, tls))), "192.0.2.1+tls|");
  EXPECT_EQ(read(binary(0x21, 0x11, kTcp4 + extension(0x20, plain))), "192.0.2.1|");
  EXPECT_EQ(read(binary(0x21, 0x11, kTcp4 + extension(0x04, "") + extension(0x20, tls))), "192.0.2.1+tls|");
}

TEST(ProxyProtocol, BinaryHeaderThatIsNotAsWrittenFails) {
  EXPECT_EQ(read(binary(0x11, 0x11, kTcp4)), "failed") << "version";
  EXPECT_EQ(read(binary(0x22, 0x11, kTcp4)), "failed") << "command";
  EXPECT_EQ(read(binary(0x21, 0x12, kTcp4)), "failed") << "datagrams";
  EXPECT_EQ(read(binary(0x21, 0x41, kTcp4)), "failed") << "family";
  EXPECT_EQ(read(binary(0x21, 0x11, kTcp4.substr(1))), "failed") << "addresses cut short";
  EXPECT_EQ(read(binary(0x21, 0x11, kTcp4 + "\x04")), "failed") << "extension cut short";
  EXPECT_EQ(read(binary(0x21, 0x11, kTcp4 + std::string("\x04\x00\x02x", 4))), "failed") << "extension beyond the end";
  EXPECT_EQ(read(binary(0x21, 0x11, kTcp4 + extension(0x20, "abcd"))), "failed") << "TLS extension too short";
  EXPECT_EQ(read("\r\n\r\n\r\n"), "failed") << "signature";
}

TEST(ProxyProtocol, BinaryHeaderEndsAtItsLongest) {
  const std::size_t room = ProxyHeaderParser::kMaxBinary - 16 - kTcp4.size() - 3;
  EXPECT_EQ(read(binary(0x21, 0x11, kTcp4 + extension(0x04, std::string(room, 'x')))), "192.0.2.1|");
  EXPECT_EQ(read(binary(0x21, 0x11, kTcp4 + extension(0x04, std::string(room + 1, 'x')))), "failed");
  EXPECT_EQ(read(binary(0x21, 0x11, kTcp4).substr(0, 27)), "incomplete");
}

}  // namespace
}  // namespace parley
