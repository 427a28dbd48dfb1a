#include <gtest/gtest.h>

#include <set>

#include "parley/v1/events.pb.h"
#include "wire/frames.hpp"
#include "wire/frames_event.hpp"
#include "wire/samples_for_test.hpp"

namespace parley::wire {
namespace {

Result<Event> there_and_back(const Event& event) {
  v1::Event message;
  from_event(event, message);
  v1::Event parsed;
  EXPECT_TRUE(parse_message(Encoding::binary, message.SerializeAsString(), parsed));
  return to_event(parsed.header(), parsed.has_content() ? &parsed.content() : nullptr);
}

std::string refusal_of(void (*change)(v1::EventHeader&)) {
  v1::Event message;
  from_event(message_with("x"), message);
  change(*message.mutable_header());
  const Result<Event> event = to_event(message.header(), &message.content());
  if (event) return "accepted";
  EXPECT_EQ(event.error().code, ErrorCode::malformed);
  return event.error().detail;
}

TEST(FramesEvent, EveryKindRoundTrips) {
  std::set<std::size_t> kinds;
  for (const Event& event : every_event()) {
    const Result<Event> again = there_and_back(event);
    ASSERT_TRUE(again) << event.body.index() << ": " << again.error().detail;
    EXPECT_EQ(*again, event) << event.body.index();
    kinds.insert(event.body.index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<EventBody>) << "a kind has no sample";
}

TEST(FramesEvent, HandWrittenContentIsWhatTheGeneratedCodeWrites) {
  for (const Content& content : {Content{true, "", ""}, Content{true, "hello", ""}, Content{false, "", ""},
                                 Content{false, "\x01\x02", "image/png"}, Content{true, std::string(127, 'x'), ""},
                                 Content{true, std::string(128, 'x'), ""}, Content{true, std::string(16'383, 'x'), ""},
                                 Content{false, std::string(16'384, 'x'), std::string(128, 't')}}) {
    v1::Content message;
    from_content(content, message);
    EXPECT_EQ(encode_content(content), message.SerializeAsString()) << content.bytes.size();
  }
}

TEST(FramesEvent, ANilDeviceIsNotWritten) {
  Event event = message_with("x");
  event.device = DeviceId{};
  v1::Event message;
  from_event(event, message);
  EXPECT_TRUE(message.header().device().empty());
  EXPECT_EQ(there_and_back(event), event);
}

TEST(FramesEvent, AnEventThatDoesNotFitIsRefusedByItsField) {
  EXPECT_EQ(refusal_of([](v1::EventHeader&) {}), "accepted");
  EXPECT_EQ(refusal_of([](v1::EventHeader& h) { h.set_seq(0); }), "seq: a seq is needed: 1 to 2^53");
  EXPECT_EQ(refusal_of([](v1::EventHeader& h) { h.set_account("short"); }),
            "account: an id is needed: 16 bytes, not all zero");
  EXPECT_EQ(refusal_of([](v1::EventHeader& h) { h.clear_account(); }),
            "account: an id is needed: 16 bytes, not all zero");
  EXPECT_EQ(refusal_of([](v1::EventHeader& h) { h.set_device("short"); }), "device: an id has 16 bytes");
  EXPECT_EQ(refusal_of([](v1::EventHeader& h) { h.set_send_id("short"); }), "send_id: an id has 16 bytes");
  EXPECT_EQ(refusal_of([](v1::EventHeader& h) { h.clear_body(); }),
            "body: an event of a kind that is known here is needed");
  EXPECT_EQ(refusal_of([](v1::EventHeader& h) { h.mutable_message()->add_mentions("short"); }),
            "message.mentions: an id is needed: 16 bytes, not all zero");
  EXPECT_EQ(refusal_of([](v1::EventHeader& h) { h.mutable_created(); }), "created.kind: not a known value");
  EXPECT_EQ(refusal_of([](v1::EventHeader& h) {
              h.mutable_role_changed()->set_account(std::string(16, 'a'));
              h.mutable_role_changed()->set_role(static_cast<v1::Role>(9));
            }),
            "role_changed.role: not a known value");
  EXPECT_EQ(refusal_of([](v1::EventHeader& h) {
              h.mutable_invitation_created()->set_invitation(std::string(16, 'a'));
              h.mutable_invitation_created()->set_secret_hash("short");
            }),
            "invitation_created.secret_hash: a digest has 32 bytes");
}

TEST(FramesEvent, ContentWithoutABodyIsRefused) {
  v1::Event message;
  from_event(message_with("x"), message);
  const v1::Content empty;
  EXPECT_FALSE(to_event(message.header(), &empty));
  EXPECT_FALSE(to_content(empty));
}

TEST(FramesEvent, SettingsThatAreMissingOrUnknownAreTheUsualOnes) {
  v1::ChannelSettings message;
  EXPECT_EQ(to_settings(message), ChannelSettings{});
  message.set_post(static_cast<v1::Who>(77));
  message.set_add(static_cast<v1::Who>(-1));
  EXPECT_EQ(to_settings(message), ChannelSettings{});
}

TEST(FramesEvent, APreviewEndsAtACodePoint) {
  v1::Content content;
  content.set_text("a\xC3\xA9\xF0\x9F\x98\x80z");  // 1 + 2 + 4 + 1 bytes
  for (const auto& [bytes, expected] : std::vector<std::pair<std::uint64_t, std::string>>{
           {0, ""}, {1, "a"}, {2, "a"}, {3, "a\xC3\xA9"}, {6, "a\xC3\xA9"}, {7, "a\xC3\xA9\xF0\x9F\x98\x80"}}) {
    v1::Content cut = content;
    make_preview(cut, bytes);
    EXPECT_EQ(cut.text(), expected) << bytes;
    EXPECT_TRUE(cut.preview());
    EXPECT_EQ(cut.full_size(), 8U);
  }
}

TEST(FramesEvent, WhatFitsIsNoPreview) {
  v1::Content text;
  text.set_text("12345678");
  make_preview(text, 8);
  EXPECT_FALSE(text.preview());
  EXPECT_EQ(text.full_size(), 0U);
  v1::Content data;
  data.set_data(std::string(9, '\x80'));
  make_preview(data, 8);
  EXPECT_EQ(data.data().size(), 8U);
  EXPECT_EQ(data.full_size(), 9U);
  v1::Content none;
  make_preview(none, 0);
  EXPECT_FALSE(none.preview());
}

}  // namespace
}  // namespace parley::wire
