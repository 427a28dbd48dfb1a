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

  void when_done(Executor&, Task) override {}

  std::vector<std::pair<Epoch, std::size_t>> finished;
};

struct OwnerAlone {
  OwnerAlone() {
    MemoryStoreFaults slow;
    slow.commit_delay = [] { return Duration(100); };
    slow.read_delay = [] { return Duration(10); };
    store = std::make_unique<MemoryChannelStore>(std::make_shared<MemoryDisk>(Incarnation(IdBytes{7})), slow);
    owner = std::make_unique<Owner>(
        Owner::Settings{.node = NodeId(IdBytes{9})}, executor, *store, queue, world, world,
        [this](std::uint32_t, IoBatch batch) { answers += batch.answers.size(); }, nullptr, node_metrics);
  }
  [[nodiscard]] static Command stamped(const AccountId& account, std::uint16_t number) {
    IdBytes send_id{};
    send_id[0] = static_cast<std::uint8_t>(number);
    send_id[1] = static_cast<std::uint8_t>(number >> 8U);
    Command command;
    command.channel = self_channel_id(account);
    command.stamp = {.account = account, .device = DeviceId(IdBytes{2}), .send_id = SendId(send_id)};
    command.stamp.accounts.push_back({.account = account, .active = true});
    return command;
  }
  [[nodiscard]] static QueuedCommand note_to_self(std::uint8_t number,
                                                  const AccountId& account = AccountId(IdBytes{1})) {
    Command command = stamped(account, number);
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

// A retry stores nothing, so that no commit told the owner that it was not to answer it.
TEST(PartitionLostAndBack, RetryThatIsDecidedBesideACommitIsNotAnswered) {
  OwnerAlone one;
  const AccountId bert(IdBytes{5});
  const QueuedCommand retried = OwnerAlone::note_to_self(3);
  const PartitionId partition = partition_of(retried.channel());
  const PartitionId beside = partition_of(self_channel_id(bert));
  ASSERT_NE(partition, beside);
  one.owner->gained(partition, 1);
  one.owner->gained(beside, 1);
  one.world.run_for(Duration(500));
  one.owner->commands(partition, {retried});
  one.owner->commands(beside, {OwnerAlone::note_to_self(4, bert)});
  one.world.run_for(Duration(500));
  ASSERT_EQ(one.answers, 2U);

  one.owner->commands(partition, {retried});
  one.owner->commands(beside, {OwnerAlone::note_to_self(5, bert)});
  while (one.store->in_flight() == 0 && one.world.step()) {
  }
  one.owner->lost(partition);
  one.owner->gained(partition, 2);
  one.world.run_for(Duration(5000));
  EXPECT_EQ(one.answers, 3U) << "the one beside it";
  one.owner->commands(partition, {retried});
  one.world.run_for(Duration(5000));
  EXPECT_EQ(one.answers, 4U);
}

// It waited for the totals at its seq, and the queue had been told that it was done.
TEST(PartitionLostAndBack, CursorThatWaitedForTotalsIsAnswered) {
  OwnerAlone one;
  const AccountId anna(IdBytes{1});
  const QueuedCommand create = OwnerAlone::note_to_self(3);
  const PartitionId partition = partition_of(create.channel());
  one.owner->gained(partition, 1);
  one.world.run_for(Duration(500));
  std::vector<QueuedCommand> all{create};
  constexpr std::uint16_t kMessages = 400;  // more than are remembered
  for (std::uint16_t number = 10; number < 10 + kMessages; ++number) {
    Command post = OwnerAlone::stamped(anna, number);
    post.body = command::Post{.content = {.bytes = "x"}};
    all.push_back({post, create.origin});
  }
  one.owner->commands(partition, all);
  one.world.run_for(Duration(5000));
  ASSERT_EQ(one.answers, all.size());

  RegisterCommand move;
  move.channel = create.channel();
  move.account = anna;
  move.body = registers::MoveCursor{100, 100, std::nullopt};
  one.owner->commands(partition, {{move, create.origin}});
  one.world.run_for(Duration(2));  // the log is being read
  ASSERT_EQ(one.answers, all.size());
  ASSERT_EQ(one.queue.finished.back(), (std::pair<Epoch, std::size_t>{1, 1}));
  one.owner->lost(partition);
  one.world.run_for(Duration(5000));
  EXPECT_EQ(one.answers, all.size() + 1);
}

}  // namespace
}  // namespace parley::sim
