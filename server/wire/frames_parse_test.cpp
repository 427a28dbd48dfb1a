#include <gtest/gtest.h>

#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace parley::wire {
namespace {

using namespace std::string_literals;

ErrorCode code_of(Encoding encoding, std::string_view bytes) {
  v1::ClientFrame frame;
  const Result<void> parsed = parse(encoding, bytes, frame);
  return parsed ? ErrorCode::ok : parsed.error().code;
}

std::string detail_of(Encoding encoding, std::string_view bytes) {
  v1::ClientFrame frame;
  const Result<void> parsed = parse(encoding, bytes, frame);
  return parsed ? "" : parsed.error().detail;
}

v1::ClientFrame parsed_json(std::string_view text) {
  v1::ClientFrame frame;
  const Result<void> parsed = parse(Encoding::json, text, frame);
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().detail);
  return frame;
}

const std::string kSixteen = "\x01\x90\x00\x00\x00\x00\x70\x00\x80\x00\x00\x00\x00\x00\x00\x2A"s;
constexpr std::string_view kUuid = "01900000-0000-7000-8000-00000000002a";

TEST(FramesParse, BinaryFrameRoundTrips) {
  v1::ClientFrame frame;
  frame.set_request(7);
  frame.mutable_hello()->set_version(1);
  v1::ClientFrame again;
  ASSERT_TRUE(parse(Encoding::binary, serialize(Encoding::binary, frame), again));
  EXPECT_EQ(again.request(), 7U);
  EXPECT_EQ(again.hello().version(), 1U);
}

TEST(FramesParse, JsonFrameRoundTripsInProto3Form) {
  const auto text =
      R"({"request":"7","moveCursor":{"channelId":"AZAAAAAAcACAAAAAAAAAKg==","read":"9007199254740993"}})";
  const v1::ClientFrame frame = parsed_json(text);
  EXPECT_EQ(frame.move_cursor().channel_id(), kSixteen);
  EXPECT_EQ(frame.move_cursor().read(), 9007199254740993U);
  EXPECT_EQ(serialize(Encoding::json, frame), text);
}

TEST(FramesParse, JsonTakesProtobufNamesAndPlainNumbersToo) {
  const v1::ClientFrame frame = parsed_json(R"({"request": 7, "move_cursor": {"read": 3}})");
  EXPECT_EQ(frame.request(), 7U);
  EXPECT_EQ(frame.move_cursor().read(), 3U);
}

TEST(FramesParse, JsonIdsMayBeUuidTextOrEitherBase64) {
  for (const std::string_view id :
       {kUuid, std::string_view("01900000-0000-7000-8000-00000000002A"), std::string_view("AZAAAAAAcACAAAAAAAAAKg=="),
        std::string_view("AZAAAAAAcACAAAAAAAAAKg")}) {
    const auto frame = parsed_json(R"({"typing":{"channelId":")" + std::string(id) + R"("}})");
    EXPECT_EQ(frame.typing().channel_id(), kSixteen) << id;
  }
}

TEST(FramesParse, JsonUuidTextWorksInListsAndNestedMessages) {
  const std::string uuid(kUuid);
  const auto frame =
      parsed_json(R"({"command":{"channelId":")" + uuid + R"(","sendId":")" + uuid +
                  R"(","post":{"content":{"text":"x"},"mentions":[")" + uuid + R"(","AZAAAAAAcACAAAAAAAAAKg=="]}}})");
  EXPECT_EQ(frame.command().channel_id(), kSixteen);
  EXPECT_EQ(frame.command().send_id(), kSixteen);
  ASSERT_EQ(frame.command().post().mentions_size(), 2);
  EXPECT_EQ(frame.command().post().mentions(0), kSixteen);
  EXPECT_EQ(frame.command().post().mentions(1), kSixteen);
}

TEST(FramesParse, JsonUuidTextWorksForEveryIdOfTheContract) {
  for (const std::string& body : {
           R"("createChannel":{"peer":"@","members":["@"]})"s,
           R"("addMembers":{"accounts":["@"]})"s,
           R"("removeMember":{"account":"@"})"s,
           R"("handOver":{"to":"@"})"s,
           R"("revokeInvitation":{"invitation":"@"})"s,
       }) {
    std::string text = R"({"command":{)" + body + "}}";
    for (std::size_t at; (at = text.find('@')) != std::string::npos;) text.replace(at, 1, kUuid);
    EXPECT_EQ(serialize(Encoding::json, parsed_json(text)).find("MDE5"), std::string::npos);
    EXPECT_NE(serialize(Encoding::json, parsed_json(text)).find("AZAAAAAAcACAAAAAAAAAKg=="), std::string::npos) << text;
  }
}

TEST(FramesParse, JsonContentThatLooksLikeAUuidIsLeftAlone) {
  const auto frame = parsed_json(R"({"command":{"post":{"content":{"data":"01900000-0000-7000-8000-00000000002a"}}}})");
  EXPECT_EQ(frame.command().post().content().data().size(), 27U);
}

TEST(FramesParse, JsonUnknownFieldsAreIgnored) {
  EXPECT_EQ(parsed_json(R"({"request":"1","new":[{"deep":1}],"getInbox":{"newer":true}})").request(), 1U);
}

TEST(FramesParse, BinaryUnknownFieldsSurvive) {
  v1::ClientFrame frame;
  frame.mutable_typing()->set_on(true);
  frame.mutable_typing()->GetReflection()->MutableUnknownFields(frame.mutable_typing())->AddVarint(900, 5);
  frame.GetReflection()->MutableUnknownFields(&frame)->AddLengthDelimited(901, "later");
  const std::string bytes = serialize(Encoding::binary, frame);
  v1::ClientFrame again;
  ASSERT_TRUE(parse(Encoding::binary, bytes, again));
  EXPECT_EQ(serialize(Encoding::binary, again), bytes);
}

TEST(FramesParse, AFrameWithoutABodyIsMalformedAndKeepsItsRequest) {
  for (const Encoding encoding : {Encoding::binary, Encoding::json}) {
    v1::ClientFrame frame;
    frame.set_request(12);
    const std::string bytes = serialize(encoding, frame);
    frame.Clear();
    const Result<void> parsed = parse(encoding, bytes, frame);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, ErrorCode::malformed);
    EXPECT_EQ(frame.request(), 12U);
  }
}

TEST(FramesParse, ABinaryBodyOfALaterVersionIsAnUnknownRequest) {
  v1::ClientFrame frame;
  frame.set_request(12);
  frame.GetReflection()->MutableUnknownFields(&frame)->AddLengthDelimited(99, "later");
  const std::string bytes = serialize(Encoding::binary, frame);
  EXPECT_EQ(code_of(Encoding::binary, bytes), ErrorCode::unknown_request);
}

TEST(FramesParse, MalformedBinaryIsRefused) {
  v1::ClientFrame frame;
  frame.mutable_new_token()->set_access_token("abc");
  const std::string whole = serialize(Encoding::binary, frame);
  EXPECT_EQ(code_of(Encoding::binary, whole), ErrorCode::ok);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(code_of(Encoding::binary, whole.substr(0, size)), ErrorCode::malformed) << size;
  }
  EXPECT_EQ(code_of(Encoding::binary, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), ErrorCode::malformed);
  EXPECT_EQ(detail_of(Encoding::binary, "\x07"), "not a parley.v1.ClientFrame in protobuf");
}

TEST(FramesParse, BinaryTextThatIsNotUtf8IsRefusedByItsField) {
  // ClientFrame{command{post{content{text}}}} with a byte that UTF-8 does not have.
  const std::string content = "\x0A\x02\xC3\x28";
  const std::string post = "\x0A\x04" + content;
  const std::string command = "\x52\x06" + post;
  const std::string frame = "\x52\x08" + command;
  EXPECT_EQ(code_of(Encoding::binary, frame), ErrorCode::malformed);
  EXPECT_EQ(detail_of(Encoding::binary, frame), "parley.v1.Content.text is not valid UTF-8");
}

TEST(FramesParse, JsonTextThatIsNotUtf8IsRefused) {
  EXPECT_EQ(detail_of(Encoding::json, "{\"newToken\":{\"accessToken\":\"\xC3\x28\"}}"), "JSON that is not valid UTF-8");
}

TEST(FramesParse, JsonWithALoneSurrogateIsRefused) {
  EXPECT_EQ(code_of(Encoding::json, R"({"command":{"post":{"content":{"text":"\ud800"}}}})"), ErrorCode::malformed);
  EXPECT_EQ(code_of(Encoding::json, R"({"command":{"post":{"content":{"text":"\udc00x"}}}})"), ErrorCode::malformed);
  const auto frame = parsed_json(R"({"command":{"post":{"content":{"text":"\ud83d\ude00"}}}})");
  EXPECT_EQ(frame.command().post().content().text(), "\xF0\x9F\x98\x80");
}

TEST(FramesParse, AnythingButOneJsonObjectIsRefused) {
  for (const std::string_view text : {"",
                                      " ",
                                      "null",
                                      "[]",
                                      "7",
                                      "\"x\"",
                                      "{",
                                      "}",
                                      "{}}",
                                      "{} {}",
                                      "{\"request\":1}x",
                                      "{\"request\":}",
                                      "{request:1,}",
                                      "{\"typing\":{},\"watch\":{}}",
                                      "{\"request\":-1,\"typing\":{}}",
                                      "{\"request\":1.5,\"typing\":{}}",
                                      "{\"request\":\"18446744073709551616\",\"typing\":{}}",
                                      "{\"request\":\"x\",\"typing\":{}}",
                                      "{\"typing\":{\"channelId\":\"#\"}}",
                                      "{\"typing\":{\"on\":3}}",
                                      "{\"typing\":[]}",
                                      "\xEF\xBB\xBF{\"typing\":{}}"}) {
    EXPECT_EQ(code_of(Encoding::json, text), ErrorCode::malformed) << text;
  }
}

TEST(FramesParse, JsonErrorsNameTheFieldButNeverQuoteTheInput) {
  EXPECT_EQ(detail_of(Encoding::json, R"({"typing":{"on":"hunter2"}})"), "typing.on: the value does not fit the field");
  for (const std::string_view text :
       {R"({"hello":{"accessToken":{"hunter2":1}}})", R"({"hello":{"version":"hunter2"}})", R"({"hello":hunter2})",
        R"({"hello":{"accessToken":"hunter2)", R"({"hunter2" 1})", R"({"hello":{"resumeToken":"hunter2!"}})",
        R"({"hello":{"mode":{"hunter2":1}}})"}) {
    EXPECT_EQ(code_of(Encoding::json, text), ErrorCode::malformed) << text;
    EXPECT_EQ(detail_of(Encoding::json, text).find("hunter2"), std::string::npos) << detail_of(Encoding::json, text);
  }
}

TEST(FramesParse, DeepJsonIsRefusedBeforeItIsParsed) {
  const auto nested = [](std::size_t depth) {
    return R"({"typing":{},"x":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_EQ(code_of(Encoding::json, nested(32)), ErrorCode::ok);
  EXPECT_EQ(detail_of(Encoding::json, nested(33)), "JSON nested deeper than 32");
  EXPECT_EQ(code_of(Encoding::json, "{\"x\":" + std::string(400'000, '[')), ErrorCode::malformed);
}

TEST(FramesParse, BracketsInStringsAreNotDepth) {
  EXPECT_EQ(code_of(Encoding::json, R"({"typing":{},"x":")" + std::string(100, '[') + R"(\"{{{\\"})"), ErrorCode::ok);
}

TEST(FramesParse, DeepUnknownGroupsInBinaryAreRefused) {
  EXPECT_EQ(code_of(Encoding::binary, std::string(5000, '\x1B')), ErrorCode::malformed);
}

TEST(FramesParse, AFailedParseLeavesNothingBehind) {
  v1::ClientFrame frame;
  frame.mutable_typing()->set_on(true);
  EXPECT_FALSE(parse(Encoding::json, R"({"request":"5","typing":{"on":3}})", frame));
  EXPECT_EQ(frame.ByteSizeLong(), 0U);
  frame.mutable_typing()->set_on(true);
  EXPECT_FALSE(parse(Encoding::binary, "\x08\x05\x07", frame));
  EXPECT_EQ(frame.ByteSizeLong(), 0U);
}

TEST(FramesParse, BinaryToJsonSpeaksTheSameFrame) {
  v1::ServerFrame frame;
  frame.mutable_ok();
  frame.set_request(3);
  EXPECT_EQ(binary_to_json(serialize(Encoding::binary, frame)), R"({"request":"3","ok":{}})");
  EXPECT_EQ(binary_to_json("\x07"), "");
}

TEST(FramesParse, AnyMessageOfTheContractParses) {
  v1::Registers registers;
  ASSERT_TRUE(parse_message(Encoding::json, R"({"read":"4","hidden":[{"from":"1","to":"2"}]})", registers));
  EXPECT_EQ(registers.hidden(0).to(), 2U);
  EXPECT_TRUE(parse_message(Encoding::binary, "", registers));
  EXPECT_EQ(registers.read(), 0U);
  EXPECT_FALSE(parse_message(Encoding::json, "", registers));
}

}  // namespace
}  // namespace parley::wire
