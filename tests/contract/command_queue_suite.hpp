// The contract of CommandQueue as tests: every engine runs them through a factory.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "contract/manual_executor.hpp"
#include "ports/command_queue.hpp"

namespace parley::test {

struct QueueEngine {
  std::string name;
  /// `first_epoch` and `backlog` as of MemoryCommandQueue.
  std::function<std::unique_ptr<CommandQueue>(Epoch first_epoch, std::size_t backlog)> make;
};
inline void PrintTo(const QueueEngine& engine, std::ostream* out) {
  *out << engine.name;
}
/// All engines that pass the suite.
std::vector<QueueEngine> queue_engines();

NodeId node_id(std::uint8_t n);
/// A command for some channel of `partition`, recognised by `request`.
QueuedCommand queued(PartitionId partition, std::uint64_t request);

/// Remembers what it was told, and what it owns.
class RecordingConsumer final : public PartitionConsumer {
 public:
  void gained(PartitionId partition, Epoch epoch) override;
  void lost(PartitionId partition) override;
  void commands(PartitionId partition, std::vector<QueuedCommand> commands) override;

  /// Requests handed out so far.
  [[nodiscard]] std::vector<std::uint64_t> requests(PartitionId partition) const;

  std::map<PartitionId, Epoch> owned;
  std::map<PartitionId, std::vector<std::uint64_t>> received;
  std::vector<std::string> log;  // "gained 3", "lost 3", "commands 3"
  std::function<void(PartitionId)> on_commands;
};

}  // namespace parley::test
