#include "engines/memory/channel_store.hpp"

#include "contract/channel_store_suite.hpp"

namespace parley::test {
namespace {

using Fate = MemoryStoreFaults::Fate;

PartitionBatch batch(Position position, std::string head) {
  return {.partition = 7,
          .epoch = 1,
          .position = position,
          .channels = {{.channel = channel_id(1), .head = std::move(head)}}};
}

class MemoryStore : public testing::Test {
 protected:
  /// A new process on the same disk. Every commit's fate is taken from `fates_` while there are any.
  void start(MemoryStoreFaults faults = {}) {
    faults.commit = [this] {
      if (fates_.empty()) return Fate::ok;
      const Fate fate = fates_.front();
      fates_.erase(fates_.begin());
      return fate;
    };
    store_ = std::make_unique<MemoryChannelStore>(disk_, std::move(faults));
  }
  void SetUp() override {
    start();
    ASSERT_TRUE(driver().take_over(7, 1));
  }
  StoreDriver driver() { return {*store_, executor_}; }
  ErrorCode commit(Position position, std::string head) {
    const auto result = driver().commit(batch(position, std::move(head)));
    return result ? ErrorCode::ok : result.error().code;
  }
  void commit_without_waiting(Position position, std::string head) {
    store_->commit({batch(position, std::move(head))}, executor_, [this](const auto&) { ++completed_; });
  }
  /// A new process that keeps so many batches of whatever is torn.
  void start_torn(std::size_t kept) {
    MemoryStoreFaults faults;
    faults.torn = [kept](std::size_t /*batches*/) { return kept; };
    start(std::move(faults));
  }
  /// Partitions 1, 2 and 3, with one channel each.
  void take_over_three() {
    for (PartitionId partition = 1; partition <= 3; ++partition) ASSERT_TRUE(driver().take_over(partition, 1));
  }
  static std::vector<PartitionBatch> three(Position position) {
    std::vector<PartitionBatch> batches;
    for (PartitionId partition = 1; partition <= 3; ++partition) {
      batches.push_back({.partition = partition,
                         .epoch = 1,
                         .position = position,
                         .channels = {{.channel = channel_id(1, partition), .head = std::to_string(position)}}});
    }
    return batches;
  }
  /// Of those three channels, as they are read; "-": not there.
  std::string heads() {
    StoreQuery query;
    for (PartitionId partition = 1; partition <= 3; ++partition) query.channels.push_back(channel_id(1, partition));
    std::string text;
    const auto answer = driver().read(std::move(query));
    for (const auto& channel : answer->channels) text += channel ? channel->head : "-";
    return text;
  }
  std::string stored_head() { return disk_->image.channels[channel_id(1)].head; }

  std::shared_ptr<MemoryDisk> disk_ = std::make_shared<MemoryDisk>(Incarnation(IdBytes{1}));
  std::vector<Fate> fates_;
  ManualExecutor executor_;
  std::unique_ptr<MemoryChannelStore> store_;
  int completed_ = 0;
};

TEST_F(MemoryStore, ACrashLosesWhatIsInFlightOrKeepsTheOldest) {
  for (Position n = 1; n <= 3; ++n) commit_without_waiting(n, std::to_string(n));
  EXPECT_EQ(store_->in_flight(), 3U);
  store_->crash(2);
  executor_.run_until_idle();
  EXPECT_EQ(completed_, 0);
  EXPECT_EQ(stored_head(), "2");
  start();
  EXPECT_EQ(driver().take_over(7, 2)->position, 2U);
}

TEST_F(MemoryStore, ADestroyedStoreCompletesNothing) {
  commit_without_waiting(1, "1");
  store_.reset();
  executor_.run_until_idle();
  EXPECT_EQ(completed_, 0);
  EXPECT_EQ(stored_head(), "");
}

TEST_F(MemoryStore, AFullDiskWritesNothingAndStaysReadable) {
  fates_ = {Fate::ok, Fate::disk_full};
  EXPECT_EQ(commit(1, "1"), ErrorCode::ok);
  EXPECT_EQ(commit(2, "2"), ErrorCode::disk_full);
  EXPECT_EQ(driver().read({.channels = {channel_id(1)}})->channels[0]->head, "1");
  EXPECT_EQ(commit(2, "2"), ErrorCode::ok);
}

TEST_F(MemoryStore, AnUncertainWriteClosesTheStoreUntilReopened) {
  fates_ = {Fate::unavailable_lost};
  EXPECT_EQ(commit(1, "1"), ErrorCode::store_unavailable);
  EXPECT_EQ(commit(1, "1"), ErrorCode::store_unavailable);
  EXPECT_TRUE(driver().read({.channels = {channel_id(1)}}));
  ASSERT_TRUE(driver().reopen());
  EXPECT_EQ(commit(1, "1"), ErrorCode::ok);
}

TEST_F(MemoryStore, AnUncertainWriteMayHaveHappenedAndIsSeenOnceThatIsCertain) {
  fates_ = {Fate::unavailable_kept};
  EXPECT_EQ(commit(1, "1"), ErrorCode::store_unavailable);
  EXPECT_EQ(driver().read({.channels = {channel_id(1)}})->channels[0], std::nullopt);
  ASSERT_TRUE(driver().reopen());
  EXPECT_EQ(driver().take_over(7, 2)->position, 1U);
}

TEST_F(MemoryStore, OfATornCommitTheFirstBatchesAreSeenOnceThatIsCertain) {
  for (const std::size_t kept : {0U, 1U, 2U, 3U, 9U}) {
    disk_ = std::make_shared<MemoryDisk>(Incarnation(IdBytes{1}));
    start_torn(kept);
    take_over_three();
    fates_ = {Fate::unavailable_torn};
    for (const auto& result : driver().commit(three(1))) EXPECT_EQ(result.error().code, ErrorCode::store_unavailable);
    EXPECT_EQ(heads(), "---") << "it is uncertain: nobody reads it";
    ASSERT_TRUE(driver().reopen());
    EXPECT_EQ(heads(), std::string("111---").substr(3 - std::min<std::size_t>(kept, 3), 3));
    for (PartitionId partition = 1; partition <= 3; ++partition) {
      EXPECT_EQ(driver().take_over(partition, 2)->position, partition <= kept ? 1U : 0U);
    }
  }
}

TEST_F(MemoryStore, ATornTakeOverIsWholeOrNot) {
  for (const std::size_t kept : {0U, 1U}) {
    start_torn(kept);
    const Epoch epoch = store_->highest_epoch() + 1;
    fates_ = {Fate::unavailable_torn};
    EXPECT_EQ(driver().take_over(7, epoch).error().code, ErrorCode::store_unavailable);
    EXPECT_LT(store_->highest_epoch(), epoch);
    ASSERT_TRUE(driver().reopen());
    EXPECT_EQ(store_->highest_epoch(), kept == 1 ? epoch : epoch - 1);
  }
}

TEST_F(MemoryStore, ACrashTearsTheOldestThatItDoesNotKeepAndLosesTheOthers) {
  for (const std::size_t kept : {0U, 2U, 3U}) {
    disk_ = std::make_shared<MemoryDisk>(Incarnation(IdBytes{1}));
    start_torn(kept);
    take_over_three();
    for (Position n = 1; n <= 3; ++n) store_->commit(three(n), executor_, [](const auto&) { FAIL() << "it is dead"; });
    store_->crash(1);
    executor_.run_until_idle();
    start();
    EXPECT_EQ(heads(), std::string("222111").substr(3 - kept, 3));
  }
}

TEST_F(MemoryStore, ACrashAmidATornCommitKeepsWhatThatLeft) {
  start_torn(2);
  take_over_three();
  fates_ = {Fate::unavailable_torn};
  driver().commit(three(1));
  store_->commit(three(2), executor_, [](const auto&) { FAIL() << "it is dead"; });
  store_->crash(1);
  executor_.run_until_idle();
  start();
  EXPECT_EQ(heads(), "11-") << "a closed store writes nothing more, whatever a crash keeps";
}

TEST_F(MemoryStore, CommitsCalledBeforeAReopenAreNotWrittenAfterIt) {
  fates_ = {Fate::unavailable_lost};
  commit_without_waiting(1, "1");
  commit_without_waiting(1, "late");
  ASSERT_TRUE(driver().reopen());
  EXPECT_EQ(completed_, 2);
  EXPECT_EQ(stored_head(), "");
}

TEST_F(MemoryStore, DelaysDoNotChangeTheOrder) {
  std::vector<Duration> delays = {Duration(10), Duration(1), Duration(5)};
  MemoryStoreFaults faults;
  faults.commit_delay = [&] {
    const Duration delay = delays.front();
    delays.erase(delays.begin());
    return delay;
  };
  start(std::move(faults));
  for (Position n = 1; n <= 3; ++n) commit_without_waiting(n, std::to_string(n));
  executor_.run_until_idle();
  EXPECT_EQ(completed_, 0);
  executor_.advance(Duration(1));
  executor_.run_until_idle();
  EXPECT_EQ(completed_, 2);
  executor_.advance(Duration(4));
  executor_.run_until_idle();
  EXPECT_EQ(completed_, 3);
  EXPECT_EQ(stored_head(), "3");
}

TEST_F(MemoryStore, AReadFailsWhenToldTo) {
  MemoryStoreFaults faults;
  faults.read = [] { return Result<void>(fail(ErrorCode::damaged)); };
  start(std::move(faults));
  EXPECT_EQ(driver().read({}).error().code, ErrorCode::damaged);
}

TEST_F(MemoryStore, TellsTheHighestEpoch) {
  ASSERT_TRUE(driver().take_over(9, 12));
  start();
  EXPECT_EQ(store_->highest_epoch(), 12U);
}

}  // namespace
}  // namespace parley::test
