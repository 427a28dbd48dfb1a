#include "contract/command_queue_suite.hpp"

#include "engines/memory/command_queue.hpp"

namespace parley::test {

std::vector<QueueEngine> queue_engines() {
  return {{"Memory", [](Epoch first_epoch, std::size_t backlog) {
             return std::make_unique<MemoryCommandQueue>(first_epoch, backlog);
           }}};
}

NodeId node_id(std::uint8_t n) {
  return NodeId(IdBytes{n});
}

QueuedCommand queued(PartitionId partition, std::uint64_t request) {
  IdBytes bytes{};
  bytes[15] = static_cast<std::uint8_t>(partition);
  Command command;
  command.channel = ChannelId(bytes);
  QueuedCommand queued;
  queued.command = std::move(command);
  queued.origin.request = request;
  return queued;
}

void RecordingConsumer::gained(PartitionId partition, Epoch epoch) {
  EXPECT_FALSE(owned.contains(partition)) << "gained twice";
  owned[partition] = epoch;
  log.push_back("gained " + std::to_string(partition));
}

void RecordingConsumer::lost(PartitionId partition) {
  EXPECT_TRUE(owned.contains(partition)) << "lost what was not owned";
  owned.erase(partition);
  log.push_back("lost " + std::to_string(partition));
}

void RecordingConsumer::commands(PartitionId partition, std::vector<QueuedCommand> commands) {
  EXPECT_TRUE(owned.contains(partition)) << "commands of a partition that is not owned";
  EXPECT_FALSE(commands.empty());
  for (const QueuedCommand& command : commands) {
    EXPECT_EQ(partition_of(command.channel()), partition);
    received[partition].push_back(command.origin.request);
  }
  log.push_back("commands " + std::to_string(partition));
  if (on_commands) on_commands(partition);
}

std::vector<std::uint64_t> RecordingConsumer::requests(PartitionId partition) const {
  const auto found = received.find(partition);
  return found == received.end() ? std::vector<std::uint64_t>{} : found->second;
}

}  // namespace parley::test
