// The contract of ChannelStore as tests: every engine runs them through a factory.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "contract/manual_executor.hpp"
#include "ports/channel_store.hpp"

// What a batch or a query does not name is empty on purpose.
#pragma clang diagnostic ignored "-Wmissing-designated-field-initializers"

namespace parley::test {

/// An engine under test: a store on a disk that outlives it.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual ChannelStore& store() = 0;
  virtual std::unique_ptr<ChannelStoreScan> scan() = 0;
  /// Closes the store and opens it on the same disk.
  virtual void restart() = 0;
};

struct StoreEngine {
  std::string name;
  std::function<std::unique_ptr<StoreUnderTest>()> make;
};
inline void PrintTo(const StoreEngine& engine, std::ostream* out) {
  *out << engine.name;
}
/// All engines that pass the suite.
std::vector<StoreEngine> store_engines();

/// Ids for tests: `n` in the first bytes, so that they sort by it; the last byte is the partition.
ChannelId channel_id(std::uint32_t n, PartitionId partition = 7);
AccountId account_id(std::uint32_t n);
SendId send_id(std::uint32_t n);

/// Waits for completions of one store.
class StoreDriver {
 public:
  StoreDriver(ChannelStore& store, ManualExecutor& executor) : store_(store), executor_(executor) {}

  std::vector<Result<void>> commit(std::vector<PartitionBatch> batches);
  Result<void> commit(PartitionBatch batch);
  Result<StoreAnswer> read(StoreQuery query);
  Result<std::vector<ChannelId>> channels_of(AccountId account);
  Result<PartitionState> take_over(PartitionId partition, Epoch epoch);
  Result<void> reopen();

 private:
  template <class T>
  T wait(const std::function<void(Completion<T>)>& start);

  ChannelStore& store_;
  ManualExecutor& executor_;
};

class ChannelStoreContract : public testing::TestWithParam<StoreEngine> {
 protected:
  ChannelStoreContract() : engine_(GetParam().make()) {}

  ChannelStore& store() { return engine_->store(); }
  StoreDriver driver() { return {engine_->store(), executor_}; }
  void restart() { engine_->restart(); }
  std::unique_ptr<ChannelStoreScan> scan() { return engine_->scan(); }

  /// Commits `channel` alone, as the next position of its partition; takes the partition over first where needed.
  Result<void> put(ChannelBatch channel);
  /// `count` events of `bytes` bytes each, seq 1 …
  void put_events(ChannelId channel, std::size_t count, std::size_t bytes = 8);
  std::vector<EventRow> events(EventRange range);
  PartitionBatch next_batch(PartitionId partition, std::vector<ChannelBatch> channels);

  ManualExecutor executor_;  // outlives the engine, whose threads post to it
  std::unique_ptr<StoreUnderTest> engine_;
  std::map<PartitionId, PartitionState> states_;
};

std::vector<Seq> seqs(const std::vector<EventRow>& rows);

}  // namespace parley::test
