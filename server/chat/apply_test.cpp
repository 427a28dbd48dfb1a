#include <gtest/gtest.h>

#include "chat/room_for_test.hpp"

namespace parley::test {
namespace {

using Intervals = std::vector<Interval>;

void join_again(Room& room, const AccountId& who) {
  ASSERT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {who}})), "posted");
}
void leave(Room& room, const AccountId& who) {
  ASSERT_EQ(outcome(room.run(who, command::Leave{})), "posted");
}

TEST(ApplyDeathTest, OutOfOrderAborts) {
  Room room = group({kBert});
  Event event = room.decide_only(room.command(kBert, command::Post{.content = text("x")})).value();
  event.seq = 3;
  EXPECT_DEATH(apply(room.channel, event), "");
}

TEST(Apply, CreationStartsEverybodyAtSeqOne) {
  const Room room = group({kBert});
  for (const AccountId& who : {kAnna, kBert}) {
    const Member& member = room.member(who);
    EXPECT_EQ(member.intervals, (Intervals{{1, 0}}));
    EXPECT_EQ(member.read, 1u);
    EXPECT_EQ(member.delivered, 1u);
    EXPECT_EQ(member.at_read, Totals{});
    EXPECT_EQ(member.since, room.now);
    EXPECT_EQ(member.position, 0u);
  }
}

TEST(Apply, MovesHeadTimeAndCount) {
  Room room = group({kBert});
  room.now = at_ms(7);
  room.say(kBert);
  EXPECT_EQ(room.channel.head, 2u);
  EXPECT_EQ(room.channel.time, at_ms(7));
  EXPECT_EQ(room.channel.count, 1u);
}

TEST(Apply, MessageCountsForItsAuthorAndTheMentioned) {
  Room room = group({kBert, kCara});
  ASSERT_EQ(outcome(room.post(kBert, "hi", {kCara})), "posted");
  EXPECT_EQ(room.member(kBert).own, 1u);
  EXPECT_EQ(room.member(kBert).mentions, 0u);
  EXPECT_EQ(room.member(kCara).own, 0u);
  EXPECT_EQ(room.member(kCara).mentions, 1u);
  EXPECT_EQ(room.member(kAnna).mentions, 0u);
}

TEST(Apply, PostingMovesNoCursor) {
  Room room = group({kBert});
  room.say(kBert);
  EXPECT_EQ(room.member(kBert).read, 1u);
  EXPECT_EQ(room.member(kBert).delivered, 1u);
}

TEST(Apply, EditsDeletesAndReactionsChangeNoTotal) {
  Room room = group({kBert});
  const Seq said = room.post(kBert, "hi", {kAnna})->seq;
  const auto members = room.channel.members;
  ASSERT_EQ(outcome(room.run(kBert, command::Edit{.target = said, .content = text("x")})), "posted");
  ASSERT_EQ(outcome(room.run(kBert, command::React{.target = said, .content = Content{.bytes = "+"}})), "posted");
  ASSERT_EQ(outcome(room.run(kBert, command::Delete{.targets = {said}})), "posted");
  EXPECT_EQ(room.channel.members, members);
  EXPECT_EQ(room.channel.count, 1u);
}

TEST(Apply, NewcomerSeesFromTheJoiningOnAndHasNothingUnread) {
  Room room = group({kBert});
  room.say(kBert);
  room.now = at_ms(5);
  join_again(room, kCara);
  const Member& cara = room.member(kCara);
  EXPECT_EQ(cara.intervals, (Intervals{{3, 0}}));
  EXPECT_EQ(cara.read, 3u);
  EXPECT_EQ(cara.delivered, 3u);
  EXPECT_EQ(cara.at_read, (Totals{.count = 1}));
  EXPECT_EQ(cara.since, at_ms(5));
  EXPECT_FALSE(cara.sees(2));
  EXPECT_TRUE(cara.sees(3));
}

TEST(Apply, NewcomerSeesAllWhereHistoryStartsAtTheStart) {
  Room room = group({kBert}, {.history_from_start = true});
  room.say(kBert);
  join_again(room, kCara);
  EXPECT_EQ(room.member(kCara).intervals, (Intervals{{1, 0}}));
  EXPECT_EQ(room.member(kCara).read, 3u);
  EXPECT_EQ(room.badge_of(kCara), Badge{});
}

TEST(Apply, WhoLeavesSeesUpToTheLeaving) {
  Room room = group({kBert, kCara});
  leave(room, kBert);
  ASSERT_EQ(outcome(room.run(kAnna, command::RemoveMember{.account = kCara})), "posted");
  room.say(kAnna);
  EXPECT_EQ(room.member(kBert).intervals, (Intervals{{1, 2}}));
  EXPECT_EQ(room.member(kCara).intervals, (Intervals{{1, 3}}));
  EXPECT_EQ(room.member(kCara).role, Role::none);
  EXPECT_EQ(room.member(kCara).visible_head(room.channel.head), 3u);
  EXPECT_EQ(room.channel.find_active(kCara), nullptr);
  EXPECT_NE(room.channel.find(kCara), nullptr);
  EXPECT_EQ(room.channel.active_members(), 1u);
}

TEST(Apply, WhoReturnsHasAGapAndKeepsTotalsAndSettings) {
  Room room = group({kBert});
  room.say(kBert);
  ASSERT_EQ(outcome(room.post(kAnna, "x", {kBert})), "posted");
  ASSERT_EQ(outcome(room.change(kBert, registers::Set{.marked_unread = true, .pinned = true})), "posted");
  ASSERT_EQ(outcome(room.change(kBert, registers::Hide{.from = 2, .to = 2})), "posted");
  leave(room, kBert);  // 4
  room.say(kAnna);     // 5
  join_again(room, kBert);
  const Member& bert = room.member(kBert);
  EXPECT_EQ(bert.intervals, (Intervals{{1, 4}, {6, 0}}));
  EXPECT_EQ(bert.read, 6u);
  EXPECT_EQ(bert.at_read, (Totals{.count = 3, .own = 1, .mentions = 1}));
  EXPECT_EQ(room.badge_of(kBert), Badge{});
  EXPECT_TRUE(bert.pinned);
  EXPECT_TRUE(bert.hides(2));
  EXPECT_FALSE(bert.marked_unread);
  EXPECT_FALSE(bert.sees(5));
}

TEST(Apply, WhoReturnsToAllHistoryHasOneInterval) {
  Room room = group({kBert}, {.history_from_start = true});
  leave(room, kBert);
  room.say(kAnna);
  join_again(room, kBert);
  EXPECT_EQ(room.member(kBert).intervals, (Intervals{{1, 0}}));
}

TEST(Apply, NeedsNoContent) {
  Room room = group({kBert});
  const Seq said = room.post(kBert, "hi", {kAnna})->seq;
  ASSERT_EQ(outcome(room.run(kBert, command::Edit{.target = said, .content = text("x")})), "posted");
  ASSERT_EQ(outcome(room.run(kBert, command::CryptoCommit{.epoch = 0, .content = data("k", "a/b")})), "posted");
  Channel replayed;
  replayed.id = room.channel.id;
  for (Event event : room.log) {
    event.content.reset();
    apply(replayed, event);
  }
  EXPECT_EQ(replayed, room.channel);
}

TEST(Member, SeesNothingWithoutAnInterval) {
  const Member nobody;
  EXPECT_FALSE(nobody.sees(0));
  EXPECT_FALSE(nobody.sees(1));
  EXPECT_EQ(nobody.visible_head(10), 0u);
  Member open;
  open.intervals = {{1, 0}};
  EXPECT_FALSE(open.sees(0));
  EXPECT_EQ(open.visible_head(10), 10u);
}

}  // namespace
}  // namespace parley::test
