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

TEST(SendOrder, WhatIsBehindARefusedSendWaitsUntilThatComesAgain) {
  SendOrder<ChannelId> order(kMost);
  EXPECT_FALSE(order.is_behind(kTalk, send_id(1), kNow));
  order.refused(kTalk, send_id(1), 1, kNow);
  EXPECT_TRUE(order.is_behind(kTalk, send_id(2), kNow));
  order.refused(kTalk, send_id(2), 2, kNow);
  EXPECT_FALSE(order.is_behind(kOther, send_id(3), kNow)) << "another channel";
  EXPECT_FALSE(order.is_behind(kTalk, send_id(1), kNow));
  EXPECT_FALSE(order.is_behind(kTalk, send_id(2), kNow));
}

TEST(SendOrder, TheFirstRefusedIsWaitedForAndNotTheLast) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  order.refused(kTalk, send_id(2), 2, kNow);
  EXPECT_TRUE(order.is_behind(kTalk, send_id(2), kNow));
  EXPECT_FALSE(order.is_behind(kTalk, send_id(1), kNow));
}

TEST(SendOrder, TheFirstRefusedIsWaitedForAlsoWhereThatIsHeardOfLast) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(2), 2, kNow);
  order.refused(kTalk, send_id(1), 1, kNow);
  order.refused(kTalk, send_id(3), 3, kNow);
  EXPECT_TRUE(order.is_behind(kTalk, send_id(2), kNow));
  EXPECT_FALSE(order.is_behind(kTalk, send_id(1), kNow));
}

TEST(SendOrder, ASendThatIsGivenUpHoldsUpNobodyForLong) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  EXPECT_TRUE(order.is_behind(kTalk, send_id(2), kNow + kSendOrderQuiet - Duration(1)));
  EXPECT_FALSE(order.is_behind(kTalk, send_id(2), kNow + kSendOrderQuiet));
  EXPECT_FALSE(order.is_behind(kTalk, send_id(3), kNow + kSendOrderQuiet));
}

TEST(SendOrder, WhatKeepsComingIsHeldUpLongerButNotWithoutEnd) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  constexpr Duration kStep = kSendOrderQuiet / 2;
  for (Duration at = kStep; at < kSendOrderHold; at += kStep) {
    EXPECT_TRUE(order.is_behind(kTalk, send_id(2), kNow + at));
    order.refused(kTalk, send_id(2), 2, kNow + at);
  }
  EXPECT_FALSE(order.is_behind(kTalk, send_id(2), kNow + kSendOrderHold));
}

TEST(SendOrder, ItsMemoryIsBounded) {
  SendOrder<ChannelId> order(kMost);
  for (std::size_t i = 0; i < 10 * kMost; ++i) {
    IdBytes bytes{};
    bytes[0] = static_cast<std::uint8_t>(i);
    bytes[1] = static_cast<std::uint8_t>(i >> 8U);
    order.refused(ChannelId(bytes), send_id(1), 1, kNow);
  }
  EXPECT_FALSE(order.is_behind(ChannelId(IdBytes{1}), send_id(2), kNow)) << "given up";
}

}  // namespace
}  // namespace parley
