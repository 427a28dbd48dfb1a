// Snapshots of the RocksDB engine, from which backups are made.
#include "engines/rocksdb/snapshot.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "contract/channel_store_rocksdb.hpp"
#include "contract/channel_store_suite.hpp"

namespace parley::test {
namespace {

class Snapshots : public testing::Test {
 protected:
  Snapshots() : store_(open_rocks(small_rocks_options(path("store")))) {}

  [[nodiscard]] std::string path(const std::string& name) const { return directory_.path() + "/" + name; }
  void put(Seq seq) {
    StoreDriver driver(*store_, executor_);
    if (state_.epoch == 0) {
      ASSERT_TRUE(driver.take_over(7, 1));
      state_.epoch = 1;
    }
    ASSERT_TRUE(driver.commit({.partition = 7,
                               .epoch = 1,
                               .position = ++state_.position,
                               .channels = {{.channel = channel_id(1), .events = {{seq, "event"}}, .head = "head"}}}));
  }
  [[nodiscard]] std::size_t events_in(const std::string& name) {
    RocksOptions options = small_rocks_options(path(name));
    options.read_only = true;
    const auto store = open_rocks(options);
    StoreQuery query;
    query.events.push_back({.channel = channel_id(1), .from = 1, .to = 100});
    return StoreDriver(*store, executor_).read(query).value().events[0].size();
  }
  static std::set<std::string> tables(const std::vector<SnapshotFile>& files) {
    std::set<std::string> unique;
    for (const auto& file : files) {
      if (!file.unique.empty()) unique.insert(file.unique);
    }
    return unique;
  }

  TemporaryDirectory directory_;
  ManualExecutor executor_;
  PartitionState state_;
  std::unique_ptr<RocksChannelStore> store_;
};

TEST_F(Snapshots, HoldWhatWasCommittedBeforeAndNothingElse) {
  put(1);
  ASSERT_TRUE(store_->flush());
  put(2);  // in the log only
  ASSERT_TRUE(store_->snapshot(path("moment")));
  put(3);
  EXPECT_EQ(events_in("moment"), 2U);
  EXPECT_EQ(events_in("store"), 3U);
  EXPECT_FALSE(store_->snapshot(path("moment"))) << "a directory that is there is left alone";
}

TEST_F(Snapshots, TableFilesThatDidNotChangeKeepTheirIdAndNewOnesHaveAnother) {
  put(1);
  ASSERT_TRUE(store_->flush());
  ASSERT_TRUE(store_->snapshot(path("first")));
  put(2);
  ASSERT_TRUE(store_->flush());
  ASSERT_TRUE(store_->snapshot(path("second")));
  const auto first = tables(snapshot_files(path("first")).value());
  const auto second = tables(snapshot_files(path("second")).value());
  ASSERT_FALSE(first.empty());
  EXPECT_TRUE(std::ranges::includes(second, first));
  EXPECT_GT(second.size(), first.size());
}

TEST_F(Snapshots, ARenewedStoreIsAnotherHistoryWithTheSameContent) {
  put(1);
  const Incarnation before = store_->incarnation();
  ASSERT_TRUE(store_->snapshot(path("moment")));
  const auto renewed = renew_incarnation(small_rocks_options(path("moment")));
  ASSERT_TRUE(renewed);
  EXPECT_NE(*renewed, before);
  EXPECT_EQ(open_rocks(small_rocks_options(path("moment")))->incarnation(), *renewed);
  EXPECT_EQ(store_->incarnation(), before);
  EXPECT_EQ(events_in("moment"), 1U);
}

TEST_F(Snapshots, ChannelsAreFoundByTheirEventsToo) {
  EXPECT_TRUE(store_->channels_with_events().empty());
  StoreDriver driver(*store_, executor_);
  ASSERT_TRUE(driver.take_over(7, 1));
  ChannelBatch without{.channel = channel_id(2)};
  without.head = "head";
  ASSERT_TRUE(driver.commit({.partition = 7,
                             .epoch = 1,
                             .position = 1,
                             .channels = {{.channel = channel_id(3), .events = {{1, "a"}, {2, "b"}}},
                                          std::move(without),
                                          {.channel = channel_id(1), .events = {{1, "c"}}}}}));
  EXPECT_EQ(store_->channels_with_events(), (std::vector{channel_id(1), channel_id(3)}));
}

}  // namespace
}  // namespace parley::test
