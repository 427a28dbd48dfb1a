#include "contract/channel_store_suite.hpp"

namespace parley::test {
namespace {

class ChannelStoreEpoch : public ChannelStoreContract {
 protected:
  Result<void> try_batch(Epoch epoch, Position position) {
    return driver().commit(PartitionBatch{.partition = 7, .epoch = epoch, .position = position, .channels = {}});
  }
  ErrorCode code(const auto& result) { return result ? ErrorCode::ok : result.error().code; }
};
INSTANTIATE_TEST_SUITE_P(Engines, ChannelStoreEpoch, testing::ValuesIn(store_engines()),
                         [](const auto& info) { return info.param.name; });

TEST_P(ChannelStoreEpoch, TakeOverTellsWhereThePartitionStands) {
  const auto first = driver().take_over(7, 3).value();
  EXPECT_EQ(first.epoch, 3U);
  EXPECT_EQ(first.position, 0U);
  ASSERT_TRUE(try_batch(3, 1));
  ASSERT_TRUE(try_batch(3, 2));
  const auto second = driver().take_over(7, 4).value();
  EXPECT_EQ(second.epoch, 4U);
  EXPECT_EQ(second.position, 2U);
}

TEST_P(ChannelStoreEpoch, TakeOverNeedsAHigherEpoch) {
  ASSERT_TRUE(driver().take_over(7, 3));
  EXPECT_EQ(code(driver().take_over(7, 3)), ErrorCode::stale_owner);
  EXPECT_EQ(code(driver().take_over(7, 2)), ErrorCode::stale_owner);
  EXPECT_EQ(code(driver().take_over(8, 0)), ErrorCode::stale_owner);
  EXPECT_TRUE(driver().take_over(8, 1));
}

TEST_P(ChannelStoreEpoch, ThePreviousOwnerIsFenced) {
  ASSERT_TRUE(driver().take_over(7, 3));
  ASSERT_TRUE(try_batch(3, 1));
  ASSERT_TRUE(driver().take_over(7, 5));
  EXPECT_EQ(code(try_batch(3, 2)), ErrorCode::stale_owner);
  EXPECT_TRUE(try_batch(5, 2));
}

TEST_P(ChannelStoreEpoch, WhoNeverTookOverIsFenced) {
  ASSERT_TRUE(driver().take_over(7, 3));
  EXPECT_EQ(code(try_batch(4, 1)), ErrorCode::stale_owner);
}

TEST_P(ChannelStoreEpoch, TakingOverIsDurable) {
  ASSERT_TRUE(driver().take_over(7, 3));
  ASSERT_TRUE(try_batch(3, 1));
  ASSERT_TRUE(driver().take_over(7, 9));
  restart();
  EXPECT_EQ(code(try_batch(3, 2)), ErrorCode::stale_owner);
  EXPECT_EQ(code(driver().take_over(7, 9)), ErrorCode::stale_owner);
  const auto state = driver().take_over(7, 10).value();
  EXPECT_EQ(state.position, 1U);
}

TEST_P(ChannelStoreEpoch, PositionsHaveNoGapsAndNoRepeats) {
  ASSERT_TRUE(driver().take_over(7, 1));
  EXPECT_EQ(code(try_batch(1, 2)), ErrorCode::stale_owner);
  EXPECT_TRUE(try_batch(1, 1));
  EXPECT_EQ(code(try_batch(1, 1)), ErrorCode::stale_owner);
  EXPECT_EQ(code(try_batch(1, 3)), ErrorCode::stale_owner);
  EXPECT_TRUE(try_batch(1, 2));
}

TEST_P(ChannelStoreEpoch, SeveralBatchesOfOnePartitionInOneCallFollowEachOther) {
  ASSERT_TRUE(driver().take_over(7, 1));
  const auto batch = [](Position position) {
    return PartitionBatch{.partition = 7, .epoch = 1, .position = position, .channels = {}};
  };
  const auto results = driver().commit({batch(1), batch(2), batch(4), batch(3)});
  EXPECT_TRUE(results[0]);
  EXPECT_TRUE(results[1]);
  EXPECT_EQ(code(results[2]), ErrorCode::stale_owner);
  EXPECT_TRUE(results[3]);
}

TEST_P(ChannelStoreEpoch, ATakeOverBehindACommitSeesIt) {
  ASSERT_TRUE(driver().take_over(7, 1));
  std::optional<Result<void>> committed;
  std::optional<Result<PartitionState>> taken;
  std::optional<Result<void>> fenced;
  const PartitionBatch first{.partition = 7, .epoch = 1, .position = 1, .channels = {}};
  const PartitionBatch second{.partition = 7, .epoch = 1, .position = 2, .channels = {}};
  store().commit({first}, executor_, [&](auto results) { committed = results.at(0); });
  store().take_over(7, 2, executor_, [&](auto result) { taken = result; });
  store().commit({second}, executor_, [&](auto results) { fenced = results.at(0); });
  ASSERT_TRUE(executor_.run_until([&] { return committed && taken && fenced; }));
  EXPECT_TRUE(*committed);
  EXPECT_EQ(taken->value().position, 1U);
  EXPECT_EQ(code(*fenced), ErrorCode::stale_owner);
}

TEST_P(ChannelStoreEpoch, PartitionsDoNotAffectEachOther) {
  ASSERT_TRUE(driver().take_over(0, 5));
  ASSERT_TRUE(driver().take_over(255, 1));
  ASSERT_TRUE(driver().commit(PartitionBatch{.partition = 255, .epoch = 1, .position = 1, .channels = {}}));
  EXPECT_EQ(scan()->partition_state(0)->position, 0U);
  EXPECT_EQ(scan()->partition_state(255)->position, 1U);
  EXPECT_EQ(scan()->partition_state(1)->epoch, 0U);
}

TEST_P(ChannelStoreEpoch, ReopeningAHealthyStoreKeepsEverything) {
  ASSERT_TRUE(driver().take_over(7, 1));
  ASSERT_TRUE(try_batch(1, 1));
  ASSERT_TRUE(driver().reopen());
  EXPECT_TRUE(try_batch(1, 2));
}

}  // namespace
}  // namespace parley::test
