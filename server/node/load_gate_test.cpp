#include "node/load_gate.hpp"

#include <gtest/gtest.h>

#include "node/accounts/world_for_test.hpp"

namespace parley {
namespace {

using testing_accounts::StillClock;

constexpr Duration kTarget(100);
constexpr std::uint64_t kHome = 1;

AccountId account(std::uint8_t n) {
  IdBytes bytes{};
  bytes[0] = n;
  return AccountId(bytes);
}

class Gate : public ::testing::Test {
 protected:
  bool enter(std::uint8_t who, std::uint64_t address = 0, int times = 1) {
    bool all = true;
    for (int i = 0; i < times; ++i) all = gate.enter(account(who), address).has_value() && all;
    return all;
  }

  /// The first owner's oldest command has waited so long.
  void behind(Duration by) {
    delay.set(0, clock.uptime());
    clock.pass(by);
  }

  StillClock clock;
  QueueDelay delay{2};
  SharedMemoryState memory = MemoryState::roomy;
  LoadGate gate{clock, kTarget, delay, memory};
};

TEST_F(Gate, LetsEverybodyInWhileOwnersKeepUp) {
  EXPECT_TRUE(enter(1, 0, 1000));
  behind(kTarget);
  EXPECT_TRUE(enter(1));
}

TEST_F(Gate, DelayIsThatOfTheOwnerFurthestBehind) {
  EXPECT_EQ(delay.at(clock.uptime()), Duration(0));
  delay.set(0, clock.uptime());
  clock.pass(Duration(30));
  delay.set(1, clock.uptime());
  clock.pass(Duration(30));
  EXPECT_EQ(delay.at(clock.uptime()), Duration(60));
  delay.set(0, std::nullopt);
  EXPECT_EQ(delay.at(clock.uptime()), Duration(30));
  delay.set(1, std::nullopt);
  EXPECT_EQ(delay.at(clock.uptime()), Duration(0));
}

TEST_F(Gate, RefusesFirstWhoHasMoreWaitingThanOthers) {
  enter(1, 0, 50);
  enter(2);
  enter(3);
  behind(kTarget + Duration(1));
  const auto refused = gate.enter(account(1), 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Error(ErrorCode::overloaded));
  EXPECT_GE(refused.error().retry_after_ms, 250U);
  EXPECT_TRUE(enter(2));
  EXPECT_TRUE(enter(4)) << "who has nothing waiting";
}

TEST_F(Gate, EqualsAreNotRefusedBeforeTheEnd) {
  for (std::uint8_t who = 1; who <= 10; ++who) enter(who, 0, 3);
  behind(kTarget + Duration(1));
  EXPECT_TRUE(enter(5));
}

TEST_F(Gate, AnAddressThatHoldsMostIsRefusedWhoeverAsksThere) {
  for (std::uint8_t who = 1; who <= 20; ++who) enter(who, kHome);
  for (std::uint8_t who = 21; who <= 30; ++who) enter(who, who);
  behind(kTarget + Duration(1));
  EXPECT_FALSE(enter(99, kHome));
  EXPECT_TRUE(enter(98, 21));
  EXPECT_TRUE(enter(97, 500));
}

TEST_F(Gate, OneAddressAloneIsAProxyAndNotRefusedForIt) {
  for (std::uint8_t who = 1; who <= 20; ++who) enter(who, kHome);
  behind(kTarget + Duration(1));
  EXPECT_TRUE(enter(99, kHome));
}

TEST_F(Gate, BeyondTwiceTheTargetEverybodyWaits) {
  enter(1);
  behind(2 * kTarget + Duration(1));
  EXPECT_FALSE(enter(2));
  delay.set(0, std::nullopt);
  EXPECT_TRUE(enter(2)) << "and all is well when the owner has caught up";
}

TEST_F(Gate, FullMemoryTakesNothing) {
  memory = MemoryState::full;
  EXPECT_FALSE(enter(1));
  memory = MemoryState::tight;
  EXPECT_TRUE(enter(1));
}

TEST_F(Gate, ASessionThatGoesTakesWhatItWaitedForAlong) {
  enter(1, kHome, 5);
  gate.leave(account(1), kHome, 5);
  EXPECT_EQ(gate.waiting(), 0U);
}

}  // namespace
}  // namespace parley
