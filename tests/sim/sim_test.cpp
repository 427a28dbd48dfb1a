#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "base/hex.hpp"
#include "sim/run.hpp"

namespace parley::sim {
namespace {

/// PARLEY_SIM_SEED=7 replays one seed; PARLEY_SIM_RUNS=n tries more of them.
std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void expect_all_promises_hold(std::uint64_t seed, bool verbose) {
  const RunResult result = run(seed, verbose);
  std::string broken;
  for (const auto& line : result.broken) broken += "\n  " + line;
  EXPECT_TRUE(result.broken.empty()) << "seed " << seed << " (replay: make sim SEED=" << seed << ")" << broken;
  EXPECT_GT(result.events, 0U);
}

TEST(Simulator, PromisesHoldUnderCrashesCutsAndFailedCommits) {
  if (std::getenv("PARLEY_SIM_SEED") != nullptr) {
    expect_all_promises_hold(number_from("PARLEY_SIM_SEED", 1), std::getenv("PARLEY_SIM_VERBOSE") != nullptr);
    return;
  }
  const std::uint64_t first = number_from("PARLEY_SIM_FIRST", 1);
  for (std::uint64_t seed = first; seed < first + number_from("PARLEY_SIM_RUNS", 20); ++seed) {
    expect_all_promises_hold(seed, false);
  }
}

TEST(Simulator, TheSameSeedGivesTheSameTraceByteForByte) {
  for (std::uint64_t seed : {3U, 4U}) {
    const RunResult a = run(seed);
    const RunResult b = run(seed);
    EXPECT_EQ(hex_encode(view(a.digest)), hex_encode(view(b.digest)));
    EXPECT_NE(hex_encode(view(a.digest)), hex_encode(view(run(seed + 100).digest)));
  }
}

}  // namespace
}  // namespace parley::sim
