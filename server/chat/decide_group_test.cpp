#include <gtest/gtest.h>

#include "chat/room_for_test.hpp"

namespace parley::test {
namespace {

void make_admin(Room& room, const AccountId& who) {
  ASSERT_EQ(outcome(room.run(kAnna, command::SetRole{.account = who, .role = Role::admin})), "posted");
}

TEST(Group, WhatOnlyAGroupHasIsRefusedElsewhere) {
  for (Room room : {direct(), own(ChannelKind::self), own(ChannelKind::account)}) {
    const std::vector<CommandBody> bodies = {
        command::Describe{.title = "x"},
        command::ChangeSettings{},
        command::AddMembers{.accounts = {kCara}},
        command::RemoveMember{.account = kBert},
        command::Leave{},
        command::SetRole{.account = kBert},
        command::HandOver{.to = kBert},
        command::CreateInvitation{.invitation = make_id<InvitationId>(1)},
        command::RevokeInvitation{.invitation = make_id<InvitationId>(1)},
    };
    for (const CommandBody& body : bodies) EXPECT_EQ(outcome(room.run(kAnna, body)), "wrong_kind") << body.index();
  }
}

TEST(Group, WhatMembersDoIsClosedToStrangersAndPastMembers) {
  Room room = group({kBert});
  ASSERT_EQ(outcome(room.run(kBert, command::Leave{})), "posted");
  const std::vector<CommandBody> bodies = {
      command::Describe{.title = "x"},
      command::ChangeSettings{},
      command::AddMembers{.accounts = {kCara}},
      command::RemoveMember{.account = kAnna},
      command::Leave{},
      command::SetRole{.account = kAnna},
      command::HandOver{.to = kAnna},
      command::CreateInvitation{},
      command::RevokeInvitation{},
      command::CryptoCommit{},
      command::React{.target = 1},
      command::Edit{.target = 1},
      command::Delete{.targets = {1}},
      command::Post{},
      command::RemoveDeletedAccount{},
      command::Note{.what = "x"},
  };
  for (const CommandBody& body : bodies) {
    EXPECT_EQ(outcome(room.run(kBert, body)), "not_a_member") << body.index();
    EXPECT_EQ(outcome(room.run(kDirk, body)), "channel_unknown") << body.index();
  }
}

TEST(Describe, IsForThoseWhoMayRename) {
  Room room = group({kBert});
  EXPECT_EQ(outcome(room.run(kBert, command::Describe{.title = "Runs"})), "not_allowed");
  ASSERT_EQ(outcome(room.run(kAnna, command::ChangeSettings{.settings = {.rename = Who::members}})), "posted");
  EXPECT_EQ(outcome(room.run(kBert, command::Describe{.title = "Runs"})), "posted");
  EXPECT_EQ(room.channel.title, "Runs");
}

TEST(Describe, ChangesOnlyWhatItNames) {
  Room room = group({kBert});
  ASSERT_EQ(outcome(room.run(kAnna, command::Describe{.description = "About", .avatar = "m1"})), "posted");
  EXPECT_EQ(room.channel.title, "Walks");
  EXPECT_EQ(room.channel.description, "About");
  EXPECT_EQ(room.channel.avatar, "m1");
  ASSERT_EQ(outcome(room.run(kAnna, command::Describe{.avatar = ""})), "posted");
  EXPECT_EQ(room.channel.description, "About");
  EXPECT_EQ(room.channel.avatar, "");
}

TEST(Describe, RefusesNothingAndBadValues) {
  Room room = group({kBert});
  room.limits.title_code_points = 4;
  room.limits.description_code_points = 4;
  const auto describe = [&](command::Describe d) { return outcome(room.run(kAnna, std::move(d))); };
  EXPECT_EQ(describe({}), "invalid_argument");
  EXPECT_EQ(describe({.title = ""}), "invalid_name");
  EXPECT_EQ(describe({.title = "abcde"}), "invalid_name");
  EXPECT_EQ(describe({.title = "a\u202eb"}), "invalid_name");
  EXPECT_EQ(describe({.description = "abcde"}), "content_too_long");
  EXPECT_EQ(describe({.avatar = std::string(257, 'a')}), "invalid_argument");
  EXPECT_EQ(describe({.title = "abcd", .description = ""}), "posted");
}

TEST(ChangeSettings, IsForAdminsAndTheOwner) {
  Room room = group({kBert, kCara});
  make_admin(room, kCara);
  const command::ChangeSettings change{.settings = {.post = Who::admins, .history_from_start = true}};
  EXPECT_EQ(outcome(room.run(kBert, change)), "not_allowed");
  EXPECT_EQ(outcome(room.run(kCara, change)), "posted");
  EXPECT_EQ(room.channel.settings, change.settings);
  EXPECT_EQ(outcome(room.run(kAnna, command::ChangeSettings{.settings = {.rename = static_cast<Who>(7)}})),
            "invalid_argument");
}

TEST(AddMembers, IsForThoseWhoMayAdd) {
  Room room = group({kBert});
  EXPECT_EQ(outcome(room.run(kBert, command::AddMembers{.accounts = {kCara}})), "not_allowed");
  ASSERT_EQ(outcome(room.run(kAnna, command::ChangeSettings{.settings = {.add = Who::members}})), "posted");
  EXPECT_EQ(outcome(room.run(kBert, command::AddMembers{.accounts = {kCara}})), "posted");
  EXPECT_EQ(room.member(kCara).role, Role::member);
}

TEST(AddMembers, LeavesOutWhoIsAMemberAlready) {
  Room room = group({kBert});
  room.hiding_read = {kCara};
  const auto event = room.run(kAnna, command::AddMembers{.accounts = {kCara, kBert, kCara, kAnna}});
  ASSERT_EQ(outcome(event), "posted");
  EXPECT_EQ(event->as<event::MembersAdded>()->members,
            (std::vector<NewMember>{{.account = kCara, .role = Role::member, .hide_read = true}}));
  EXPECT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {kCara, kBert}})), "already_member");
  EXPECT_EQ(outcome(room.run(kAnna, command::AddMembers{})), "invalid_argument");
}

// Who blocked it is forgotten with the account, and a session of it may go on for a while on another node.
TEST(AddMembers, BySomebodyWhoseAccountIsGoneIsRefused) {
  Room room = group({kBert});
  room.inactive = {kAnna};
  EXPECT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {kCara}})), "account_disabled");
}

TEST(AddMembers, WithSomebodyInactiveOrWhoBlocksIsRefused) {
  Room room = group({kBert});
  room.inactive = {kCara};
  EXPECT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {kCara, kDirk}})), "account_unknown");
  room.inactive = {};
  room.blocks = {{kDirk, kAnna}};
  EXPECT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {kCara, kDirk}})), "blocked");
  EXPECT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {kCara}})), "posted");
}

TEST(AddMembers, IsRefusedOverTheMemberLimitAndNotAtIt) {
  Room room = group({kBert});
  room.limits.members = 3;
  EXPECT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {kCara, kDirk}})), "channel_full");
  EXPECT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {kCara}})), "posted");
  EXPECT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {kDirk}})), "channel_full");
  ASSERT_EQ(outcome(room.run(kBert, command::Leave{})), "posted");  // a past member takes no place
  EXPECT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {kDirk}})), "posted");
}

TEST(AddMembers, TellsHistoryAsTheSettingIs) {
  Room room = group({kBert});
  EXPECT_FALSE(
      room.run(kAnna, command::AddMembers{.accounts = {kCara}})->as<event::MembersAdded>()->history_from_start);
  ASSERT_EQ(outcome(room.run(kAnna, command::ChangeSettings{.settings = {.history_from_start = true}})), "posted");
  EXPECT_TRUE(room.run(kAnna, command::AddMembers{.accounts = {kDirk}})->as<event::MembersAdded>()->history_from_start);
}

TEST(RemoveMember, IsForWhoStandsAbove) {
  Room room = group({kBert, kCara, kDirk, kEsra});
  make_admin(room, kBert);
  make_admin(room, kCara);
  const auto remove = [&](const AccountId& by, const AccountId& who) {
    return outcome(room.run(by, command::RemoveMember{.account = who}));
  };
  EXPECT_EQ(remove(kDirk, kEsra), "not_allowed");
  EXPECT_EQ(remove(kBert, kAnna), "not_allowed");
  EXPECT_EQ(remove(kBert, kCara), "not_allowed");
  EXPECT_EQ(remove(kBert, kDirk), "posted");
  EXPECT_EQ(remove(kAnna, kCara), "posted");
  EXPECT_EQ(room.member(kDirk).role, Role::none);
}

TEST(RemoveMember, OfOneselfOrOfNobodyIsRefused) {
  Room room = group({kBert, kCara});
  ASSERT_EQ(outcome(room.run(kCara, command::Leave{})), "posted");
  EXPECT_EQ(outcome(room.run(kAnna, command::RemoveMember{.account = kAnna})), "invalid_argument");
  EXPECT_EQ(outcome(room.run(kAnna, command::RemoveMember{.account = kCara})), "account_unknown");
  EXPECT_EQ(outcome(room.run(kAnna, command::RemoveMember{.account = kDirk})), "account_unknown");
}

TEST(Leave, OfAMemberChangesNoRoles) {
  Room room = group({kBert});
  const auto event = room.run(kBert, command::Leave{});
  ASSERT_EQ(outcome(event), "posted");
  EXPECT_TRUE(event->as<event::MemberLeft>()->new_owner.is_nil());
  EXPECT_FALSE(event->as<event::MemberLeft>()->account_deleted);
  EXPECT_EQ(room.member(kAnna).role, Role::owner);
}

TEST(Leave, OfTheOwnerMakesTheLongestServingAdminOwner) {
  Room room = group({kBert});
  for (const AccountId& who : {kEsra, kDirk, kCara}) {
    room.now += Duration(1);
    ASSERT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {who}})), "posted");
  }
  make_admin(room, kCara);
  make_admin(room, kDirk);
  const auto event = room.run(kAnna, command::Leave{});
  ASSERT_EQ(outcome(event), "posted");
  EXPECT_EQ(event->as<event::MemberLeft>()->new_owner, kDirk);
  EXPECT_EQ(room.member(kDirk).role, Role::owner);
  EXPECT_EQ(room.member(kAnna).role, Role::none);
}

TEST(Leave, OfTheOwnerWithoutAdminsTakesTheLongestServingMemberThenTheLowerId) {
  Room room = group({});
  ASSERT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {kEsra, kDirk}})), "posted");
  room.now += Duration(1);
  ASSERT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {kBert}})), "posted");
  EXPECT_EQ(room.run(kAnna, command::Leave{})->as<event::MemberLeft>()->new_owner, kDirk);
}

TEST(Leave, CountsServiceFromTheLastJoining) {
  Room room = group({kBert, kCara});
  ASSERT_EQ(outcome(room.run(kBert, command::Leave{})), "posted");
  room.now += Duration(1);
  ASSERT_EQ(outcome(room.run(kAnna, command::AddMembers{.accounts = {kBert}})), "posted");
  EXPECT_EQ(room.run(kAnna, command::Leave{})->as<event::MemberLeft>()->new_owner, kCara);
}

TEST(Leave, OfTheLastMemberIsFine) {
  Room room = group({kBert});
  ASSERT_EQ(outcome(room.run(kBert, command::Leave{})), "posted");
  const auto event = room.run(kAnna, command::Leave{});
  ASSERT_EQ(outcome(event), "posted");
  EXPECT_TRUE(event->as<event::MemberLeft>()->new_owner.is_nil());
  EXPECT_EQ(room.channel.active_members(), 0u);
  EXPECT_EQ(outcome(room.run(kAnna, command::Leave{})), "not_a_member");
}

TEST(SetRole, IsForTheOwnerAloneAndNotOnOneself) {
  Room room = group({kBert, kCara});
  make_admin(room, kBert);
  EXPECT_EQ(room.member(kBert).role, Role::admin);
  EXPECT_EQ(outcome(room.run(kBert, command::SetRole{.account = kCara, .role = Role::admin})), "not_allowed");
  EXPECT_EQ(outcome(room.run(kCara, command::SetRole{.account = kCara, .role = Role::admin})), "not_allowed");
  EXPECT_EQ(outcome(room.run(kAnna, command::SetRole{.account = kAnna, .role = Role::member})), "invalid_argument");
  EXPECT_EQ(outcome(room.run(kAnna, command::SetRole{.account = kBert, .role = Role::member})), "posted");
  EXPECT_EQ(room.member(kBert).role, Role::member);
}

TEST(SetRole, KnowsMemberAndAdminOnly) {
  Room room = group({kBert});
  for (const Role role : {Role::none, Role::owner, static_cast<Role>(9)}) {
    EXPECT_EQ(outcome(room.run(kAnna, command::SetRole{.account = kBert, .role = role})), "invalid_argument");
  }
  EXPECT_EQ(outcome(room.run(kAnna, command::SetRole{.account = kDirk, .role = Role::admin})), "account_unknown");
}

TEST(HandOver, MakesTheOldOwnerAdmin) {
  Room room = group({kBert, kCara});
  EXPECT_EQ(outcome(room.run(kBert, command::HandOver{.to = kBert})), "not_allowed");
  EXPECT_EQ(outcome(room.run(kAnna, command::HandOver{.to = kAnna})), "invalid_argument");
  EXPECT_EQ(outcome(room.run(kAnna, command::HandOver{.to = kDirk})), "account_unknown");
  ASSERT_EQ(outcome(room.run(kAnna, command::HandOver{.to = kBert})), "posted");
  EXPECT_EQ(room.member(kAnna).role, Role::admin);
  EXPECT_EQ(room.member(kBert).role, Role::owner);
}

TEST(HandOver, ToAPastMemberIsRefused) {
  Room room = group({kBert});
  ASSERT_EQ(outcome(room.run(kBert, command::Leave{})), "posted");
  EXPECT_EQ(outcome(room.run(kAnna, command::HandOver{.to = kBert})), "account_unknown");
}

TEST(RemoveDeletedAccount, LeavesAGroupAndPassesOwnershipOn) {
  Room room = group({kBert});
  const auto event = room.run(kAnna, command::RemoveDeletedAccount{});
  ASSERT_EQ(outcome(event), "posted");
  EXPECT_TRUE(event->as<event::MemberLeft>()->account_deleted);
  EXPECT_EQ(event->as<event::MemberLeft>()->new_owner, kBert);
  EXPECT_EQ(room.member(kBert).role, Role::owner);
  EXPECT_EQ(outcome(room.run(kAnna, command::RemoveDeletedAccount{})), "not_a_member");
}

TEST(RemoveDeletedAccount, LeavesEveryKindAndTheOtherStays) {
  Room room = direct();
  ASSERT_EQ(outcome(room.run(kBert, command::RemoveDeletedAccount{})), "posted");
  EXPECT_EQ(room.member(kBert).role, Role::none);
  EXPECT_EQ(room.member(kAnna).role, Role::member);
  for (const ChannelKind kind : {ChannelKind::self, ChannelKind::account}) {
    Room mine = own(kind);
    EXPECT_EQ(outcome(mine.run(kAnna, command::RemoveDeletedAccount{})), "posted");
    EXPECT_EQ(mine.channel.active_members(), 0u);
  }
}

TEST(RemoveDeletedAccount, FromADeviceIsRefused) {
  Room room = direct();
  Command command = room.command(kBert, command::RemoveDeletedAccount{});
  command.stamp.device = make_id<DeviceId>(1);
  EXPECT_EQ(outcome(room.run(command)), "not_allowed");
}

TEST(Note, IsForTheAccountChannelAndTheServerAlone) {
  Room room = own(ChannelKind::account);
  const auto event = room.run(kAnna, command::Note{.what = "devices"});
  ASSERT_EQ(outcome(event), "posted");
  EXPECT_EQ(event->as<event::Noted>()->what, "devices");
  EXPECT_EQ(event->count, 0u);
  EXPECT_EQ(outcome(room.run(kAnna, command::Note{})), "invalid_argument");
  Command from_device = room.command(kAnna, command::Note{.what = "devices"});
  from_device.stamp.device = make_id<DeviceId>(1);
  EXPECT_EQ(outcome(room.run(from_device)), "not_allowed");
  EXPECT_EQ(outcome(own(ChannelKind::self).run(kAnna, command::Note{.what = "devices"})), "wrong_kind");
}

}  // namespace
}  // namespace parley::test
