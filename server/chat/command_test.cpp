#include "chat/command.hpp"

#include <gtest/gtest.h>

#include "chat/room_for_test.hpp"

namespace parley::test {
namespace {

Command by_anna(CommandBody body) {
  Command command{.body = std::move(body)};
  command.stamp.account = kAnna;
  return command;
}

TEST(CommandTargets, AreWhatTheBodyPointsAtOnceInOrder) {
  EXPECT_EQ(by_anna(command::Post{.reply_to = 4}).targets(), (std::vector<Seq>{4}));
  EXPECT_TRUE(by_anna(command::Post{}).targets().empty());
  EXPECT_EQ(by_anna(command::Edit{.target = 5}).targets(), (std::vector<Seq>{5}));
  EXPECT_EQ(by_anna(command::React{.target = 6}).targets(), (std::vector<Seq>{6}));
  EXPECT_EQ(by_anna(command::Delete{.targets = {9, 7, 9, 0}}).targets(), (std::vector<Seq>{7, 9}));
  EXPECT_TRUE(by_anna(command::Leave{}).targets().empty());
}

TEST(CommandTargets, OverTheLimitAreNotLookedUp) {
  Command command = by_anna(command::Delete{.targets = {1, 2, 3}});
  command.stamp.limits.targets = 2;
  EXPECT_TRUE(command.targets().empty());
}

TEST(NamedAccounts, AreThoseOfTheBodyAndTheSenderWhereNeeded) {
  EXPECT_EQ(by_anna(command::Create{.kind = ChannelKind::direct, .peer = kBert}).named_accounts(),
            (std::vector{kAnna, kBert}));
  EXPECT_EQ(by_anna(command::Create{.members = {kCara, kBert, kCara}}).named_accounts(),
            (std::vector{kAnna, kBert, kCara}));
  EXPECT_EQ(by_anna(command::AddMembers{.accounts = {kCara, AccountId{}}}).named_accounts(),
            (std::vector{kAnna, kCara}));
  EXPECT_EQ(by_anna(command::Join{}).named_accounts(), std::vector{kAnna});
  EXPECT_EQ(by_anna(command::SetBlock{.peer = kBert}).named_accounts(), (std::vector{kAnna, kBert}));
  EXPECT_TRUE(by_anna(command::Post{.mentions = {kBert}}).named_accounts().empty());
}

TEST(NamedAccounts, OverTheLimitAreNotLookedUp) {
  Command add = by_anna(command::AddMembers{.accounts = {kBert, kCara}});
  add.stamp.limits.members = 1;
  EXPECT_TRUE(add.named_accounts().empty());
  Command create = by_anna(command::Create{.members = {kBert, kCara}});
  create.stamp.limits.members = 1;
  EXPECT_EQ(create.named_accounts(), std::vector{kAnna});
}

TEST(LogFacts, FindTheirTarget) {
  const LogFacts facts{.targets = {{.seq = 3}, {.seq = 5, .exists = true}}};
  ASSERT_NE(facts.find(5), nullptr);
  EXPECT_TRUE(facts.find(5)->exists);
  EXPECT_EQ(facts.find(4), nullptr);
}

}  // namespace
}  // namespace parley::test
