// Tier 2: the same runs over the real store on a disk that fails.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

#include "sim/fresh_seeds_for_test.hpp"
#include "sim/promises_for_test.hpp"

namespace parley::sim {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PARLEY_SLOW 1
#endif
#endif
#ifdef PARLEY_SLOW
constexpr std::uint64_t kFixedSeeds = 2;
constexpr std::chrono::seconds kFreshSeeds{5};
#else
constexpr std::uint64_t kFixedSeeds = 6;
constexpr std::chrono::seconds kFreshSeeds{10};
#endif
constexpr std::uint64_t kMostFreshSeeds = 100;

void expect_all_promises_hold_over_it(std::uint64_t seed) {
  const RunResult result = expect_all_promises_hold(seed, 2);
  EXPECT_GT(result.faults.count("flipped bit"), 0U);
}

TEST(RealStore, KeepsAllPromisesOnADiskThatFails) {
  for (std::uint64_t seed = 1; seed <= kFixedSeeds; ++seed) expect_all_promises_hold_over_it(seed);
}

TEST(RealStore, KeepsAllPromisesInRunsThatNobodyHasSeenYet) {
  try_fresh_seeds(kFreshSeeds, kMostFreshSeeds, expect_all_promises_hold_over_it);
}

}  // namespace
}  // namespace parley::sim
