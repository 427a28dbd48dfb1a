// A partition went to another node and came back while a command of its first time was in flight: the owner answered
// that command, and again when the queue had handed it out again, so that a request had two answers.
#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "engines/memory/channel_store.hpp"
#include "node/owner.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

class CountingQueue final : public CommandQueue {
 public:
  Result<void> push(std::vector<QueuedCommand>) override { return {}; }
  void subscribe(NodeId, std::uint32_t, std::uint32_t, Executor&, PartitionConsumer&) override {}
  void unsubscribe(NodeId, std::uint32_t) override {}
  void done(PartitionId, Epoch epoch, std::size_t count) override { finished.emplace_back(epoch, count); }

  std::vector<std::pair<Epoch, std::size_t>> finished;
};

struct OwnerAlone {
  OwnerAlone() {
    MemoryStoreFaults slow;
    slow.commit_delay = [] { return Duration(100); };
    store = std::make_unique<MemoryChannelStore>(std::make_shared<MemoryDisk>(Incarnation(IdBytes{7})), slow);
    owner = std::make_unique<Owner>(
        Owner::Settings{.node = NodeId(IdBytes{9})}, executor, *store, queue, world, world,
        [this](std::uint32_t, IoBatch batch) { answers += batch.answers.size(); }, nullptr, node_metrics);
  }
  [[nodiscard]] static QueuedCommand note_to_self(std::uint8_t number) {
    const AccountId anna(IdBytes{1});
    Command command;
    command.channel = self_channel_id(anna);
    command.stamp = {.account = anna, .device = DeviceId(IdBytes{2}), .send_id = SendId(IdBytes{number})};
    command.stamp.accounts.push_back({.account = anna, .active = true});
    command::Create create;
    create.kind = ChannelKind::self;
    command.body = create;
    return {command, {.node = NodeId(IdBytes{9}), .session = 1, .request = number}};
  }

  World world{1};
  SimExecutor& executor = world.make_executor();
  CountingQueue queue;
  Metrics metrics;
  NodeMetrics node_metrics{metrics};
  std::unique_ptr<MemoryChannelStore> store;
  std::unique_ptr<Owner> owner;
  std::size_t answers = 0;
};

TEST(PartitionLostAndBack, CommandOfTheFirstTimeIsNeitherCountedNorAnswered) {
  OwnerAlone one;
  const QueuedCommand command = OwnerAlone::note_to_self(3);
  const PartitionId partition = partition_of(command.channel());
  one.owner->gained(partition, 1);
  one.world.run_for(Duration(150));
  one.owner->commands(partition, {command});
  one.world.run_for(Duration(50));  // its commit is on its way
  one.owner->lost(partition);
  one.owner->gained(partition, 2);
  one.world.run_for(Duration(5000));
  EXPECT_TRUE(one.queue.finished.empty());
  EXPECT_EQ(one.answers, 0U);

  // Handed out again, it gets the outcome that it has.
  one.owner->commands(partition, {command});
  one.world.run_for(Duration(5000));
  EXPECT_EQ(one.queue.finished, (std::vector<std::pair<Epoch, std::size_t>>{{2, 1}}));
  EXPECT_EQ(one.answers, 1U);
}

TEST(PartitionLostAndBack, CommandThatWaitedIsLeftToTheQueue) {
  OwnerAlone one;
  const QueuedCommand command = OwnerAlone::note_to_self(3);
  const PartitionId partition = partition_of(command.channel());
  one.owner->gained(partition, 1);
  one.owner->commands(partition, {command});
  one.owner->lost(partition);
  one.owner->gained(partition, 2);
  one.owner->commands(partition, {command});
  one.world.run_for(Duration(5000));
  EXPECT_EQ(one.queue.finished, (std::vector<std::pair<Epoch, std::size_t>>{{2, 1}}));
  EXPECT_EQ(one.answers, 1U);
}

}  // namespace
}  // namespace parley::sim
