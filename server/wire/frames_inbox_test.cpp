#include <gtest/gtest.h>

#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"
#include "wire/samples_for_test.hpp"

namespace parley::wire {
namespace {

const AccountId kMe = same<AccountId>(0xA1);
const AccountId kOther = same<AccountId>(0xA2);

Member member_of(Role role, std::vector<Interval> intervals) {
  Member member;
  member.role = role;
  member.intervals = std::move(intervals);
  return member;
}

Channel group_of_two() {
  Channel channel;
  channel.id = same<ChannelId>(0xC1);
  channel.title = "Team";
  channel.avatar = "media:1";
  channel.head = 20;
  channel.count = 15;
  channel.time = from_unix_ms(1000);
  Member me = member_of(Role::admin, {{1, 5}, {9, 0}});
  me.own = 4;
  me.mentions = 3;
  me.read = 12;
  me.at_read = {.count = 9, .own = 2, .mentions = 1};
  channel.members[kMe] = me;
  channel.members[kOther] = member_of(Role::member, {{1, 0}});
  return channel;
}

v1::InboxRow row_of(const Channel& channel, const AccountId& account) {
  v1::InboxRow row;
  fill_inbox_row(channel, channel.active_members(), same_digest(0x0D), account, Floor{.delivered = 11, .read = 7}, row);
  return row;
}

TEST(FramesInbox, ARowTellsWhatAMemberSees) {
  const v1::InboxRow row = row_of(group_of_two(), kMe);
  EXPECT_EQ(row.channel_id(), same<ChannelId>(0xC1).view());
  EXPECT_EQ(row.kind(), v1::CHANNEL_KIND_GROUP);
  EXPECT_EQ(row.title(), "Team");
  EXPECT_EQ(row.avatar(), "media:1");
  EXPECT_TRUE(row.peer().empty());
  EXPECT_EQ(row.role(), v1::ROLE_ADMIN);
  EXPECT_EQ(row.members(), 2U);
  ASSERT_EQ(row.visible_size(), 2);
  EXPECT_EQ(row.visible(0).to(), 5U);
  EXPECT_EQ(row.visible(1).from(), 9U);
  EXPECT_EQ(row.visible(1).to(), 0U);
  EXPECT_EQ(row.head(), 20U);
  EXPECT_EQ(row.head_time(), 1000);
  EXPECT_EQ(row.unread(), 4U);
  EXPECT_EQ(row.unread_mentions(), 2U);
  EXPECT_EQ(row.registers().read(), 12U);
  EXPECT_EQ(row.delivered_by_all(), 11U);
  EXPECT_EQ(row.read_by_all(), 7U);
  EXPECT_EQ(row.digest(), std::string(32, '\x0D'));
  EXPECT_FALSE(row.has_last());
}

TEST(FramesInbox, WhoHasLeftLearnsNothingOfWhatCameLater) {
  Channel channel = group_of_two();
  channel.members[kMe].role = Role::none;
  channel.members[kMe].intervals = {{1, 15}};
  const v1::InboxRow row = row_of(channel, kMe);
  EXPECT_EQ(row.role(), v1::ROLE_UNSPECIFIED);
  EXPECT_EQ(row.head(), 15U);
  EXPECT_EQ(row.title(), "");
  EXPECT_EQ(row.avatar(), "");
  EXPECT_EQ(row.head_time(), 0);
  EXPECT_TRUE(row.digest().empty());
  EXPECT_EQ(row.members(), 0U);
  EXPECT_EQ(row.delivered_by_all(), 0U);
  EXPECT_EQ(row.read_by_all(), 0U);
}

TEST(FramesInbox, ADirectChannelNamesTheOtherAccount) {
  Channel channel = group_of_two();
  channel.kind = ChannelKind::direct;
  EXPECT_EQ(row_of(channel, kMe).peer(), kOther.view());
  EXPECT_EQ(row_of(channel, kOther).peer(), kMe.view());
}

TEST(FramesInbox, RegistersTellMuteForEverAsMinusOne) {
  Member member = member_of(Role::member, {});
  v1::Registers registers;
  from_registers(member, registers);
  EXPECT_EQ(registers.ByteSizeLong(), 0U);
  member.delivered = 9;
  member.read = 8;
  member.marked_unread = member.pinned = member.archived = true;
  member.hidden = {{3, 4}};
  member.muted_until = from_unix_ms(77);
  from_registers(member, registers);
  EXPECT_EQ(serialize(Encoding::json, registers),
            R"({"delivered":"9","read":"8","markedUnread":true,"mutedUntil":"77","pinned":true,"archived":true,)"
            R"("hidden":[{"from":"3","to":"4"}]})");
  member.muted_until = Time::max();
  from_registers(member, registers);
  EXPECT_EQ(registers.muted_until(), -1);
}

TEST(FramesInbox, ErrorsGoByName) {
  v1::Error message;
  from_error(Error(ErrorCode::overloaded, "later", 250), message);
  EXPECT_EQ(message.number(), 81U);
  EXPECT_EQ(message.name(), "overloaded");
  EXPECT_EQ(message.text(), "later");
  const Error error = to_error(message);
  EXPECT_EQ(error.code, ErrorCode::overloaded);
  EXPECT_EQ(error.detail, "later");
  EXPECT_EQ(error.retry_after_ms, 250U);
  from_error(Error(ErrorCode::blocked), message);
  EXPECT_EQ(message.text(), error_info(ErrorCode::blocked).text);
}

TEST(FramesInbox, AnErrorOfALaterServerIsAnInternalOne) {
  v1::Error message;
  message.set_name("invented_later");
  message.set_text("why");
  EXPECT_EQ(to_error(message).code, ErrorCode::internal);
  EXPECT_EQ(to_error(message).detail, "why");
  message.set_name("ok");
  EXPECT_EQ(to_error(message).code, ErrorCode::internal);
}

// ---- version ----------------------------------------------------------------------------------------------------

InboxVersion some_version() {
  return {.incarnation = same<Incarnation>(0x1C), .positions = {{0, 5}, {7, 300}, {255, ~0ULL}}};
}

TEST(FramesInbox, AVersionRoundTrips) {
  const Result<InboxVersion> again = decode_version(encode_version(some_version()));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->incarnation, same<Incarnation>(0x1C));
  EXPECT_EQ(again->positions, some_version().positions);
  EXPECT_EQ(again->of(7), 300U);
  EXPECT_EQ(again->of(8), 0U);
  EXPECT_EQ(again->of(255), ~0ULL);
  EXPECT_EQ(again->of(1000), 0U);
}

TEST(FramesInbox, AVersionLeavesOutWhatIsAtZero) {
  const auto again =
      decode_version(encode_version({.incarnation = same<Incarnation>(1), .positions = {{1, 0}, {2, 3}}}));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->positions.size(), 1U);
}

TEST(FramesInbox, AVersionThatIsNotOursIsRefused) {
  const std::string good = encode_version(some_version());
  EXPECT_FALSE(decode_version(""));
  EXPECT_FALSE(decode_version(std::string(40, 'x')));
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(decode_version(good.substr(0, i))) << i;
    std::string changed = good;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const Result<InboxVersion> refused = decode_version(changed);
    ASSERT_FALSE(refused) << i;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  }
  EXPECT_FALSE(decode_version(good + "x"));
  InboxVersion falling = some_version();
  std::swap(falling.positions[0], falling.positions[1]);
  EXPECT_FALSE(decode_version(encode_version(falling)));
  EXPECT_FALSE(decode_version(encode_version({.incarnation = same<Incarnation>(1), .positions = {{256, 1}}})));
}

}  // namespace
}  // namespace parley::wire
