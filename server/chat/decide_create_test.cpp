#include <gtest/gtest.h>

#include "chat/room_for_test.hpp"

namespace parley::test {
namespace {

command::Create direct_with(const AccountId& peer) {
  return {.kind = ChannelKind::direct, .peer = peer};
}

TEST(DerivedChannelId, OfAPairDoesNotDependOnItsOrder) {
  EXPECT_EQ(direct_channel_id(kAnna, kBert), direct_channel_id(kBert, kAnna));
  EXPECT_NE(direct_channel_id(kAnna, kBert), direct_channel_id(kAnna, kCara));
}

TEST(DerivedChannelId, DiffersByKindAndIsUuidVersion8) {
  EXPECT_NE(self_channel_id(kAnna), account_channel_id(kAnna));
  EXPECT_NE(self_channel_id(kAnna), self_channel_id(kBert));
  EXPECT_EQ(direct_channel_id(kAnna, kBert).bytes()[6] >> 4, 8);
}

TEST(DerivedChannelId, NeverChanges) {
  EXPECT_EQ(direct_channel_id(kAnna, kBert).str(), "0cf6f819-b621-8735-ab90-42ac4e29e494");
  EXPECT_EQ(self_channel_id(kAnna).str(), "2350a432-3a98-885e-b231-0577e5409c87");
  EXPECT_EQ(account_channel_id(kAnna).str(), "4d3b4e76-e83e-85d5-b894-0a0a3a69e5ea");
}

TEST(CreateDirect, GivesTwoPlainMembersAndTheirReceiptSetting) {
  Room room(direct_channel_id(kAnna, kBert));
  room.hiding_read = {kBert};
  const auto event = room.run(kAnna, direct_with(kBert));
  ASSERT_EQ(outcome(event), "posted");
  EXPECT_EQ(event->seq, 1u);
  EXPECT_EQ(event->count, 0u);
  EXPECT_EQ(room.channel.kind, ChannelKind::direct);
  EXPECT_FALSE(room.channel.hidden);
  EXPECT_EQ(room.member(kAnna).role, Role::member);
  EXPECT_EQ(room.member(kBert).role, Role::member);
  EXPECT_FALSE(room.member(kAnna).hide_read);
  EXPECT_TRUE(room.member(kBert).hide_read);
}

TEST(CreateDirect, ByWhoIsInTooManyChannelsIsRefused) {
  Room room(direct_channel_id(kAnna, kBert));
  Command create = room.command(kAnna, command::Create{.kind = ChannelKind::direct, .peer = kBert});
  create.stamp.at_channel_limit = true;
  EXPECT_EQ(outcome(decide(room.channel, create, {})), "limit_reached");
}

TEST(CreateDirect, WithoutTheDerivedIdIsRefused) {
  Room room;
  EXPECT_EQ(outcome(room.run(kAnna, direct_with(kBert))), "invalid_argument");
}

TEST(CreateDirect, WithOneselfOrNobodyIsRefused) {
  Room room(direct_channel_id(kAnna, kAnna));
  EXPECT_EQ(outcome(room.run(kAnna, direct_with(kAnna))), "invalid_argument");
  Room nobody(direct_channel_id(kAnna, AccountId{}));
  EXPECT_EQ(outcome(nobody.run(kAnna, direct_with(AccountId{}))), "invalid_argument");
}

TEST(CreateDirect, WithAnUnknownAccountIsRefused) {
  Room room(direct_channel_id(kAnna, kBert));
  room.inactive = {kBert};
  EXPECT_EQ(outcome(room.run(kAnna, direct_with(kBert))), "account_unknown");
  Command without_facts = room.command(kAnna, direct_with(kBert));
  std::erase_if(without_facts.stamp.accounts, [](const AccountFact& fact) { return fact.account == kBert; });
  EXPECT_EQ(outcome(room.run(without_facts)), "account_unknown");
}

TEST(CreateDirect, AcrossABlockIsRefusedEitherWay) {
  Room room(direct_channel_id(kAnna, kBert));
  room.blocks = {{kBert, kAnna}};
  EXPECT_EQ(outcome(room.run(kAnna, direct_with(kBert))), "blocked");
  room.blocks = {{kAnna, kBert}};
  EXPECT_EQ(outcome(room.run(kAnna, direct_with(kBert))), "blocked");
}

TEST(CreateDirect, ByAnInactiveAccountIsRefused) {
  Room room(direct_channel_id(kAnna, kBert));
  room.inactive = {kAnna};
  EXPECT_EQ(outcome(room.run(kAnna, direct_with(kBert))), "account_disabled");
}

TEST(CreateDirect, WithFieldsOfAGroupIsRefused) {
  Room room(direct_channel_id(kAnna, kBert));
  command::Create create = direct_with(kBert);
  create.title = "Us";
  EXPECT_EQ(outcome(room.run(kAnna, create)), "invalid_argument");
  create = direct_with(kBert);
  create.members = {kCara};
  EXPECT_EQ(outcome(room.run(kAnna, create)), "invalid_argument");
}

TEST(CreateDirect, AgainByEitherSideIsAnsweredWithTheExistingOne) {
  Room room = direct();
  for (const auto& [who, peer] : {std::pair(kAnna, kBert), std::pair(kBert, kAnna)}) {
    const Command again = room.command(who, direct_with(peer));
    EXPECT_EQ(outcome(room.run(again)), "channel_exists");
    EXPECT_TRUE(creates_existing_pair(room.channel, again));
  }
}

TEST(CreateDirect, AgainIsAnsweredSoWhereABlockMadeItHidden) {
  Room room(direct_channel_id(kAnna, kBert));
  ASSERT_EQ(outcome(room.run(kBert, command::SetBlock{.peer = kAnna, .on = true})), "posted");
  const Command create = room.command(kAnna, direct_with(kBert));
  EXPECT_EQ(outcome(room.run(create)), "channel_exists");
  EXPECT_TRUE(creates_existing_pair(room.channel, create));
}

TEST(CreateDirect, OnAnotherPairsChannelTellsNothing) {
  Room room = direct();
  const Command probe = room.command(kCara, direct_with(kBert));
  EXPECT_EQ(outcome(room.run(probe)), "invalid_argument");
  EXPECT_FALSE(creates_existing_pair(room.channel, probe));
  // A participant, who names somebody else.
  EXPECT_FALSE(creates_existing_pair(room.channel, room.command(kAnna, direct_with(kCara))));
}

TEST(CreatesExistingPair, IsFalseForOtherCommandsAndForWhatDoesNotExist) {
  Room room = direct();
  EXPECT_FALSE(creates_existing_pair(room.channel, room.command(kAnna, command::Leave{})));
  Room none(direct_channel_id(kAnna, kBert));
  EXPECT_FALSE(creates_existing_pair(none.channel, none.command(kAnna, direct_with(kBert))));
  Room many = group({kBert});
  EXPECT_FALSE(creates_existing_pair(many.channel, many.command(kAnna, command::Create{.title = "Walks"})));
}

TEST(CreateOwn, SelfAndAccountHaveOneOwner) {
  for (const ChannelKind kind : {ChannelKind::self, ChannelKind::account}) {
    Room room = own(kind);
    EXPECT_EQ(room.channel.kind, kind);
    EXPECT_EQ(room.channel.members.size(), 1u);
    EXPECT_EQ(room.member(kAnna).role, Role::owner);
    const Command again = room.command(kAnna, command::Create{.kind = kind});
    EXPECT_EQ(outcome(room.run(again)), "channel_exists");
    EXPECT_TRUE(creates_existing_pair(room.channel, again));
  }
}

TEST(CreateOwn, UnderAnotherIdOrForAnotherAccountIsRefused) {
  Room room;
  EXPECT_EQ(outcome(room.run(kAnna, command::Create{.kind = ChannelKind::self})), "invalid_argument");
  Room of_bert(account_channel_id(kBert));
  EXPECT_EQ(outcome(of_bert.run(kAnna, command::Create{.kind = ChannelKind::account})), "invalid_argument");
  Room with_peer(self_channel_id(kAnna));
  EXPECT_EQ(outcome(with_peer.run(kAnna, command::Create{.kind = ChannelKind::self, .peer = kBert})),
            "invalid_argument");
}

TEST(Create, OfAnUnknownKindIsRefused) {
  Room room;
  EXPECT_EQ(outcome(room.run(kAnna, command::Create{.kind = static_cast<ChannelKind>(9)})), "invalid_argument");
}

TEST(CreateGroup, MakesTheCreatorOwnerAndTheOthersMembersOnce) {
  Room room;
  room.hiding_read = {kCara};
  const ChannelSettings settings{.post = Who::admins, .history_from_start = true};
  const auto event = room.run(kAnna, command::Create{.title = "  Walks ",
                                                     .description = "On\nSundays",
                                                     .avatar = "media-1",
                                                     .settings = settings,
                                                     .members = {kCara, kBert, kCara, kAnna}});
  ASSERT_EQ(outcome(event), "posted");
  EXPECT_EQ(room.channel.title, "Walks");
  EXPECT_EQ(room.channel.description, "On\nSundays");
  EXPECT_EQ(room.channel.avatar, "media-1");
  EXPECT_EQ(room.channel.settings, settings);
  EXPECT_EQ(room.channel.members.size(), 3u);
  EXPECT_EQ(room.member(kAnna).role, Role::owner);
  EXPECT_EQ(room.member(kBert).role, Role::member);
  EXPECT_EQ(room.member(kCara).role, Role::member);
  EXPECT_TRUE(room.member(kCara).hide_read);
}

TEST(CreateGroup, OfOneselfAloneIsFine) {
  Room room;
  EXPECT_EQ(outcome(room.run(kAnna, command::Create{.title = "Later"})), "posted");
}

TEST(CreateGroup, UnderATakenIdIsRefused) {
  Room room = group({kBert});
  EXPECT_EQ(outcome(room.run(kDirk, command::Create{.title = "Mine"})), "channel_exists");
}

TEST(CreateGroup, MayNotTakeTheIdOfAPair) {
  Room room(direct_channel_id(kBert, kCara));
  EXPECT_EQ(outcome(room.run(kAnna, command::Create{.title = "Squat"})), "invalid_argument");
  Room nil((ChannelId()));
  EXPECT_EQ(outcome(nil.run(kAnna, command::Create{.title = "Nil"})), "invalid_argument");
}

TEST(CreateGroup, WithSomebodyInactiveOrWhoBlocksIsRefused) {
  Room room;
  room.inactive = {kCara};
  EXPECT_EQ(outcome(room.run(kAnna, command::Create{.title = "Walks", .members = {kBert, kCara}})), "account_unknown");
  room.inactive = {};
  room.blocks = {{kBert, kAnna}};
  EXPECT_EQ(outcome(room.run(kAnna, command::Create{.title = "Walks", .members = {kBert, kCara}})), "blocked");
  EXPECT_FALSE(room.channel.exists());
}

TEST(CreateGroup, IsRefusedOverTheMemberLimitAndNotAtIt) {
  Room room;
  room.limits.members = 3;
  EXPECT_EQ(outcome(room.run(kAnna, command::Create{.title = "W", .members = {kBert, kCara, kDirk}})), "channel_full");
  EXPECT_EQ(outcome(room.run(kAnna, command::Create{.title = "W", .members = {kBert, kCara, kDirk, kEsra}})),
            "channel_full");
  EXPECT_EQ(outcome(room.run(kAnna, command::Create{.title = "W", .members = {kBert, kCara}})), "posted");
}

TEST(CreateGroup, RefusesBadTitlesDescriptionsAvatarsAndSettings) {
  Room room;
  room.limits.title_code_points = 4;
  room.limits.description_code_points = 4;
  const auto created = [&](command::Create create) { return outcome(room.run(kAnna, std::move(create))); };
  EXPECT_EQ(created({.title = ""}), "invalid_name");
  EXPECT_EQ(created({.title = "abcde"}), "invalid_name");
  EXPECT_EQ(created({.title = "a\x01"}), "invalid_name");
  EXPECT_EQ(created({.title = "a\u202e"}), "invalid_name");
  EXPECT_EQ(created({.title = "\xff"}), "invalid_text");
  EXPECT_EQ(created({.title = "a", .description = "abcde"}), "content_too_long");
  EXPECT_EQ(created({.title = "a", .description = "\xc0\x80"}), "invalid_text");
  EXPECT_EQ(created({.title = "a", .avatar = std::string(257, 'x')}), "invalid_argument");
  EXPECT_EQ(created({.title = "a", .avatar = "\x02"}), "invalid_text");
  EXPECT_EQ(created({.title = "a", .settings = {.post = static_cast<Who>(0)}}), "invalid_argument");
  EXPECT_EQ(created({.title = "a", .settings = {.add = static_cast<Who>(4)}}), "invalid_argument");
  EXPECT_EQ(created({.peer = kBert, .title = "a"}), "invalid_argument");
  EXPECT_EQ(created({.title = "\u00e4\u00f6\u00fc\u00df", .description = "\u00e4\u00f6\u00fc\u00df"}), "posted");
}

TEST(SetBlock, WithoutAChannelCreatesItHidden) {
  Room room(direct_channel_id(kAnna, kBert));
  room.hiding_read = {kAnna};
  ASSERT_EQ(outcome(room.run(kAnna, command::SetBlock{.peer = kBert, .on = true})), "posted");
  EXPECT_TRUE(room.channel.hidden);
  EXPECT_EQ(room.channel.kind, ChannelKind::direct);
  EXPECT_EQ(room.channel.blocked_by, std::vector{kAnna});
  EXPECT_EQ(room.member(kAnna).role, Role::member);
  EXPECT_TRUE(room.member(kAnna).hide_read);
  EXPECT_EQ(room.member(kBert).role, Role::member);
}

TEST(SetBlock, StopsPostsUntilItIsLiftedAndTheFirstMessageShowsTheChannel) {
  Room room(direct_channel_id(kAnna, kBert));
  ASSERT_EQ(outcome(room.run(kAnna, command::SetBlock{.peer = kBert, .on = true})), "posted");
  EXPECT_EQ(outcome(room.post(kBert)), "blocked");
  ASSERT_EQ(outcome(room.run(kAnna, command::SetBlock{.peer = kBert, .on = false})), "posted");
  EXPECT_TRUE(room.channel.hidden);
  EXPECT_EQ(outcome(room.post(kBert)), "posted");
  EXPECT_FALSE(room.channel.hidden);
}

TEST(SetBlock, OfBothSidesIsKeptApart) {
  Room room = direct();
  ASSERT_EQ(outcome(room.run(kBert, command::SetBlock{.peer = kAnna, .on = true})), "posted");
  ASSERT_EQ(outcome(room.run(kAnna, command::SetBlock{.peer = kBert, .on = true})), "posted");
  EXPECT_EQ(room.channel.blocked_by, (std::vector{kAnna, kBert}));
  ASSERT_EQ(outcome(room.run(kBert, command::SetBlock{.peer = kAnna, .on = false})), "posted");
  EXPECT_EQ(room.channel.blocked_by, std::vector{kAnna});
  EXPECT_EQ(outcome(room.post(kAnna)), "blocked");
}

TEST(SetBlock, ThatChangesNothingIsRefused) {
  Room none(direct_channel_id(kAnna, kBert));
  EXPECT_EQ(outcome(none.run(kAnna, command::SetBlock{.peer = kBert, .on = false})), "channel_exists");
  Room room = direct();
  EXPECT_EQ(outcome(room.run(kAnna, command::SetBlock{.peer = kBert, .on = false})), "channel_exists");
  ASSERT_EQ(outcome(room.run(kAnna, command::SetBlock{.peer = kBert, .on = true})), "posted");
  EXPECT_EQ(outcome(room.run(kAnna, command::SetBlock{.peer = kBert, .on = true})), "channel_exists");
}

TEST(SetBlock, OnAnotherChannelOrFromADeviceIsRefused) {
  Room room = group({kBert});
  EXPECT_EQ(outcome(room.run(kAnna, command::SetBlock{.peer = kBert, .on = true})), "invalid_argument");
  Room pair = direct();
  Command from_device = pair.command(kAnna, command::SetBlock{.peer = kBert, .on = true});
  from_device.stamp.device = make_id<DeviceId>(1);
  EXPECT_EQ(outcome(pair.run(from_device)), "not_allowed");
}

TEST(SetBlock, OfAnAccountThatIsGoneCreatesNothing) {
  Room room(direct_channel_id(kAnna, kBert));
  room.inactive = {kBert};
  EXPECT_EQ(outcome(room.run(kAnna, command::SetBlock{.peer = kBert, .on = true})), "account_unknown");
}

TEST(SetBlock, ByOneWhoseAccountIsGoneIsRefused) {
  Room room = direct();
  ASSERT_EQ(outcome(room.run(kAnna, command::RemoveDeletedAccount{})), "posted");
  EXPECT_EQ(outcome(room.run(kAnna, command::SetBlock{.peer = kBert, .on = true})), "not_a_member");
}

}  // namespace
}  // namespace parley::test
