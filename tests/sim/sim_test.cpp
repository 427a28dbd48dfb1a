#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <string>

#include "base/hex.hpp"
#include "base/log.hpp"
#include "sim/apart.hpp"
#include "sim/fresh_seeds_for_test.hpp"
#include "sim/promises_for_test.hpp"
#include "sim/report.hpp"
#include "sim/run.hpp"
#include "sim/shrink.hpp"

namespace parley::sim {
namespace {

constexpr std::uint64_t kFixedSeeds = 20;
constexpr std::chrono::seconds kFreshSeeds{50};
constexpr std::uint64_t kMostFreshSeeds = 400;

class Simulator : public testing::Test {
 protected:
  /// A run logs what it injects.
  void SetUp() override { log::set_level(log::Level::off); }
  void TearDown() override { log::set_level(log::Level::info); }
};

TEST_F(Simulator, PromisesHoldInRunsThatAreTheSameEachTime) {
  for (std::uint64_t seed = 1; seed <= kFixedSeeds; ++seed) expect_all_promises_hold(seed);
}

TEST_F(Simulator, PromisesHoldInRunsThatNobodyHasSeenYet) {
  try_fresh_seeds(kFreshSeeds, kMostFreshSeeds, [](std::uint64_t seed) { expect_all_promises_hold(seed); });
}

TEST_F(Simulator, TheSameSeedGivesTheSameTraceByteForByte) {
  for (std::uint64_t seed : {3U, 4U, 5U}) {
    const RunResult a = run(seed);
    const RunResult b = run(seed);
    EXPECT_EQ(hex_encode(view(a.digest)), hex_encode(view(b.digest)));
    // Also where the heap and everything before it was another.
    EXPECT_EQ(hex_encode(view(a.digest)), hex_encode(view(run_apart(seed).digest)));
    EXPECT_NE(hex_encode(view(a.digest)), hex_encode(view(run(seed + 100).digest)));
  }
}

TEST_F(Simulator, StepsThatAreLeftOutDoNotHappen) {
  const RunResult result = run(3, {.keep = Steps{2, 30, 31}});
  ASSERT_EQ(result.story.size(), 3U);
  EXPECT_EQ(result.story[1].step, 30U);
}

TEST(Steps, AreReadAsTheyAreWritten) {
  EXPECT_EQ(to_text({0, 1, 2, 7, 9, 10}), "0-2,7,9-10");
  EXPECT_EQ(parse_steps("0-2,7,9-10"), (Steps{0, 1, 2, 7, 9, 10}));
  EXPECT_EQ(to_text({}), "");
  EXPECT_EQ(parse_steps(""), Steps());
  for (const char* wrong : {"x", "3-1", "4,4", "1-", "-", "2,1", "99999999999"}) {
    EXPECT_EQ(parse_steps(wrong), std::nullopt) << wrong;
  }
}

TEST(Report, NamesThePromiseWhoeverBrokeIt) {
  EXPECT_EQ(promise_of("P7: misses seq 3, person0.1 in 5: x"), "P7");
  EXPECT_EQ(promise_of("person0.1: P3: event told twice: seq 3"), "P3");
  EXPECT_EQ(promise_of("P10: verify finds something: P1: no"), "P10");
  EXPECT_EQ(promise_of("person0.1: P11: no promise"), "person0.1: P11");
  EXPECT_EQ(promise_of("person0.1: signed out without a reason: refresh_reused"),
            "person0.1: signed out without a reason");
  EXPECT_EQ(promise_of("the process died: Aborted"), "the process died");
  EXPECT_EQ(promise_of("the run did not end"), "the run did not end");
}

TEST(Shrink, LeavesTheStepsThatMatterAlone) {
  std::size_t tries = 0;
  const auto needs_both = [&](const Steps& steps) {
    ++tries;
    return std::ranges::count(steps, 17U) + std::ranges::count(steps, 301U) == 2;
  };
  EXPECT_EQ(shrink(first_steps(400), needs_both, [] { return false; }), (Steps{17, 301}));
  EXPECT_LT(tries, 100U);
}

TEST(Shrink, GivesWhatItHasWhenTimeIsUp) {
  std::size_t left = 5;
  const Steps steps = shrink(
      first_steps(400), [](const Steps& some) { return std::ranges::count(some, 3U) == 1; },
      [&left] { return left-- == 0; });
  EXPECT_LT(steps.size(), 400U);
  EXPECT_EQ(std::ranges::count(steps, 3U), 1);
}

TEST_F(Simulator, ARunThatDiesHasTheStoryUpToThere) {
  const RunResult died = run_apart(5, {.tell = [](const StoryLine& line) {
                                     if (line.step == 7) ::raise(SIGKILL);
                                   }});
  ASSERT_EQ(died.broken.size(), 1U);
  EXPECT_TRUE(died.broken.front().starts_with("the process died")) << died.broken.front();
  ASSERT_EQ(died.story.size(), 8U);
  const RunResult whole = run_apart(5);
  ASSERT_EQ(whole.story.size(), kRunSteps);
  for (std::size_t i = 0; i < died.story.size(); ++i) EXPECT_EQ(died.story[i].what, whole.story[i].what);
}

}  // namespace
}  // namespace parley::sim
