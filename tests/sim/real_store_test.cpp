// Tier 2: the same runs over the real store on a disk that fails.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "sim/apart.hpp"
#include "sim/fresh_seeds_for_test.hpp"
#include "sim/run.hpp"

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

void expect_all_promises_hold(std::uint64_t seed) {
  const RunResult result = run_apart(seed, {.tier = 2});
  std::string text;
  for (const auto& line : result.broken) text += "\n  " + line;
  if (!result.broken.empty()) {
    for (const auto& [kind, count] : result.faults) text += "\n  " + std::to_string(count) + "  " + kind;
  }
  EXPECT_TRUE(result.broken.empty()) << "seed " << seed << " (replay: make sim TIER=2 SEED=" << seed << ")" << text;
  EXPECT_GT(result.events, 0U);
  EXPECT_GT(result.faults.count("flipped bit"), 0U);
}

TEST(RealStore, KeepsAllPromisesOnADiskThatFails) {
  for (std::uint64_t seed = 1; seed <= kFixedSeeds; ++seed) expect_all_promises_hold(seed);
}

TEST(RealStore, KeepsAllPromisesInRunsThatNobodyHasSeenYet) {
  try_fresh_seeds(kFreshSeeds, kMostFreshSeeds, expect_all_promises_hold);
}

}  // namespace
}  // namespace parley::sim
