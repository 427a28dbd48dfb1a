#include <gtest/gtest.h>

#include "chat/room_for_test.hpp"

namespace parley::test {
namespace {

InvitationId invitation(int number) {
  return make_id<InvitationId>(number);
}

std::string invite(Room& room, int number, Time expires = kNever, std::uint32_t uses = 0, const AccountId& by = kAnna) {
  return outcome(room.run(by, command::CreateInvitation{.invitation = invitation(number),
                                                        .secret_hash = sha256({"secret", std::to_string(number)}),
                                                        .expires = expires,
                                                        .uses = uses}));
}

std::string join(Room& room, const AccountId& who, int number) {
  return outcome(room.run(who, command::Join{.secret = "secret" + std::to_string(number)}));
}

TEST(Invitation, IsMadeAndRevokedByAdminsAndTheOwner) {
  Room room = group({kBert, kCara});
  ASSERT_EQ(outcome(room.run(kAnna, command::SetRole{.account = kCara, .role = Role::admin})), "posted");
  EXPECT_EQ(invite(room, 1, kNever, 0, kBert), "not_allowed");
  EXPECT_EQ(invite(room, 1, kNever, 0, kCara), "posted");
  ASSERT_EQ(room.channel.invitations.size(), 1u);
  EXPECT_EQ(room.channel.invitations[0].by, kCara);
  EXPECT_TRUE(room.channel.invitations[0].unlimited);
  const command::RevokeInvitation revoke{.invitation = invitation(1)};
  EXPECT_EQ(outcome(room.run(kBert, revoke)), "not_allowed");
  EXPECT_EQ(outcome(room.run(kAnna, revoke)), "posted");
  EXPECT_TRUE(room.channel.invitations.empty());
  EXPECT_EQ(outcome(room.run(kAnna, revoke)), "invitation_invalid");
}

TEST(Invitation, NeedsAFreeIdAndAnEndInTheFuture) {
  Room room = group({});
  room.now = at_ms(100);
  EXPECT_EQ(outcome(room.run(kAnna, command::CreateInvitation{})), "invalid_argument");
  EXPECT_EQ(invite(room, 1, at_ms(100)), "invalid_argument");
  EXPECT_EQ(invite(room, 1, from_unix_ms(-1)), "invalid_argument");
  EXPECT_EQ(invite(room, 1, at_ms(101)), "posted");
  EXPECT_EQ(invite(room, 1), "invalid_argument");
}

TEST(Invitation, LiveOnesAreLimited) {
  Room room = group({});
  room.limits.invitations = 2;
  EXPECT_EQ(invite(room, 1, at_ms(10)), "posted");
  EXPECT_EQ(invite(room, 2), "posted");
  EXPECT_EQ(invite(room, 3), "limit_reached");
  room.now = at_ms(10);  // the first has expired
  EXPECT_EQ(invite(room, 3), "posted");
  EXPECT_EQ(room.channel.invitations.size(), 2u);
}

TEST(Join, ByInvitationMakesAMember) {
  Room room = group({kBert});
  room.hiding_read = {kDirk};
  ASSERT_EQ(invite(room, 1), "posted");
  ASSERT_EQ(join(room, kDirk, 1), "posted");
  EXPECT_EQ(room.member(kDirk).role, Role::member);
  EXPECT_TRUE(room.member(kDirk).hide_read);
  EXPECT_EQ(room.log.back().as<event::JoinedByInvitation>()->invitation, invitation(1));
  EXPECT_FALSE(room.log.back().as<event::JoinedByInvitation>()->history_from_start);
  EXPECT_EQ(room.log.back().account, kDirk);
}

TEST(Join, TakesHistoryFromTheSetting) {
  Room room = group({kBert}, {.history_from_start = true});
  ASSERT_EQ(invite(room, 1), "posted");
  ASSERT_EQ(join(room, kDirk, 1), "posted");
  EXPECT_TRUE(room.member(kDirk).sees(1));
}

TEST(Join, WithTheWrongSecretIsRefused) {
  Room room = group({kBert});
  EXPECT_EQ(join(room, kDirk, 1), "invitation_invalid");
  ASSERT_EQ(invite(room, 1), "posted");
  EXPECT_EQ(join(room, kDirk, 2), "invitation_invalid");
  EXPECT_EQ(outcome(room.run(kDirk, command::Join{})), "invitation_invalid");
}

TEST(Join, AfterTheEndOrTheRevocationIsRefused) {
  Room room = group({kBert});
  ASSERT_EQ(invite(room, 1, at_ms(10)), "posted");
  ASSERT_EQ(invite(room, 2), "posted");
  room.now = at_ms(9);
  EXPECT_EQ(join(room, kDirk, 1), "posted");
  room.now = at_ms(10);
  EXPECT_EQ(join(room, kEsra, 1), "invitation_invalid");
  ASSERT_EQ(outcome(room.run(kAnna, command::RevokeInvitation{.invitation = invitation(2)})), "posted");
  EXPECT_EQ(join(room, kEsra, 2), "invitation_invalid");
}

TEST(Join, UsesUpTheInvitation) {
  Room room = group({});
  ASSERT_EQ(invite(room, 1, kNever, 2), "posted");
  ASSERT_EQ(join(room, kBert, 1), "posted");
  EXPECT_EQ(room.channel.invitations.at(0).uses_left, 1u);
  ASSERT_EQ(join(room, kCara, 1), "posted");
  EXPECT_TRUE(room.channel.invitations.empty());
  EXPECT_EQ(join(room, kDirk, 1), "invitation_invalid");
}

TEST(Join, WithoutALimitIsNeverUsedUp) {
  Room room = group({});
  ASSERT_EQ(invite(room, 1), "posted");
  for (int i = 10; i < 30; ++i) EXPECT_EQ(join(room, account(i), 1), "posted");
  EXPECT_EQ(room.channel.invitations.size(), 1u);
}

TEST(Join, ByAMemberIsRefusedAndUsesNothing) {
  Room room = group({kBert});
  ASSERT_EQ(invite(room, 1, kNever, 1), "posted");
  EXPECT_EQ(join(room, kBert, 1), "already_member");
  EXPECT_EQ(room.channel.invitations.size(), 1u);
}

TEST(Join, ByAPastMemberBringsThemBack) {
  Room room = group({kBert});
  ASSERT_EQ(invite(room, 1), "posted");
  ASSERT_EQ(outcome(room.run(kBert, command::Leave{})), "posted");
  EXPECT_EQ(join(room, kBert, 1), "posted");
  EXPECT_TRUE(room.member(kBert).active());
}

TEST(Join, NeedsAnActiveAccountAndCaresForNoBlock) {
  Room room = group({kBert});
  ASSERT_EQ(invite(room, 1), "posted");
  room.blocks = {{kAnna, kDirk}, {kDirk, kAnna}};
  room.inactive = {kDirk};
  EXPECT_EQ(join(room, kDirk, 1), "account_disabled");
  room.inactive = {};
  EXPECT_EQ(join(room, kDirk, 1), "posted");
}

TEST(Join, ToAFullGroupIsRefused) {
  Room room = group({kBert});
  room.limits.members = 2;
  ASSERT_EQ(invite(room, 1), "posted");
  EXPECT_EQ(join(room, kDirk, 1), "channel_full");
  ASSERT_EQ(outcome(room.run(kBert, command::Leave{})), "posted");
  EXPECT_EQ(join(room, kDirk, 1), "posted");
}

TEST(Join, TellsAStrangerNothingOfWhatThereIs) {
  Room none;
  EXPECT_EQ(join(none, kDirk, 1), "invitation_invalid");
  Room pair = direct();
  EXPECT_EQ(join(pair, kDirk, 1), "invitation_invalid");
}

TEST(Join, ToAGroupThatAllHaveLeftIsRefused) {
  Room room = group({});
  ASSERT_EQ(invite(room, 1), "posted");
  ASSERT_EQ(outcome(room.run(kAnna, command::Leave{})), "posted");
  EXPECT_EQ(join(room, kDirk, 1), "invitation_invalid");
  EXPECT_EQ(join(room, kAnna, 1), "invitation_invalid");
}

}  // namespace
}  // namespace parley::test
