// Commits to a channel store that nobody else uses: many channels together, while the next are being made. For
// import_*.cpp.
#pragma once

#include <deque>
#include <future>
#include <map>
#include <vector>

#include "engines/system/thread_executor.hpp"
#include "ports/channel_store.hpp"

namespace parley::exchange {

class StoreWriter {
 public:
  explicit StoreWriter(ChannelStore& store) : store_(store) {}

  /// The position under which the next batch of the channel will be committed. Its partition is taken over first where
  /// needed.
  Result<Position> next_position(const ChannelId& channel);
  /// Commits under the position that next_position() said last, now or with later ones. Errors: what the store says, of
  /// this or of an earlier batch.
  Result<void> commit(ChannelBatch batch);
  /// Waits until all of it is on stable storage. Errors as above.
  Result<void> finish();

 private:
  using Results = std::vector<Result<void>>;

  Result<PartitionState*> partition(const ChannelId& channel);
  Result<void> send();
  Result<void> wait_for_oldest();

  ChannelStore& store_;
  ThreadExecutor executor_{"import"};
  std::map<PartitionId, PartitionState> partitions_;
  std::map<PartitionId, PartitionBatch> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::deque<std::future<Results>> under_way_;
};

}  // namespace parley::exchange
