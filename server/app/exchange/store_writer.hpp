// Commits to a channel store that nobody else uses, and waits for it. For import_*.cpp.
#pragma once

#include <map>

#include "engines/system/thread_executor.hpp"
#include "ports/channel_store.hpp"

namespace parley::exchange {

class StoreWriter {
 public:
  explicit StoreWriter(ChannelStore& store) : store_(store) {}

  /// The position of the next commit to the channel's partition, which is taken over first where needed.
  Result<Position> next_position(const ChannelId& channel);
  /// Commits under that position.
  Result<void> commit(ChannelBatch batch);

 private:
  Result<PartitionState*> partition(const ChannelId& channel);

  ChannelStore& store_;
  ThreadExecutor executor_{"import"};
  std::map<PartitionId, PartitionState> partitions_;
};

}  // namespace parley::exchange
