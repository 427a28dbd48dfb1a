// MemoryCommandQueue: the command queue of one process, for one node or several. Partitions are dealt in contiguous
// runs to the nodes that subscribe, by ascending node id, and dealt anew when one comes, goes or falls silent.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "ports/command_queue.hpp"

namespace parley {

class MemoryCommandQueue final : public CommandQueue {
 public:
  /// `first_epoch`: higher than any the store has seen; epochs grow from it. `backlog`: commands that may wait, not yet
  /// done, for one owner (Limits::owner_queue).
  MemoryCommandQueue(Epoch first_epoch, std::size_t backlog);
  /// Hands out nothing more.
  ~MemoryCommandQueue() override;
  MemoryCommandQueue(const MemoryCommandQueue&) = delete;
  MemoryCommandQueue& operator=(const MemoryCommandQueue&) = delete;

  Result<void> push(std::vector<QueuedCommand> commands) override;
  void subscribe(NodeId node, std::uint32_t shard, std::uint32_t shards, Executor& executor,
                 PartitionConsumer& consumer) override;
  void unsubscribe(NodeId node, std::uint32_t shard) override;
  void done(PartitionId partition, Epoch epoch, std::size_t count) override;
  void when_done(Executor& executor, Task then) override;

  /// Nothing was heard of the node for too long: its partitions are dealt to the others. It learns so, and is dealt
  /// partitions anew, when one of its executors next gets to what the queue has for it. Any thread.
  void expire(NodeId node);

  /// Commands pushed and not yet done.
  [[nodiscard]] std::size_t waiting() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace parley
