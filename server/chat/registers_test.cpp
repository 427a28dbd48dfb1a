#include <gtest/gtest.h>

#include "chat/room_for_test.hpp"

namespace parley::test {
namespace {

using Ranges = std::vector<Interval>;

Room group_of_ten_events() {
  Room room = group({kBert});
  while (room.channel.head < 10) room.say(kAnna);
  room.now = at_ms(50);
  return room;
}

TEST(Registers, OfAStrangerOrOfNoChannelAreRefused) {
  Room room = group({kBert});
  EXPECT_EQ(outcome(room.move(kDirk, 1, 1)), "channel_unknown");
  Room none;
  EXPECT_EQ(outcome(none.change(kAnna, registers::Set{.pinned = true})), "channel_unknown");
}

TEST(MoveCursor, RemembersTimeAndTotals) {
  Room room = group_of_ten_events();
  ASSERT_EQ(outcome(room.post(kBert, "mine")), "posted");
  ASSERT_EQ(outcome(room.move(kBert, 9, 0)), "posted");
  EXPECT_EQ(room.member(kBert).delivered, 9u);
  EXPECT_EQ(room.member(kBert).delivered_at, at_ms(50));
  EXPECT_EQ(room.member(kBert).read, 1u);
  EXPECT_EQ(room.member(kBert).read_at, kNever);
  ASSERT_EQ(outcome(room.move(kBert, 0, 11)), "posted");
  EXPECT_EQ(room.member(kBert).read, 11u);
  EXPECT_EQ(room.member(kBert).read_at, at_ms(50));
  EXPECT_EQ(room.member(kBert).at_read, (Totals{.count = 10, .own = 1}));
}

TEST(MoveCursor, ReadImpliesDelivered) {
  Room room = group_of_ten_events();
  ASSERT_EQ(outcome(room.move(kBert, 3, 7)), "posted");
  EXPECT_EQ(room.member(kBert).delivered, 7u);
  EXPECT_EQ(room.member(kBert).delivered_at, at_ms(50));
}

TEST(MoveCursor, BackwardsIsIgnored) {
  Room room = group_of_ten_events();
  ASSERT_EQ(outcome(room.move(kBert, 8, 8)), "posted");
  const Member before = room.member(kBert);
  room.now = at_ms(60);
  const auto after = room.move(kBert, 5, 8);
  ASSERT_EQ(outcome(after), "posted");
  EXPECT_EQ(*after, before);
}

TEST(MoveCursor, BeyondTheHeadIsRefused) {
  Room room = group_of_ten_events();
  EXPECT_EQ(outcome(room.move(kBert, 11, 0)), "seq_in_future");
  EXPECT_EQ(outcome(room.change(kBert, registers::MoveCursor{.read = 11})), "seq_in_future");
  EXPECT_EQ(outcome(room.move(kBert, 10, 10)), "posted");
}

TEST(MoveCursor, OfAPastMemberGoesUpToWhatTheySee) {
  Room room = group_of_ten_events();
  ASSERT_EQ(outcome(room.run(kBert, command::Leave{})), "posted");
  room.say(kAnna);
  EXPECT_EQ(outcome(room.move(kBert, 12, 0)), "seq_in_future");
  EXPECT_EQ(outcome(room.move(kBert, 11, 11)), "posted");
  EXPECT_EQ(room.member(kBert).read, 11u);
}

TEST(MoveCursor, OfReadClearsTheUnreadMark) {
  Room room = group_of_ten_events();
  ASSERT_EQ(outcome(room.change(kBert, registers::Set{.marked_unread = true})), "posted");
  ASSERT_EQ(outcome(room.move(kBert, 10, 0)), "posted");
  EXPECT_TRUE(room.member(kBert).marked_unread);
  ASSERT_EQ(outcome(room.move(kBert, 0, 10)), "posted");
  EXPECT_FALSE(room.member(kBert).marked_unread);
}

TEST(MoveCursorDeathTest, OfReadWithoutTotalsAborts) {
  Room room = group_of_ten_events();
  EXPECT_DEATH(room.change(kBert, registers::MoveCursor{.read = 10}), "");
}

TEST(SetRegisters, ChangeOnlyWhatTheyName) {
  Room room = group({kBert});
  ASSERT_EQ(outcome(room.change(kBert, registers::Set{.muted_until = Time::max(), .archived = true})), "posted");
  ASSERT_EQ(outcome(room.change(kBert, registers::Set{.marked_unread = true, .pinned = true})), "posted");
  EXPECT_EQ(room.member(kBert).muted_until, Time::max());
  EXPECT_TRUE(room.member(kBert).archived);
  EXPECT_TRUE(room.member(kBert).pinned);
  EXPECT_TRUE(room.member(kBert).marked_unread);
  ASSERT_EQ(outcome(room.change(kBert, registers::Set{.muted_until = kNever, .archived = false})), "posted");
  EXPECT_EQ(room.member(kBert).muted_until, kNever);
  EXPECT_FALSE(room.member(kBert).archived);
  EXPECT_EQ(outcome(room.change(kBert, registers::Set{.muted_until = from_unix_ms(-5)})), "invalid_argument");
}

TEST(SetRegisters, WorkForPastMembers) {
  Room room = group({kBert});
  ASSERT_EQ(outcome(room.run(kBert, command::Leave{})), "posted");
  EXPECT_EQ(outcome(room.change(kBert, registers::Set{.archived = true})), "posted");
}

TEST(Hide, RefusesWhatIsNoRangeOrInTheFuture) {
  Room room = group_of_ten_events();
  EXPECT_EQ(outcome(room.change(kBert, registers::Hide{.from = 0, .to = 3})), "invalid_argument");
  EXPECT_EQ(outcome(room.change(kBert, registers::Hide{.from = 4, .to = 3})), "invalid_argument");
  EXPECT_EQ(outcome(room.change(kBert, registers::Hide{.from = 1, .to = 0})), "invalid_argument");
  EXPECT_EQ(outcome(room.change(kBert, registers::Hide{.from = 4, .to = 11})), "seq_in_future");
  EXPECT_EQ(outcome(room.change(kBert, registers::Hide{.from = 1, .to = ~Seq{0}})), "seq_in_future");
}

TEST(Hide, JoinsRangesThatOverlapOrTouch) {
  Room room = group_of_ten_events();
  const auto hide = [&](Seq from, Seq to) {
    EXPECT_EQ(outcome(room.change(kBert, registers::Hide{.from = from, .to = to})), "posted");
    return room.member(kBert).hidden;
  };
  EXPECT_EQ(hide(5, 6), (Ranges{{5, 6}}));
  EXPECT_EQ(hide(9, 9), (Ranges{{5, 6}, {9, 9}}));
  EXPECT_EQ(hide(2, 2), (Ranges{{2, 2}, {5, 6}, {9, 9}}));
  EXPECT_EQ(hide(5, 5), (Ranges{{2, 2}, {5, 6}, {9, 9}}));
  EXPECT_EQ(hide(3, 3), (Ranges{{2, 3}, {5, 6}, {9, 9}}));
  EXPECT_EQ(hide(7, 8), (Ranges{{2, 3}, {5, 9}}));
  EXPECT_TRUE(room.member(kBert).hides(8));
  EXPECT_FALSE(room.member(kBert).hides(4));
  EXPECT_FALSE(room.member(kBert).hides(10));
  EXPECT_EQ(hide(1, 10), (Ranges{{1, 10}}));
}

TEST(Hide, RangesAreLimited) {
  Room room = group_of_ten_events();
  room.limits.hidden_ranges = 2;
  EXPECT_EQ(outcome(room.change(kBert, registers::Hide{.from = 2, .to = 2})), "posted");
  EXPECT_EQ(outcome(room.change(kBert, registers::Hide{.from = 6, .to = 6})), "posted");
  EXPECT_EQ(outcome(room.change(kBert, registers::Hide{.from = 9, .to = 9})), "limit_reached");
  EXPECT_EQ(room.member(kBert).hidden.size(), 2u);
  EXPECT_EQ(outcome(room.change(kBert, registers::Hide{.from = 3, .to = 9})), "posted");
}

TEST(Hide, KeepsMessagesForTheOthersAndForReplies) {
  Room room = group_of_ten_events();
  ASSERT_EQ(outcome(room.change(kBert, registers::Hide{.from = 2, .to = 2})), "posted");
  EXPECT_FALSE(room.member(kAnna).hides(2));
  EXPECT_TRUE(room.member(kBert).sees(2));
}

TEST(SetHideRead, SwitchesTheMember) {
  Room room = group({kBert});
  ASSERT_EQ(outcome(room.change(kBert, registers::SetHideRead{.on = true})), "posted");
  EXPECT_TRUE(room.member(kBert).hide_read);
  ASSERT_EQ(outcome(room.change(kBert, registers::SetHideRead{.on = false})), "posted");
  EXPECT_FALSE(room.member(kBert).hide_read);
}

}  // namespace
}  // namespace parley::test
