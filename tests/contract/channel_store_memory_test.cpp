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
