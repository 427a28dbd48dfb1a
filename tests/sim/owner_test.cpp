// An owner and the queue that gives it its partitions, in the simulated world.
#include "node/owner.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "base/metrics.hpp"
#include "engines/memory/channel_store.hpp"
#include "engines/memory/command_queue.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

NodeId node_id(std::uint8_t number) {
  return NodeId(IdBytes{number});
}

class Idle final : public PartitionConsumer {
 public:
  void gained(PartitionId, Epoch) override {}
  void lost(PartitionId) override {}
  void commands(PartitionId, std::vector<QueuedCommand>) override {}
};

class OwnerTest : public testing::Test {
 protected:
  OwnerTest() {
    owner.start();
    world.run_for(Duration(1000));
  }

  /// In one partition, which goes to the first node where there are two.
  QueuedCommand create_group() {
    std::array<std::uint8_t, 10> random{};
    Command command;
    do {
      world.fill(random);
      command.channel = ChannelId(make_uuid_v7(to_unix_ms(world.now()), random));
    } while (partition_of(command.channel) != 5);
    command.stamp.account = account;
    command.stamp.device = DeviceId(IdBytes{1});
    command.stamp.send_id = SendId(make_uuid_v7(to_unix_ms(world.now()), random));
    command.stamp.at = world.now();
    command.stamp.accounts = {{account, true}};
    command.body = command::Create{.title = "a group"};
    return {std::move(command), {.node = node_id(2)}};
  }

  World world{3};
  SimExecutor& executor = world.make_executor();
  AccountId account{IdBytes{7}};
  std::shared_ptr<MemoryDisk> disk = std::make_shared<MemoryDisk>(Incarnation(IdBytes{1}));
  Duration commit_takes{10};
  MemoryChannelStore store{disk, {.commit_delay = [this] { return commit_takes; }}};
  MemoryCommandQueue queue{1, 100};
  Metrics metrics;
  NodeMetrics node_metrics{metrics};
  std::vector<Answer> answers;
  Owner owner{{.node = node_id(2)},
              executor,
              store,
              queue,
              world,
              world,
              [this](std::uint32_t, IoBatch batch) {
                answers.insert(answers.end(), batch.answers.begin(), batch.answers.end());
              },
              nullptr,
              node_metrics};
};

// The turn in flight was counted in what had come since: the process died, or a command that had come since was taken
// for done and never decided.
TEST_F(OwnerTest, APartitionThatIsLostAndGainedDuringACommitCountsItsCommandsAnew) {
  SimExecutor& other = world.make_executor();
  Idle idle;
  ASSERT_TRUE(queue.push({create_group()}));
  world.run_for(Duration(1000));
  ASSERT_EQ(queue.waiting(), 0U);
  commit_takes = Duration(5000);
  ASSERT_TRUE(queue.push({create_group()}));
  world.run_for(Duration(100));
  ASSERT_EQ(store.in_flight(), 1U);

  queue.subscribe(node_id(1), 0, 1, other, idle);
  world.run_for(Duration(100));
  queue.unsubscribe(node_id(1), 0);
  world.run_for(Duration(60'000));

  EXPECT_EQ(queue.waiting(), 0U);
  EXPECT_EQ(disk->image.channels.size(), 2U);
}

}  // namespace
}  // namespace parley::sim
