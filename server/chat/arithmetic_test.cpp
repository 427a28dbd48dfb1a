#include <gtest/gtest.h>

#include "chat/room_for_test.hpp"

namespace parley::test {
namespace {

Floor floor_of(const Room& room, const AccountId& viewer) {
  return Floors(room.channel).for_viewer(viewer, room.member(viewer).hide_read);
}
void expect_floor(const Room& room, const AccountId& viewer, Seq delivered, Seq read) {
  EXPECT_EQ(floor_of(room, viewer).delivered, delivered);
  EXPECT_EQ(floor_of(room, viewer).read, read);
}

TEST(Badge, CountsWhatOthersSaidSinceTheReadCursor) {
  Room room = group({kBert});
  room.say(kAnna);
  room.say(kBert);
  room.say(kAnna);
  EXPECT_EQ(room.badge_of(kBert).unread, 2u);
  EXPECT_EQ(room.badge_of(kAnna).unread, 1u);
  ASSERT_EQ(outcome(room.move(kBert, 0, 3)), "posted");
  EXPECT_EQ(room.badge_of(kBert).unread, 1u);
  ASSERT_EQ(outcome(room.move(kBert, 0, 4)), "posted");
  EXPECT_EQ(room.badge_of(kBert).unread, 0u);
}

TEST(Badge, IsNotClearedByPosting) {
  Room room = group({kBert});
  room.say(kAnna);
  room.say(kBert);
  EXPECT_EQ(room.badge_of(kBert).unread, 1u);
}

TEST(Badge, CountsMentions) {
  Room room = group({kBert});
  ASSERT_EQ(outcome(room.post(kAnna, "a", {kBert})), "posted");
  ASSERT_EQ(outcome(room.post(kAnna, "b", {kBert})), "posted");
  ASSERT_EQ(outcome(room.move(kBert, 0, 2)), "posted");
  EXPECT_EQ(room.badge_of(kBert), (Badge{.unread = 1, .mentions = 1}));
}

TEST(Badge, IsEmptyForPastMembersAndInTheAccountChannel) {
  Room room = group({kBert});
  room.say(kAnna);
  ASSERT_EQ(outcome(room.run(kBert, command::Leave{})), "posted");
  EXPECT_EQ(room.badge_of(kBert), Badge{});
  Room account_channel = own(ChannelKind::account);
  Member other = account_channel.member(kAnna);
  ASSERT_EQ(outcome(account_channel.post(kAnna)), "posted");
  EXPECT_EQ(badge(account_channel.channel, other), Badge{});
}

TEST(Floors, AreTheLowestCursorsOfTheOthers) {
  Room room = group({kBert, kCara});
  for (int i = 0; i < 6; ++i) room.say(kAnna);
  ASSERT_EQ(outcome(room.move(kBert, 5, 3)), "posted");
  ASSERT_EQ(outcome(room.move(kCara, 4, 4)), "posted");
  expect_floor(room, kAnna, 4, 3);
  expect_floor(room, kBert, 1, 1);
  ASSERT_EQ(outcome(room.move(kAnna, 7, 7)), "posted");
  expect_floor(room, kAnna, 4, 3);
  expect_floor(room, kBert, 4, 4);
  expect_floor(room, kCara, 5, 3);
}

TEST(Floors, SkipPastMembers) {
  Room room = group({kBert, kCara});
  room.say(kAnna);
  ASSERT_EQ(outcome(room.move(kBert, 2, 2)), "posted");
  expect_floor(room, kAnna, 1, 1);
  ASSERT_EQ(outcome(room.run(kCara, command::Leave{})), "posted");
  expect_floor(room, kAnna, 2, 2);
}

TEST(Floors, SkipForReadWhoHidesIt) {
  Room room = group({kBert, kCara});
  room.say(kAnna);
  ASSERT_EQ(outcome(room.move(kCara, 2, 2)), "posted");
  ASSERT_EQ(outcome(room.change(kBert, registers::SetHideRead{.on = true})), "posted");
  expect_floor(room, kAnna, 1, 2);
  expect_floor(room, kCara, 1, 1);
  expect_floor(room, kBert, 1, 0);  // who hides is told nothing either
}

TEST(Floors, OfReadAreZeroWhereAllOthersHide) {
  Room room = direct();
  room.say(kAnna);
  ASSERT_EQ(outcome(room.move(kBert, 2, 2)), "posted");
  ASSERT_EQ(outcome(room.change(kBert, registers::SetHideRead{.on = true})), "posted");
  expect_floor(room, kAnna, 2, 0);
  expect_floor(room, kBert, 1, 0);
}

TEST(Floors, OfWhoJoinedLaterStartAtTheJoining) {
  Room room = group({kBert});
  room.say(kAnna);
  ASSERT_EQ(outcome(room.move(kBert, 2, 2)), "posted");
  ASSERT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {kCara}})), "posted");
  expect_floor(room, kAnna, 2, 2);
}

TEST(Floors, OfOneAloneAreTheHeadInAnOwnChannelAndZeroElsewhere) {
  for (const ChannelKind kind : {ChannelKind::self, ChannelKind::account}) {
    Room room = own(kind);
    room.say(kAnna);
    expect_floor(room, kAnna, 2, 2);
  }
  expect_floor(group({}), kAnna, 0, 0);
}

TEST(Floors, AreEqualWhereNothingMoved) {
  Room room = group({kBert, kCara});
  const Floors before(room.channel);
  room.say(kAnna);
  EXPECT_EQ(Floors(room.channel), before);
  ASSERT_EQ(outcome(room.move(kBert, 2, 0)), "posted");
  ASSERT_EQ(outcome(room.move(kCara, 2, 0)), "posted");
  EXPECT_NE(Floors(room.channel), before);
}

}  // namespace
}  // namespace parley::test
