#include <gtest/gtest.h>

#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"
#include "wire/protobytes.hpp"
#include "wire/samples_for_test.hpp"

namespace parley::wire {
namespace {

const ChannelId kChannel = same<ChannelId>(0xC1);
const SendId kSendId = same<SendId>(0x51);

// A header of exactly `size` serialized bytes would be fiddly: its send_id carries the padding.
std::string padded_header(std::size_t padding) {
  v1::EventHeader header;
  header.set_seq(1);
  header.set_send_id(std::string(padding, 's'));
  return header.SerializeAsString();
}

std::string text_content(std::size_t size) {
  v1::Content content;
  content.set_text(std::string(size, 't'));
  return content.SerializeAsString();
}

std::string generated(std::span<const EventBytes> events) {
  v1::ServerFrame frame;
  frame.mutable_events()->set_channel_id(std::string(kChannel.view()));
  for (const EventBytes& bytes : events) {
    v1::Event& event = *frame.mutable_events()->add_events();
    EXPECT_TRUE(event.mutable_header()->ParseFromString(std::string(bytes.header)));
    if (!bytes.content.empty()) {
      EXPECT_TRUE(event.mutable_content()->ParseFromString(std::string(bytes.content)));
    }
    event.set_digest(std::string(bytes.digest));
  }
  return frame.SerializeAsString();
}

TEST(FramesFast, SplicedEventsAreWhatTheGeneratedCodeWritesAtEveryVarintBoundary) {
  for (const std::size_t around : {0UL, 60UL, 100UL, 127UL, 128UL, 16'383UL, 16'384UL, 2'097'151UL, 2'097'152UL}) {
    for (std::size_t size = around > 40 ? around - 40 : 0; size <= around + 2; ++size) {
      if (around > 1'000'000 && size % 7 != 0) continue;
      const std::string header = padded_header(3);
      const std::string content = text_content(size);
      const EventBytes event{header, content};
      ASSERT_EQ(encode_events_frame(kChannel, {&event, 1}), generated({&event, 1})) << size;
    }
  }
}

TEST(FramesFast, SplicedHeadersAreWhatTheGeneratedCodeWritesAtEveryVarintBoundary) {
  for (std::size_t size = 80; size < 140; ++size) {
    const std::string header = padded_header(size);
    const EventBytes event{header, {}};
    ASSERT_EQ(encode_events_frame(kChannel, {&event, 1}), generated({&event, 1})) << size;
  }
}

TEST(FramesFast, ManyEventsAndNoneSpliceToo) {
  const std::string header = padded_header(16);
  const std::string content = text_content(20);
  const std::string digest(32, 'd');
  std::vector<EventBytes> events;
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(encode_events_frame(kChannel, events), generated(events)) << i;
    events.push_back({header, i % 3 == 0 ? std::string_view() : std::string_view(content),
                      i % 5 == 0 ? std::string_view(digest) : std::string_view()});
  }
}

TEST(FramesFast, SplicedEventsKeepWhatIsUnknownHere) {
  v1::EventHeader header;
  header.set_seq(1);
  header.GetReflection()->MutableUnknownFields(&header)->AddVarint(900, 7);
  const std::string bytes = header.SerializeAsString();
  const EventBytes event{bytes, {}};
  v1::ServerFrame frame;
  ASSERT_TRUE(parse(Encoding::binary, encode_events_frame(kChannel, {&event, 1}), frame));
  EXPECT_EQ(frame.events().events(0).header().SerializeAsString(), bytes);
}

TEST(FramesFast, OutcomeIsWhatTheGeneratedCodeWrites) {
  for (const std::uint64_t request : {0ULL, 1ULL, 127ULL, 128ULL, 16'383ULL, 16'384ULL, ~0ULL}) {
    for (const StoredOutcome& outcome :
         {StoredOutcome{.seq = 1, .time = from_unix_ms(1'760'000'000'000)},
          StoredOutcome{.seq = 127, .time = from_unix_ms(127)}, StoredOutcome{.seq = 128, .time = from_unix_ms(128)},
          StoredOutcome{.seq = 1ULL << 53, .time = from_unix_ms(-1)}, StoredOutcome{.seq = ~0ULL, .time = kNever},
          StoredOutcome{.refused = ErrorCode::not_allowed, .time = from_unix_ms(1'760'000'000'000)},
          StoredOutcome{.refused = ErrorCode::blocked}}) {
      v1::ServerFrame frame;
      frame.set_request(request);
      v1::Outcome& message = *frame.mutable_outcome();
      message.set_channel_id(std::string(kChannel.view()));
      message.set_send_id(std::string(kSendId.view()));
      message.set_seq(outcome.seq);
      message.set_time(to_unix_ms(outcome.time));
      if (outcome.refused != ErrorCode::ok) message.set_refused(std::string(error_info(outcome.refused).name));
      ASSERT_EQ(encode_outcome_frame(request, kChannel, kSendId, outcome), frame.SerializeAsString());
    }
  }
}

TEST(FramesFast, VarintsRoundTripAndOnlyTheShortestFormIsTaken) {
  for (int bit = 0; bit < 64; ++bit) {
    for (const std::uint64_t value : {(1ULL << bit) - 1, 1ULL << bit, (1ULL << bit) + 1, ~0ULL >> bit}) {
      std::string bytes;
      put_varint(bytes, value);
      EXPECT_EQ(bytes.size(), varint_size(value));
      std::string_view rest = bytes;
      std::uint64_t again = 0;
      ASSERT_TRUE(take_varint(rest, again));
      EXPECT_EQ(again, value);
      EXPECT_TRUE(rest.empty());
    }
  }
  for (std::string_view bad : {std::string_view("\x80\x00", 2), std::string_view("\x80"), std::string_view(""),
                               std::string_view("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"),
                               std::string_view("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01")}) {
    std::uint64_t value = 0;
    EXPECT_FALSE(take_varint(bad, value));
  }
}

}  // namespace
}  // namespace parley::wire
