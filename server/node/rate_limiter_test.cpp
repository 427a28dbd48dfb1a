#include "node/rate_limiter.hpp"

#include <gtest/gtest.h>

#include "node/accounts/world_for_test.hpp"

namespace parley {
namespace {

using testing_accounts::StillClock;

TEST(RateLimiter, BurstThenEvenly) {
  StillClock clock;
  RateLimiter limiter(clock, {.burst = 3, .period = Duration(3000)});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.take("a"));
  const auto refused = limiter.take("a");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Error(ErrorCode::too_many_requests));
  EXPECT_EQ(refused.error().retry_after_ms, 1000U);
  clock.pass(Duration(999));
  EXPECT_FALSE(limiter.take("a"));
  clock.pass(Duration(1));
  EXPECT_TRUE(limiter.take("a"));
  EXPECT_FALSE(limiter.take("a"));
  clock.pass(Duration(1'000'000));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.take("a"));
  EXPECT_FALSE(limiter.take("a"));
}

TEST(RateLimiter, KeysDoNotTouchEachOther) {
  StillClock clock;
  RateLimiter limiter(clock, {.burst = 1, .period = Duration(1000)});
  EXPECT_TRUE(limiter.take("a"));
  EXPECT_FALSE(limiter.take("a"));
  EXPECT_TRUE(limiter.take("b"));
}

TEST(RateLimiter, GivenBackDoesNotCount) {
  StillClock clock;
  RateLimiter limiter(clock, {.burst = 2, .period = Duration(1000)});
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(limiter.take("a"));
    limiter.give_back("a");
  }
  EXPECT_TRUE(limiter.take("a"));
  EXPECT_TRUE(limiter.take("a"));
  EXPECT_FALSE(limiter.take("a"));
}

TEST(RateLimiter, RemembersABoundedNumberOfKeys) {
  StillClock clock;
  RateLimiter limiter(clock, {.burst = 1, .period = Duration(1000)}, 10);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(limiter.take("k" + std::to_string(i)));
    EXPECT_FALSE(limiter.take("k" + std::to_string(i)));
  }
  EXPECT_EQ(limiter.size(), 10U);
}

TEST(RateLimiter, AddressesOfOneHouseholdAreOneKey) {
  EXPECT_EQ(address_key("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(address_key("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(address_key("2001:db8:1:2::1"), address_key("2001:db8:1:2:ffff::9"));
  EXPECT_NE(address_key("2001:db8:1:2::1"), address_key("2001:db8:1:3::1"));
}

}  // namespace
}  // namespace parley
