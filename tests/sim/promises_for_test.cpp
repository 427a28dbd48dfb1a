#include "sim/promises_for_test.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "sim/apart.hpp"
#include "sim/report.hpp"

namespace parley::sim {
namespace {

constexpr std::chrono::seconds kShorten{20};

}  // namespace

RunResult expect_all_promises_hold(std::uint64_t seed, int tier) {
  const auto begun = std::chrono::steady_clock::now();
  RunResult result = run_apart(seed, {.tier = tier});
  const bool brief = std::chrono::steady_clock::now() < begun + kShorten;
  print_run(result);
  if (!result.broken.empty() && brief && !testing::Test::HasFailure()) {
    print_shortened(result, tier, kShorten);
  }
  std::fflush(stdout);
  std::string text;
  for (const auto& line : result.broken) text += "\n  " + line;
  if (!result.broken.empty()) {
    for (const auto& [kind, count] : result.faults) text += "\n  " + std::to_string(count) + "  " + kind;
  }
  EXPECT_TRUE(result.broken.empty()) << line_of(result) << " (replay: make sim " << (tier == 2 ? "TIER=2 " : "")
                                     << "SEED=" << seed << ")" << text;
  EXPECT_GT(result.events, 0U) << line_of(result);
  return result;
}

}  // namespace parley::sim
