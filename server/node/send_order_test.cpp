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

SendId many(std::size_t number) {
  return SendId(IdBytes{static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8U)});
}

/// Under a number that is not its first.
bool is_behind(SendOrder<ChannelId>& order, const ChannelId& line, std::uint8_t send) {
  std::uint64_t number = 100'000;
  return order.is_behind(line, send_id(send), number);
}

TEST(SendOrder, WhatIsBehindARefusedSendWaitsUntilThatComesAgain) {
  SendOrder<ChannelId> order(kMost);
  EXPECT_FALSE(is_behind(order, kTalk, 1));
  order.refused(kTalk, send_id(1), 1, kNow);
  EXPECT_TRUE(is_behind(order, kTalk, 2));
  order.refused(kTalk, send_id(2), 2, kNow);
  EXPECT_FALSE(is_behind(order, kOther, 3)) << "another channel";
  EXPECT_FALSE(is_behind(order, kTalk, 1));
  EXPECT_FALSE(is_behind(order, kTalk, 2));
}

TEST(SendOrder, TheFirstRefusedIsWaitedForAndNotTheLast) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  order.refused(kTalk, send_id(2), 2, kNow);
  EXPECT_TRUE(is_behind(order, kTalk, 3));
  EXPECT_FALSE(is_behind(order, kTalk, 1));
  EXPECT_TRUE(is_behind(order, kTalk, 3)) << "behind the second";
  EXPECT_FALSE(is_behind(order, kTalk, 2));
  EXPECT_FALSE(is_behind(order, kTalk, 3));
}

// An owner may have refused the third alone, and has the session's numbers to tell by that the first two come before it
// (seed 1700174).
TEST(SendOrder, EverySendThatComesAgainHasItsOldNumber) {
  SendOrder<ChannelId> order(kMost);
  for (const std::uint8_t send : {1, 2, 3}) order.refused(kTalk, send_id(send), send, kNow);
  for (const std::uint8_t send : {1, 2, 3}) {
    std::uint64_t number = 10 + send;
    EXPECT_FALSE(order.is_behind(kTalk, send_id(send), number));
    EXPECT_EQ(number, send);
  }
}

// Its sender has heard of the first and gave it up; of the second it has not.
TEST(SendOrder, WhatComesAgainWaitsForASendBetweenThatWasRefusedLater) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  order.refused(kTalk, send_id(3), 3, kNow);
  order.refused(kTalk, send_id(2), 2, kNow);
  EXPECT_TRUE(is_behind(order, kTalk, 3));
  order.refused(kTalk, send_id(3), 3, kNow);
  EXPECT_FALSE(is_behind(order, kTalk, 3)) << "given up: it was refused once more";
}

TEST(SendOrder, TheFirstRefusedIsWaitedForAlsoWhereThatIsHeardOfLast) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(2), 2, kNow);
  order.refused(kTalk, send_id(1), 1, kNow);
  order.refused(kTalk, send_id(3), 3, kNow);
  EXPECT_TRUE(is_behind(order, kTalk, 2));
  EXPECT_FALSE(is_behind(order, kTalk, 1));
}

TEST(SendOrder, WhatIsBeforeTheFirstRefusedDoesNotWaitForIt) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(2), 2, kNow);
  std::uint64_t number = 1;
  EXPECT_FALSE(order.is_behind(kTalk, send_id(1), number));
  EXPECT_EQ(number, 1U);
  EXPECT_TRUE(is_behind(order, kTalk, 3)) << "which is waited for still";
}

TEST(SendOrder, ASendThatComesAgainHasItsOldNumber) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  std::uint64_t number = 3;
  ASSERT_FALSE(order.is_behind(kTalk, send_id(1), number));
  order.refused(kTalk, send_id(2), 2, kNow);
  order.refused(kTalk, send_id(1), number, kNow);
  EXPECT_TRUE(is_behind(order, kTalk, 2));
  EXPECT_FALSE(is_behind(order, kTalk, 1));
}

TEST(SendOrder, WhatIsForgottenIsNotWaitedFor) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  order.refused(kOther, send_id(2), 1, kNow);
  order.forget([](const ChannelId& line) { return line == kTalk; });
  EXPECT_FALSE(is_behind(order, kTalk, 3));
  EXPECT_TRUE(is_behind(order, kOther, 3));
}

// It may have been on its way for as long as one likes: a process stood still, a network stalled (seed 1014421).
TEST(SendOrder, WhatWasNotRefusedYetWaitsHoweverLateItComes) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  for (const std::uint8_t send : {2, 3, 4}) EXPECT_TRUE(is_behind(order, kTalk, send));
}

TEST(SendOrder, ASendThatIsGivenUpIsNoLongerWaitedForWhenWhatIsBehindItComesAgain) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  ASSERT_TRUE(is_behind(order, kTalk, 2));
  order.refused(kTalk, send_id(2), 2, kNow);
  EXPECT_FALSE(is_behind(order, kTalk, 2));
  EXPECT_FALSE(is_behind(order, kTalk, 3));
}

// It was refused behind the first refusal, and comes again behind the second, of which its sender has not heard.
TEST(SendOrder, WhatComesAgainBehindASendThatIsRefusedAgainWaitsForItOnceMore) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  order.refused(kTalk, send_id(2), 2, kNow);
  std::uint64_t number = 3;
  ASSERT_FALSE(order.is_behind(kTalk, send_id(1), number));
  order.refused(kTalk, send_id(1), number, kNow);
  EXPECT_TRUE(is_behind(order, kTalk, 2));
}

// Without a look at what is waited for, as where there are too many requests.
TEST(SendOrder, WhatComesAgainBehindASendThatIsRefusedUnseenWaitsForItOnceMore) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  order.refused(kTalk, send_id(2), 2, kNow);
  order.refused(kTalk, send_id(1), 3, kNow);
  EXPECT_TRUE(is_behind(order, kTalk, 2));
  EXPECT_FALSE(is_behind(order, kTalk, 1));
}

TEST(SendOrder, ItsMemoryIsBounded) {
  SendOrder<ChannelId> order(kMost);
  for (std::size_t i = 0; i < 10 * kMost; ++i) {
    order.refused(ChannelId(many(i).bytes()), send_id(1), 1, kNow);
  }
  EXPECT_TRUE(is_behind(order, ChannelId(IdBytes{1}), 2));
  EXPECT_FALSE(is_behind(order, ChannelId(IdBytes{1, 9}), 2)) << "there was no room";
  order.refused(ChannelId(IdBytes{1, 9}), send_id(1), 1, kNow + kSendOrderHold);
  EXPECT_TRUE(is_behind(order, ChannelId(IdBytes{1, 9}), 2));
  EXPECT_FALSE(is_behind(order, ChannelId(IdBytes{1}), 2)) << "made room";
}

TEST(SendOrder, OfALineThatIsTooLongTheFirstAreRememberedAndOtherLinesStay) {
  SendOrder<ChannelId> order(10 * kSendsOfALine);
  order.refused(kOther, send_id(1), 1, kNow);
  for (std::size_t i = 0; i < 5 * kSendsOfALine; ++i) order.refused(kTalk, many(i), i, kNow);
  EXPECT_TRUE(is_behind(order, kOther, 2));
  for (std::size_t i = 0; i < kSendsOfALine; ++i) {
    std::uint64_t number = 100'000;
    EXPECT_FALSE(order.is_behind(kTalk, many(i), number));
    EXPECT_EQ(number, i);
  }
  EXPECT_FALSE(is_behind(order, kTalk, 1)) << "nothing is remembered any more";
}

// All were forgotten whenever there were too many, and then the last ones were waited for, until those were forgotten
// in their turn. Found by a review.
TEST(SendOrder, ABurstThatIsRefusedForItsLengthGetsThroughWhereItComesAgainInItsOrder) {
  SendOrder<ChannelId> order(kSendsOfALine);
  constexpr std::size_t kBurst = 3 * kSendsOfALine;
  constexpr std::size_t kTaken = 64;  // at once
  std::uint64_t commands = 0;
  std::size_t through = 0;
  for (std::size_t round = 0; round < kBurst / kTaken; ++round) {
    std::size_t taken = 0;
    for (std::size_t i = through; i < kBurst; ++i) {
      std::uint64_t number = ++commands;
      if (taken < kTaken && !order.is_behind(kTalk, many(i), number)) {
        ++taken;
      } else {
        order.refused(kTalk, many(i), number, kNow);
      }
    }
    EXPECT_EQ(taken, kTaken);
    through += taken;
  }
}

TEST(SendOrder, WhoKnowsSaysWhetherTheSendsBeforeAreGivenUp) {
  SendOrder<ChannelId> order(kMost);
  order.refused(kTalk, send_id(1), 1, kNow);
  order.refused(kTalk, send_id(2), 2, kNow);
  std::uint64_t number = 2;
  EXPECT_TRUE(order.is_behind(kTalk, send_id(2), number, false));
  EXPECT_FALSE(order.is_behind(kTalk, send_id(2), number, true));
  EXPECT_FALSE(is_behind(order, kTalk, 3));
}

}  // namespace
}  // namespace parley
