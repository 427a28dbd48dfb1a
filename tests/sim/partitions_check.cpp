#include "sim/partitions_check.hpp"

#include <array>
#include <cstdint>

#include "base/id.hpp"
#include "engines/memory/command_queue.hpp"

namespace parley::sim {
namespace {

constexpr Duration kDecidedWithin{60'000};

/// Of a channel that is not there, so that nobody notices; nobody waits for the answer either.
QueuedCommand question_for(PartitionId partition, World& world) {
  RegisterCommand command;
  std::array<std::uint8_t, 10> random{};
  do {
    world.fill(random);
    command.channel = ChannelId(make_uuid_v7(to_unix_ms(world.now()), random));
  } while (partition_of(command.channel) != partition);
  command.at = world.now();
  command.body = registers::Set{.pinned = true};
  return {std::move(command), {}};
}

}  // namespace

void check_partitions(World& world, Cluster& cluster, std::vector<std::string>& broken) {
  MemoryCommandQueue* queue = cluster.queue();
  if (queue == nullptr) return broken.emplace_back("P1: no node runs when all is over"), void();
  std::size_t refused = 0;
  for (PartitionId partition = 0; partition < kPartitions; ++partition) {
    const QueuedCommand question = question_for(partition, world);
    // Only so many may wait for one owner.
    if (!world.run_until([&] { return queue->push({question}).has_value(); }, kDecidedWithin)) ++refused;
  }
  if (refused > 0) broken.push_back("P1: " + std::to_string(refused) + " partitions take no commands");
  if (world.run_until([&] { return queue->waiting() == 0; }, kDecidedWithin)) return;
  broken.push_back("P1: " + std::to_string(queue->waiting()) + " commands are decided by nobody");
}

}  // namespace parley::sim
