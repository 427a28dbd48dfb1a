#include "node/send_order.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

constexpr std::size_t kMost = 256;
constexpr Duration kNow{1000};
const ChannelId kTalk(IdBytes{1});
const ChannelId kOther(IdBytes{2});

SendId send_id(std::uint8_t number) {
  return SendId(IdBytes{number});
}

/// Under a number that is not its first.
bool is_behind(SendOrder<ChannelId>& order, const ChannelId& line, std::uint8_t send, Duration now) {
  std::uint64_t number = 100;
  return order.is_behind(line, send_id(send), number, now);
}

TEST(SendOrder, WhatIsBehindARefusedSendWaitsUntilThatComesAgain) {
  SendOrder<ChannelId> order(kMost);
  EXPECT_FALSE(is_behind(order, kTalk, 1, kNow));
  order.refused(kTalk, send_id(1), 1, kNow);
  EXPECT_TRUE(is_behind(order, kTalk, 2, kNow));
  order.refused(kTalk, send_id(2), 2, kNow);
  EXPECT_FALSE(is_behind(order, kOther, 3, kNow)) << "another channel";
  EXPECT_FALSE(is_behind(order, kTalk, 1, kNow));
  EXPECT_FALSE(is_behind(order, kTalk, 2, kNow));
}

TEST(SendOrder, TheFirstRefusedIsWaitedForAndNotTheLast) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  order.refused(kTalk, send_id(2), 2, kNow);
  EXPECT_TRUE(is_behind(order, kTalk, 2, kNow));
  EXPECT_FALSE(is_behind(order, kTalk, 1, kNow));
}

TEST(SendOrder, TheFirstRefusedIsWaitedForAlsoWhereThatIsHeardOfLast) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(2), 2, kNow);
  order.refused(kTalk, send_id(1), 1, kNow);
  order.refused(kTalk, send_id(3), 3, kNow);
  EXPECT_TRUE(is_behind(order, kTalk, 2, kNow));
  EXPECT_FALSE(is_behind(order, kTalk, 1, kNow));
}

TEST(SendOrder, TheFirstRefusedIsWaitedForAlsoWhereALaterOneIsHeardOfLate) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  order.refused(kTalk, send_id(2), 2, kNow + 2 * kSendOrderQuiet);
  EXPECT_TRUE(is_behind(order, kTalk, 2, kNow + 2 * kSendOrderQuiet));
  EXPECT_FALSE(is_behind(order, kTalk, 1, kNow + 2 * kSendOrderQuiet));
}

TEST(SendOrder, ASendThatComesAgainHasItsOldNumber) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  std::uint64_t number = 3;
  ASSERT_FALSE(order.is_behind(kTalk, send_id(1), number, kNow));
  order.refused(kTalk, send_id(1), number, kNow);
  order.refused(kTalk, send_id(2), 2, kNow);
  EXPECT_TRUE(is_behind(order, kTalk, 2, kNow));
  EXPECT_FALSE(is_behind(order, kTalk, 1, kNow));
}

TEST(SendOrder, WhatIsForgottenIsNotWaitedFor) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  order.refused(kOther, send_id(2), 1, kNow);
  order.forget([](const ChannelId& line) { return line == kTalk; });
  EXPECT_FALSE(is_behind(order, kTalk, 3, kNow));
  EXPECT_TRUE(is_behind(order, kOther, 3, kNow));
}

TEST(SendOrder, ASendThatIsGivenUpHoldsUpNobodyForLong) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  EXPECT_TRUE(is_behind(order, kTalk, 2, kNow + kSendOrderQuiet - Duration(1)));
  EXPECT_FALSE(is_behind(order, kTalk, 2, kNow + kSendOrderQuiet));
  EXPECT_FALSE(is_behind(order, kTalk, 3, kNow + kSendOrderQuiet));
}

TEST(SendOrder, ASendOfBeforeTheRefusalWasHeardOfIsHeldUpHoweverQuietItWas) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  std::uint64_t number = 2;
  EXPECT_TRUE(order.is_behind(kTalk, send_id(2), number, kNow + kSendOrderHold - Duration(1), true));
  EXPECT_FALSE(order.is_behind(kTalk, send_id(2), number, kNow + kSendOrderHold, true));
}

TEST(SendOrder, WhatKeepsComingIsHeldUpLongerButNotWithoutEnd) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  constexpr Duration kStep = kSendOrderQuiet / 2;
  for (Duration at = kStep; at < kSendOrderHold; at += kStep) {
    EXPECT_TRUE(is_behind(order, kTalk, 2, kNow + at));
    order.refused(kTalk, send_id(2), 2, kNow + at);
  }
  EXPECT_FALSE(is_behind(order, kTalk, 2, kNow + kSendOrderHold));
}

TEST(SendOrder, ItsMemoryIsBounded) {
  SendOrder<ChannelId> order(kMost);
  for (std::size_t i = 0; i < 10 * kMost; ++i) {
    IdBytes bytes{};
    bytes[0] = static_cast<std::uint8_t>(i);
    bytes[1] = static_cast<std::uint8_t>(i >> 8U);
    order.refused(ChannelId(bytes), send_id(1), 1, kNow);
  }
  EXPECT_FALSE(is_behind(order, ChannelId(IdBytes{1}), 2, kNow)) << "given up";
}

}  // namespace
}  // namespace parley
