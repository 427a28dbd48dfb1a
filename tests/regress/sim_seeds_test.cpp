// Seeds of the simulator that once broke a promise.
#include <gtest/gtest.h>

#include "base/log.hpp"
#include "sim/run.hpp"

namespace parley::sim {
namespace {

class BrokenOnce : public testing::TestWithParam<std::uint64_t> {
 protected:
  /// A run logs what it injects.
  void SetUp() override { log::set_level(log::Level::off); }
  void TearDown() override { log::set_level(log::Level::info); }
};

TEST_P(BrokenOnce, SeedKeepsEveryPromise) {
  EXPECT_EQ(run(GetParam()).broken, std::vector<std::string>());
}

// A device died after a receipt told it of a channel whose row had not come, and was told the first event twice later.
INSTANTIATE_TEST_SUITE_P(ChannelStoredBeforeItsRow, BrokenOnce, testing::Values(85, 233, 817, 1498));

}  // namespace
}  // namespace parley::sim
