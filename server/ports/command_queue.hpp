// CommandQueue takes commands durably and hands each partition's to its one owner, in order. On one machine it is in
// memory, and durable means: the outcome comes with the commit.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "chat/command.hpp"
#include "ports/executor.hpp"

namespace parley {

/// Where an answer goes: the session that asked. A nil node means nobody waits.
struct Origin {
  NodeId node;
  std::uint32_t io = 0;       // io executor on that node
  std::uint64_t session = 0;  // unique on that node while it runs
  std::uint64_t request = 0;
};

struct QueuedCommand {
  std::variant<Command, RegisterCommand> command;
  Origin origin;
  /// Rises in the order in which its session sends to the channel; of a send that had to come again, that of its first
  /// time.
  std::uint64_t number = 0;
  /// Its session waits for the answer to an earlier command to the channel; otherwise it has heard what became of all
  /// of them, and has given up those that were refused and did not come again.
  bool behind = false;
  [[nodiscard]] const ChannelId& channel() const {
    return std::visit([](const auto& c) -> const ChannelId& { return c.channel; }, command);
  }
};

/// What a node does with partitions. All calls come on the executor given to `subscribe`, one at a time.
class PartitionConsumer {
 public:
  virtual ~PartitionConsumer() = default;
  /// This node now owns `partition` under `epoch`. Commands follow.
  virtual void gained(PartitionId partition, Epoch epoch) = 0;
  /// It no longer does; what is in flight must not be answered.
  virtual void lost(PartitionId partition) = 0;
  /// In the order pushed; `commands` is never empty.
  virtual void commands(PartitionId partition, std::vector<QueuedCommand> commands) = 0;
};

class CommandQueue {
 public:
  virtual ~CommandQueue() = default;
  /// Each command goes to the owner of its channel's partition. `overloaded` when the owner's backlog is full (then
  /// none of `commands` was taken). Any thread; batch as much as is at hand: a call costs at most one wake-up per
  /// owner.
  virtual Result<void> push(std::vector<QueuedCommand> commands) = 0;
  /// `shard` of `shards`: the owner threads of one node share its partitions as partition % shards. The consumer must
  /// outlive the queue or call `unsubscribe`.
  virtual void subscribe(NodeId node, std::uint32_t shard, std::uint32_t shards, Executor& executor,
                         PartitionConsumer& consumer) = 0;
  /// After it returns the consumer is not called again (call it on the consumer's executor).
  virtual void unsubscribe(NodeId node, std::uint32_t shard) = 0;
  /// Which commands are done, so that they are not handed out again: the `count` oldest of the partition.
  virtual void done(PartitionId partition, Epoch epoch, std::size_t count) = 0;
  /// `then` runs once, on `executor`, when all that had been pushed before this call is done; never where the queue
  /// ends first. Any thread.
  virtual void when_done(Executor& executor, Task then) = 0;
};

}  // namespace parley
