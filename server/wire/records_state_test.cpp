#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "parley/v1/records.pb.h"
#include "wire/record_frame.hpp"
#include "wire/records.hpp"
#include "wire/samples_for_test.hpp"

namespace parley::wire {
namespace {

std::string framed(const google::protobuf::MessageLite& message) {
  std::string record(kRecordFrame, '\0');
  message.AppendToString(&record);
  close_frame(record);
  return record;
}

const Head kHead{.seq = 300,
                 .time = from_unix_ms(1'760'000'000'000),
                 .count = 250,
                 .position = 9,
                 .digest = same_digest(0x0D),
                 .members_as_of = 290};

Channel some_channel() {
  Channel channel;
  channel.kind = ChannelKind::group;
  channel.title = "Team";
  channel.description = "All of us";
  channel.avatar = "media:1";
  channel.settings = {.post = Who::admins, .add = Who::members, .rename = Who::owner, .history_from_start = true};
  channel.hidden = true;
  channel.blocked_by = {same<AccountId>(0xA1), same<AccountId>(0xA2)};
  channel.invitations = {{.id = same<InvitationId>(0x11),
                          .secret_hash = same_digest(0x77),
                          .expires = from_unix_ms(1'770'000'000'000),
                          .uses_left = 3,
                          .unlimited = false,
                          .by = same<AccountId>(0xA1)},
                         {.id = same<InvitationId>(0x12), .unlimited = true, .by = same<AccountId>(0xA2)}};
  channel.crypto_epoch = 6;
  return channel;
}

Member some_member() {
  Member member;
  member.role = Role::admin;
  member.intervals = {{1, 5}, {9, 0}};
  member.since = from_unix_ms(1'760'000'000'000);
  member.own = 4;
  member.mentions = 3;
  member.delivered = 20;
  member.read = 12;
  member.delivered_at = from_unix_ms(1'760'000'000'001);
  member.read_at = from_unix_ms(1'760'000'000'002);
  member.at_read = {.count = 9, .own = 2, .mentions = 1};
  member.marked_unread = member.pinned = member.archived = member.hide_read = true;
  member.muted_until = Time::max();
  member.hidden = {{3, 4}};
  member.position = 77;
  return member;
}

const Annotation kAnnotation{
    .edits = {7, 300},
    .reactions = {{same<AccountId>(0xA1), {.bytes = "+1"}, 8},
                  {same<AccountId>(0xA2), {.is_text = false, .bytes = "\x01", .type = "a/b"}, 9}}};

TEST(RecordsState, OutcomeRoundTrips) {
  for (const StoredOutcome& outcome :
       {StoredOutcome{.seq = 300, .time = from_unix_ms(1'760'000'000'000)},
        StoredOutcome{.refused = ErrorCode::not_allowed, .time = from_unix_ms(1'760'000'000'000)}}) {
    const Result<StoredOutcome> again = decode_outcome(encode_outcome(outcome));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->seq, outcome.seq);
    EXPECT_EQ(again->refused, outcome.refused);
    EXPECT_EQ(again->time, outcome.time);
  }
}

TEST(RecordsState, AnOutcomeIsEitherPostedOrRefused) {
  EXPECT_FALSE(decode_outcome(encode_outcome({})));
  EXPECT_FALSE(decode_outcome(encode_outcome({.seq = 1, .refused = ErrorCode::not_allowed})));
  v1::OutcomeRecord unknown;
  unknown.set_refused(70);
  EXPECT_FALSE(decode_outcome(framed(unknown)));
  unknown.set_refused((1U << 16) + 42);
  EXPECT_FALSE(decode_outcome(framed(unknown)));
}

TEST(RecordsState, HeadRoundTrips) {
  const Result<Head> again = decode_head(encode_head(kHead));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->seq, 300U);
  EXPECT_EQ(again->time, kHead.time);
  EXPECT_EQ(again->count, 250U);
  EXPECT_EQ(again->position, 9U);
  EXPECT_EQ(again->digest, kHead.digest);
  EXPECT_EQ(again->members_as_of, 290U);
  EXPECT_EQ(again->greatest_send, std::nullopt);
  Head head = kHead;
  head.greatest_send = SendId(IdBytes{1, 2, 3});
  EXPECT_EQ(decode_head(encode_head(head))->greatest_send, head.greatest_send);
}

TEST(RecordsState, AHeadThatCannotBeIsDamage) {
  Head head = kHead;
  head.members_as_of = 301;
  EXPECT_FALSE(decode_head(encode_head(head)));
  v1::HeadRecord without_digest;
  without_digest.set_seq(1);
  EXPECT_FALSE(decode_head(framed(without_digest)));
  v1::HeadRecord short_id;
  short_id.set_digest(std::string(32, 'd'));
  EXPECT_TRUE(decode_head(framed(short_id)));
  short_id.set_greatest_send("short");
  EXPECT_FALSE(decode_head(framed(short_id)));
}

TEST(RecordsState, CardRoundTripsAndTouchesNothingElse) {
  Channel again;
  again.id = same<ChannelId>(0xC1);
  again.head = 5;
  again.members[same<AccountId>(0xA1)] = some_member();
  again.invitations = {Invitation{}};
  Channel expected = some_channel();
  expected.id = again.id;
  expected.head = again.head;
  expected.members = again.members;
  ASSERT_TRUE(decode_card(encode_card(some_channel()), again));
  EXPECT_EQ(again, expected);
}

TEST(RecordsState, ACardOfNoKindIsDamageAndChangesNothing) {
  Channel channel = some_channel();
  const Result<void> decoded = decode_card(framed(v1::CardRecord()), channel);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::damaged);
  EXPECT_EQ(channel, some_channel());
}

TEST(RecordsState, MemberRoundTrips) {
  for (const Member& member : {some_member(), Member{}}) {
    const Result<Member> again = decode_member(encode_member(member));
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, member);
  }
}

TEST(RecordsState, AMemberOfAnUnknownRoleIsDamage) {
  v1::MemberRecord message;
  message.set_role(static_cast<v1::Role>(9));
  EXPECT_FALSE(decode_member(framed(message)));
}

TEST(RecordsState, AnnotationRoundTrips) {
  const Result<Annotation> again = decode_annotation(encode_annotation(kAnnotation));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->edits, kAnnotation.edits);
  EXPECT_EQ(again->reactions, kAnnotation.reactions);
}

TEST(RecordsState, AReactionOfNobodyIsDamage) {
  v1::AnnotationRecord message;
  message.add_reactions()->mutable_content()->set_text("x");
  EXPECT_FALSE(decode_annotation(framed(message)));
}

TEST(RecordsState, AnyFlippedBitOrTruncationIsDamage) {
  Channel channel;
  for (const std::string& record : {encode_outcome({.seq = 3}), encode_head(kHead), encode_card(some_channel()),
                                    encode_member(some_member()), encode_annotation(kAnnotation)}) {
    for (std::size_t i = 0; i < record.size() * 8; ++i) {
      std::string changed = record;
      changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << (i % 8)));
      ASSERT_FALSE(open_frame(changed)) << i;
      EXPECT_FALSE(decode_outcome(changed));
      EXPECT_FALSE(decode_head(changed));
      EXPECT_FALSE(decode_card(changed, channel));
      EXPECT_FALSE(decode_member(changed));
      EXPECT_FALSE(decode_annotation(changed));
    }
    for (std::size_t size = 0; size < record.size(); ++size) EXPECT_FALSE(open_frame(record.substr(0, size)));
  }
}

TEST(RecordsState, TheFrameIsFormatThenChecksumThenPayload) {
  for (const std::size_t size : {0UL, 1UL, 7UL, 16UL, 128UL, 240UL, 241UL, 1024UL, 300'000UL}) {
    std::string record = std::string(kRecordFrame, '?') + std::string(size, 'p');
    close_frame(record);
    EXPECT_EQ(record[0], kRecordFormat);
    const Result<std::string_view> payload = open_frame(record);
    ASSERT_TRUE(payload) << size;
    EXPECT_EQ(*payload, std::string(size, 'p'));
  }
}

// The format must not drift: these bytes are in people's stores.
TEST(RecordsState, GoldenBytes) {
  EXPECT_EQ(hex_encode(encode_outcome({.seq = 300, .time = from_unix_ms(1'760'000'000'000)})),
            "01abfa0c67d4d16e3008ac02188080b3c19c33");
  EXPECT_EQ(hex_encode(encode_outcome({.refused = ErrorCode::not_allowed, .time = from_unix_ms(1'760'000'000'000)})),
            "012a073eb7e080b538102a188080b3c19c33");
  EXPECT_EQ(hex_encode(encode_head(kHead)),
            "01abc9f66b0aa63cc708ac02108080b3c19c3318fa0120092a200d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d"
            "0d0d0d0d0d0d0d0d0d0d30a202");
  EXPECT_EQ(hex_encode(encode_card(some_channel())),
            "016e24e15456717181080212045465616d1a09416c6c206f6620757322076d656469613a312a08080210011803200130"
            "013a10a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a13a10a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2424f0a1011111111111111"
            "111111111111111111122077777777777777777777777777777777777777777777777777777777777777771880c8e2e1"
            "c13320033210a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a142480a1012121212121212121212121212121212122000000000"
            "0000000000000000000000000000000000000000000000000000000028013210a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2"
            "4806");
  EXPECT_EQ(hex_encode(encode_member(some_member())),
            "01e76399b03a0037a2080212040801100512020809188080b3c19c33200428033014380c408180b3c19c33488280b3c1"
            "9c33500958026001680170ffffffffffffffff7f78018001018801019201040803100498014d");
  EXPECT_EQ(hex_encode(encode_annotation(kAnnotation)),
            "01feae2db77951398d0a0307ac02121a0a10a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a112040a022b311808121e0a10a2a2"
            "a2a2a2a2a2a2a2a2a2a2a2a2a2a212081201011a03612f621809");
}

}  // namespace
}  // namespace parley::wire
