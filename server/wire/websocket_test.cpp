#include "wire/websocket.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace parley {
namespace {

constexpr std::array<std::uint8_t, 4> kKey{0x37, 0xFA, 0x21, 0x3D};
using Op = WebSocketOpcode;

struct Recorder : WebSocketSink {
  std::vector<std::string> events;
  void on_web_socket_message(Op opcode, std::string_view payload) override {
    events.push_back((opcode == Op::text ? "text:" : "binary:") + std::string(payload));
  }
  void on_web_socket_ping(std::string_view payload) override { events.push_back("ping:" + std::string(payload)); }
  void on_web_socket_pong(std::string_view payload) override { events.push_back("pong:" + std::string(payload)); }
  void on_web_socket_close(std::uint16_t code, std::string_view reason) override {
    events.push_back("close:" + std::to_string(code) + ":" + std::string(reason));
  }
};

struct Outcome {
  std::vector<std::string> events;
  int fault = 0;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};
std::ostream& operator<<(std::ostream& out, const Outcome& o) {
  for (const auto& e : o.events) out << e.substr(0, 40) << " | ";
  return out << "fault " << o.fault;
}

Outcome feed_in_pieces(std::string bytes, std::size_t piece, std::size_t limit, WebSocketParser::Role role) {
  WebSocketParser parser(role, limit);
  Recorder recorder;
  Outcome outcome;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const auto fault = parser.feed(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)), recorder);
    if (fault) {
      outcome.fault = fault->close_code;
      break;
    }
  }
  outcome.events = recorder.events;
  return outcome;
}

// However the bytes are cut, the outcome is one.
Outcome feed(const std::string& bytes, std::size_t limit = 1 << 20,
             WebSocketParser::Role role = WebSocketParser::Role::server) {
  const Outcome whole = feed_in_pieces(bytes, bytes.size() + 1, limit, role);
  for (std::size_t piece : {1, 2, 3, 5, 7, 64}) {
    if (piece < 8 && bytes.size() > 300'000) continue;
    EXPECT_EQ(feed_in_pieces(bytes, piece, limit, role), whole) << "pieces of " << piece;
  }
  return whole;
}

std::string frame(Op opcode, std::string_view payload, bool final = true) {
  std::string out;
  append_masked_web_socket_frame(out, opcode, payload, kKey, final);
  return out;
}

using Events = std::vector<std::string>;

TEST(WebSocket, MaskedFrameOfTheRfcIsText) {
  EXPECT_EQ(feed(std::string("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11)).events, Events{"text:Hello"});
  EXPECT_EQ(frame(Op::text, "Hello"), std::string("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11));
}

TEST(WebSocket, EveryLengthFormRoundTrips) {
  for (std::size_t size : {0UL, 1UL, 7UL, 8UL, 9UL, 125UL, 126UL, 127UL, 65535UL, 65536UL, 70001UL}) {
    std::string payload(size, 'x');
    for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<char>('a' + i % 23);
    EXPECT_EQ(feed(frame(Op::binary, payload)).events, Events{"binary:" + payload}) << size;
    const std::string plain = std::string(make_web_socket_header(Op::binary, size).view()) + payload;
    EXPECT_EQ(feed(plain, 1 << 20, WebSocketParser::Role::client).events, Events{"binary:" + payload}) << size;
  }
}

TEST(WebSocket, FragmentsAreJoinedAroundControlFrames) {
  const auto outcome = feed(frame(Op::text, "a", false) + frame(Op::ping, "p") + frame(Op::continuation, "", false) +
                            frame(Op::pong, "") + frame(Op::continuation, "b") + frame(Op::binary, "c"));
  EXPECT_EQ(outcome, (Outcome{{"ping:p", "pong:", "text:ab", "binary:c"}, 0}));
}

TEST(WebSocket, MemoryIsReleasedBetweenMessages) {
  WebSocketParser parser(WebSocketParser::Role::server, 1000);
  EXPECT_LE(sizeof(parser), 16U);
  Recorder recorder;
  std::string bytes = frame(Op::text, std::string(500, 'x'));
  EXPECT_FALSE(parser.feed(std::span(bytes).first(100), recorder));
  EXPECT_GT(parser.held_bytes(), 0U);
  EXPECT_FALSE(parser.feed(std::span(bytes).subspan(100), recorder));
  EXPECT_EQ(parser.held_bytes(), 0U);
  EXPECT_EQ(recorder.events.size(), 1U);
}

TEST(WebSocket, AnnouncedLengthCostsNoMemory) {
  WebSocketParser parser(WebSocketParser::Role::server, 1 << 30);
  Recorder recorder;
  std::string head(make_masked_web_socket_header(Op::binary, 1 << 29, kKey).view());
  head += "abc";
  EXPECT_FALSE(parser.feed(head, recorder));
  EXPECT_LT(parser.held_bytes(), 1000U);
}

TEST(WebSocket, WholeFrameIsHandedOutFromWhereItStands) {
  struct Where : Recorder {
    const char* at = nullptr;
    void on_web_socket_message(Op, std::string_view payload) override { at = payload.data(); }
  } where;
  WebSocketParser parser(WebSocketParser::Role::server, 1000);
  std::string bytes = frame(Op::text, "hello");
  EXPECT_FALSE(parser.feed(bytes, where));
  EXPECT_EQ(where.at, bytes.data() + 6);
}

TEST(WebSocket, ReservedBitsAreAProtocolError) {
  for (char bit : {'\x40', '\x20', '\x10'}) {
    std::string bytes = frame(Op::text, "x");
    bytes[0] = static_cast<char>(bytes[0] | bit);
    EXPECT_EQ(feed(bytes).fault, kCloseProtocolError);
  }
}

TEST(WebSocket, UnknownOpcodesAreAProtocolError) {
  for (int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    EXPECT_EQ(feed(frame(static_cast<Op>(opcode), "")).fault, kCloseProtocolError) << opcode;
  }
}

TEST(WebSocket, UnmaskedClientAndMaskedServerAreProtocolErrors) {
  EXPECT_EQ(feed(std::string(make_web_socket_header(Op::text, 0).view())).fault, kCloseProtocolError);
  EXPECT_EQ(feed(frame(Op::text, "x"), 100, WebSocketParser::Role::client).fault, kCloseProtocolError);
}

TEST(WebSocket, LongerLengthThanNeededIsAProtocolError) {
  EXPECT_EQ(feed(std::string("\x82\xFE\x00\x7D", 4) + std::string(4 + 125, 'x')).fault, kCloseProtocolError);
  EXPECT_EQ(feed(std::string("\x82\xFF\x00\x00\x00\x00\x00\x00\xFF\xFF", 10) + std::string(4, 'x')).fault,
            kCloseProtocolError);
  EXPECT_EQ(feed(std::string("\x82\xFF\x80\x00\x00\x00\x00\x01\x00\x00", 10) + std::string(4, 'x')).fault,
            kCloseProtocolError);
}

TEST(WebSocket, LongOrFragmentedControlFrameIsAProtocolError) {
  EXPECT_EQ(feed(frame(Op::ping, std::string(126, 'x'))).fault, kCloseProtocolError);
  EXPECT_EQ(feed(frame(Op::ping, "x", false)).fault, kCloseProtocolError);
  EXPECT_EQ(feed(frame(Op::ping, std::string(125, 'x'))).events, Events{"ping:" + std::string(125, 'x')});
}

TEST(WebSocket, FragmentsOutOfOrderAreProtocolErrors) {
  EXPECT_EQ(feed(frame(Op::continuation, "x")).fault, kCloseProtocolError);
  EXPECT_EQ(feed(frame(Op::text, "x", false) + frame(Op::text, "y")).fault, kCloseProtocolError);
}

TEST(WebSocket, MessageOverTheLimitIsTooLarge) {
  EXPECT_EQ(feed(frame(Op::binary, std::string(100, 'x')), 100).fault, 0);
  EXPECT_EQ(feed(frame(Op::binary, std::string(101, 'x')), 100), (Outcome{{}, kCloseTooLarge}));
  EXPECT_EQ(
      feed(frame(Op::binary, std::string(60, 'x'), false) + frame(Op::continuation, std::string(40, 'x')), 100).fault,
      0);
  EXPECT_EQ(
      feed(frame(Op::binary, std::string(60, 'x'), false) + frame(Op::continuation, std::string(41, 'x')), 100).fault,
      kCloseTooLarge);
}

TEST(WebSocket, LimitChangedByTheSinkHoldsForTheNextFrame) {
  struct Raise : Recorder {
    WebSocketParser* parser = nullptr;
    void on_web_socket_message(Op opcode, std::string_view payload) override {
      parser->set_message_limit(1000);
      Recorder::on_web_socket_message(opcode, payload);
    }
  } raise;
  WebSocketParser parser(WebSocketParser::Role::server, 10);
  raise.parser = &parser;
  std::string bytes = frame(Op::text, "hello") + frame(Op::text, std::string(500, 'x'));
  EXPECT_FALSE(parser.feed(bytes, raise));
  EXPECT_EQ(raise.events.size(), 2U);
}

TEST(WebSocket, TextThatIsNotUtf8IsInvalid) {
  EXPECT_EQ(feed(frame(Op::text, "\xC3\x28")).fault, kCloseInvalidText);
  EXPECT_EQ(feed(frame(Op::text, "\xED\xA0\x80")).fault, kCloseInvalidText);
  EXPECT_EQ(feed(frame(Op::text, "ok\xF0\x9F", false) + frame(Op::continuation, "\x98\x80")).events,
            Events{"text:ok\xF0\x9F\x98\x80"});
  EXPECT_EQ(feed(frame(Op::text, "\xF0\x9F", false) + frame(Op::continuation, "x")).fault, kCloseInvalidText);
  EXPECT_EQ(feed(frame(Op::binary, "\xC3\x28")).fault, 0);
}

TEST(WebSocket, CloseFrameEndsTheStream) {
  EXPECT_EQ(feed(frame(Op::close, "") + frame(Op::text, "late")), (Outcome{{"close:1005:"}, 0}));
  EXPECT_EQ(feed(frame(Op::close,
                       "\x03\xE8"
                       "bye")),
            (Outcome{{"close:1000:bye"}, 0}));
  EXPECT_EQ(feed(frame(Op::text, "a", false) + frame(Op::close, "\x0F\xA1")), (Outcome{{"close:4001:"}, 0}));
}

TEST(WebSocket, BadCloseFramesAreFaults) {
  EXPECT_EQ(feed(frame(Op::close, "\x03")).fault, kCloseProtocolError);
  EXPECT_EQ(feed(frame(Op::close, "\x03\xE8\xFF")).fault, kCloseInvalidText);
  for (int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535}) {
    const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
    EXPECT_EQ(feed(frame(Op::close, payload)).fault, kCloseProtocolError) << code;
  }
  for (int code : {1000, 1003, 1007, 1011, 1014, 3000, 4999}) {
    const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
    EXPECT_EQ(feed(frame(Op::close, payload)).fault, 0) << code;
  }
}

TEST(WebSocket, NothingIsHeardAfterAFault) {
  WebSocketParser parser(WebSocketParser::Role::server, 100);
  Recorder recorder;
  std::string bad = frame(Op::continuation, "x");
  EXPECT_TRUE(parser.feed(bad, recorder));
  EXPECT_TRUE(parser.finished());
  std::string good = frame(Op::text, "x");
  EXPECT_FALSE(parser.feed(good, recorder));
  EXPECT_TRUE(recorder.events.empty());
}

TEST(WebSocket, MaskStartsAtAnyPhase) {
  const std::string text = "the quick brown fox jumps";
  std::string whole = text;
  apply_web_socket_mask(whole, kKey);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    std::string pieces = text;
    apply_web_socket_mask(std::span(pieces).first(cut), kKey);
    apply_web_socket_mask(std::span(pieces).subspan(cut), kKey, cut & 3U);
    EXPECT_EQ(pieces, whole) << cut;
  }
}

TEST(WebSocket, ClosePayloadIsCutAtACodePoint) {
  EXPECT_EQ(make_web_socket_close_payload(kCloseNoStatus, "x"), "");
  EXPECT_EQ(make_web_socket_close_payload(1000, "bye"),
            "\x03\xE8"
            "bye");
  std::string reason(122, 'x');
  reason += "\xC3\xA4";
  EXPECT_EQ(make_web_socket_close_payload(1000, reason).size(), 2U + 122U);
}

TEST(WebSocket, AcceptIsThatOfTheRfc) {
  EXPECT_EQ(web_socket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_TRUE(is_valid_web_socket_key("dGhlIHNhbXBsZSBub25jZQ=="));
  EXPECT_FALSE(is_valid_web_socket_key("dGhlIHNhbXBsZSBub25j"));
  EXPECT_FALSE(is_valid_web_socket_key("not base64 at all!!!!!!!"));
}

}  // namespace
}  // namespace parley
