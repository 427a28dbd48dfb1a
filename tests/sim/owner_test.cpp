// An owner and the queue that gives it its partitions, in the simulated world.
#include "node/owner.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

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

/// Everybody is connected to another node, which keeps what it is told.
class Elsewhere final : public RemoteNodes {
 public:
  void answer(const Answer& answer) override { answers.push_back(answer); }
  void push(const NodeId&, const Push& push, const std::vector<AccountId>&) override { pushes.push_back(push); }
  std::vector<NodeId> nodes_of(const AccountId&) const override { return {node_id(1)}; }
  void owns(PartitionId, Epoch) override {}
  void owns_no_more(PartitionId) override {}

  std::vector<Answer> answers;
  std::vector<Push> pushes;
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
    command.stamp.accounts = {{account, true}, {member, true}};
    command.body = command::Create{.title = "a group", .members = {member}};
    return {std::move(command), {.node = node_id(2)}};
  }

  /// Of one session on the other node.
  QueuedCommand post(const ChannelId& channel, std::uint8_t send_id, std::uint64_t number) {
    Command command;
    command.channel = channel;
    command.stamp.account = account;
    command.stamp.device = DeviceId(IdBytes{1});
    command.stamp.send_id = SendId(IdBytes{send_id});
    command.stamp.at = world.now();
    command.body = command::Post{.content = {.bytes = "hello"}};
    return {std::move(command), {.node = node_id(1), .session = 9, .request = number}, number};
  }

  /// Sent while the answer to an earlier one was on its way.
  QueuedCommand post_behind(const ChannelId& channel, std::uint8_t send_id, std::uint64_t number) {
    QueuedCommand behind = post(channel, send_id, number);
    behind.behind = true;
    return behind;
  }

  /// What becomes of it: an error's name, or nothing.
  std::string push(QueuedCommand command) {
    elsewhere.answers.clear();
    EXPECT_TRUE(queue.push({std::move(command)}));
    world.run_for(Duration(1000));
    EXPECT_EQ(elsewhere.answers.size(), 1U);
    const auto* error = std::get_if<Error>(&elsewhere.answers.at(0).body);
    return error == nullptr ? "" : std::string(error->name());
  }

  ChannelId group() {
    const QueuedCommand create = create_group();
    EXPECT_TRUE(queue.push({create}));
    world.run_for(Duration(1000));
    return create.channel();
  }

  /// To another node, and back.
  void move_partition() {
    queue.subscribe(node_id(1), 0, 1, world.make_executor(), idle);
    world.run_for(Duration(100));
    queue.unsubscribe(node_id(1), 0);
    world.run_for(Duration(100));
  }

  World world{3};
  SimExecutor& executor = world.make_executor();
  AccountId account{IdBytes{7}}, member{IdBytes{8}};
  std::shared_ptr<MemoryDisk> disk = std::make_shared<MemoryDisk>(Incarnation(IdBytes{1}));
  Duration commit_takes{10};
  Duration read_takes{1};
  MemoryStoreFaults::Fate fate = MemoryStoreFaults::Fate::ok;
  MemoryChannelStore store{disk,
                           {.commit = [this] { return fate; },
                            .commit_delay = [this] { return commit_takes; },
                            .read_delay = [this] { return read_takes; }}};
  MemoryCommandQueue queue{1, 100};
  Metrics metrics;
  NodeMetrics node_metrics{metrics};
  Elsewhere elsewhere;
  Idle idle;
  Owner owner{{.node = node_id(2)},          executor,   store,       queue, world, world,
              [](std::uint32_t, IoBatch) {}, &elsewhere, node_metrics};
};

// The turn in flight was counted in what had come since: the process died, or a command that had come since was taken
// for done and never decided.
TEST_F(OwnerTest, APartitionThatIsLostAndGainedDuringACommitCountsItsCommandsAnew) {
  SimExecutor& other = world.make_executor();
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

// By it another node leaves out what an earlier owner told: the ticks went back.
TEST_F(OwnerTest, WhateverIsToldOfAChannelNamesTheEpochOfItsOwner) {
  move_partition();
  const QueuedCommand create = create_group();
  ASSERT_TRUE(queue.push({create}));
  world.run_for(Duration(1000));
  const Epoch epoch = disk->image.partitions.at(5).epoch >> kFenceBits;
  ASSERT_GT(epoch, 1U);

  const Origin origin{.node = node_id(1)};
  ASSERT_TRUE(queue.push(
      {{RegisterCommand{create.channel(), account, world.now(), {}, registers::Set{.pinned = true}}, origin}}));
  ASSERT_TRUE(queue.push(
      {{RegisterCommand{create.channel(), account, world.now(), {}, registers::MoveCursor{1, 1, {}}}, origin}}));
  world.run_for(Duration(1000));

  ASSERT_EQ(elsewhere.answers.size(), 2U);
  for (const Answer& answer : elsewhere.answers) {
    ASSERT_TRUE(std::holds_alternative<RegistersAnswer>(answer.body));
    EXPECT_EQ(answer.epoch, epoch);
  }
  std::set<PushKind> kinds;
  for (const Push& push : elsewhere.pushes) {
    EXPECT_EQ(push.epoch, epoch);
    kinds.insert(push.kind);
  }
  EXPECT_EQ(kinds, (std::set{PushKind::events, PushKind::registers, PushKind::receipts}));
}

TEST_F(OwnerTest, WhatWasSentBeforeARefusedSendDoesNotWaitForIt) {
  const ChannelId channel = group();
  fate = MemoryStoreFaults::Fate::disk_full;
  EXPECT_EQ(push(post(channel, 2, 2)), "disk_full");
  fate = MemoryStoreFaults::Fate::ok;
  EXPECT_EQ(push(post(channel, 1, 1)), "");
  EXPECT_EQ(push(post_behind(channel, 3, 3)), "overloaded");
  EXPECT_EQ(push(post(channel, 2, 2)), "");
  EXPECT_EQ(push(post(channel, 3, 3)), "");
}

// Its answer was on its way for seconds, and the wait was over when the next one came, which had left before that.
TEST_F(OwnerTest, ASendThatWasRefusedIsWaitedForUntilItsSessionHasHeardOfThat) {
  const ChannelId channel = group();
  fate = MemoryStoreFaults::Fate::disk_full;
  EXPECT_EQ(push(post(channel, 1, 1)), "disk_full");
  fate = MemoryStoreFaults::Fate::ok;
  world.run_for(std::chrono::hours(1));
  EXPECT_EQ(push(post_behind(channel, 2, 2)), "overloaded");
  EXPECT_EQ(push(post(channel, 1, 1)), "");
  EXPECT_EQ(push(post(channel, 2, 2)), "");
}

// It had an answer of another owner, which its session heard, and would never come again: what was sent next was
// refused once for nothing.
TEST_F(OwnerTest, ASendWhoseSessionHasHeardWhatBecameOfThoseBeforeWaitsForNone) {
  const ChannelId channel = group();
  move_partition();
  EXPECT_EQ(push(post_behind(channel, 2, 2)), "overloaded");
  EXPECT_EQ(push(post(channel, 3, 3)), "");
  EXPECT_EQ(push(post_behind(channel, 4, 4)), "");
}

// Its session had not heard of the refusal yet: it was sent again too soon, and took the first for given up.
TEST_F(OwnerTest, WhatComesAgainBehindASendWhoseRefusalIsOnItsWayWaitsForIt) {
  const ChannelId channel = group();
  fate = MemoryStoreFaults::Fate::disk_full;
  EXPECT_EQ(push(post(channel, 1, 1)), "disk_full");
  fate = MemoryStoreFaults::Fate::ok;
  EXPECT_EQ(push(post_behind(channel, 2, 2)), "overloaded");
  EXPECT_EQ(push(post_behind(channel, 2, 2)), "overloaded");
  EXPECT_EQ(push(post(channel, 1, 1)), "");
  EXPECT_EQ(push(post_behind(channel, 2, 2)), "");
}

// It had come again to the owner in between, and what came later was refused until the session was quiet for a while.
TEST_F(OwnerTest, ASendThatWasRefusedBeforeThePartitionWentIsNotWaitedForWhenItIsBack) {
  const ChannelId channel = group();
  fate = MemoryStoreFaults::Fate::disk_full;
  EXPECT_EQ(push(post(channel, 1, 1)), "disk_full");
  fate = MemoryStoreFaults::Fate::ok;
  EXPECT_EQ(push(post_behind(channel, 2, 2)), "overloaded");
  move_partition();
  EXPECT_EQ(push(post(channel, 2, 2)), "");
}

// It seemed that who had the partition before could no longer have refused anything.
TEST_F(OwnerTest, WhatIsBehindASendThatAnEarlierOwnerMayHaveRefusedIsRefusedHoweverLateItComes) {
  const ChannelId channel = group();
  move_partition();
  world.run_for(std::chrono::hours(1));
  const QueuedCommand second = post_behind(channel, 2, 2);
  EXPECT_EQ(push(second), "overloaded");
  EXPECT_EQ(push(post(channel, 1, 1)), "");
  EXPECT_EQ(push(second), "");
}

// It was refused alone: the one before it came again from elsewhere, and those behind it went before it.
TEST_F(OwnerTest, WhatIsBehindSuchASendWaitsForItToComeAgain) {
  const ChannelId channel = group();
  move_partition();
  const QueuedCommand second = post_behind(channel, 2, 2);
  EXPECT_EQ(push(second), "overloaded");
  EXPECT_EQ(push(post(channel, 1, 1)), "");
  EXPECT_EQ(push(post_behind(channel, 3, 3)), "overloaded");
  EXPECT_EQ(push(second), "");
  EXPECT_EQ(push(post(channel, 3, 3)), "");
}

// What waited for the channel was put back behind what came while the partition was not ready. Found by a review.
TEST_F(OwnerTest, SendsKeepTheirOrderWhereTheFirstWaitsForItsChannelWhileThePartitionIsTakenOverAnew) {
  const ChannelId channel = group();
  move_partition();  // so that its channels have to be loaded
  const ChannelId other = group();
  elsewhere.answers.clear();
  commit_takes = Duration(100);
  read_takes = Duration(250);  // from before the store fails until the partition is to be taken over anew
  fate = MemoryStoreFaults::Fate::unavailable_lost;
  // Nothing has to be read for it.
  QueuedCommand fails{RegisterCommand{other, account, world.now(), {}, registers::Set{.pinned = true}},
                      {.node = node_id(1)}};
  ASSERT_TRUE(queue.push({post(channel, 1, 1), fails}));
  world.run_for(Duration(150));
  fate = MemoryStoreFaults::Fate::ok;
  ASSERT_TRUE(queue.push({post(channel, 2, 2)}));
  world.run_for(Duration(10'000));

  std::vector<SendId> stored;
  for (const Answer& answer : elsewhere.answers) {
    if (std::holds_alternative<wire::StoredOutcome>(answer.body)) stored.push_back(answer.send_id);
  }
  EXPECT_EQ(stored, (std::vector{SendId(IdBytes{1}), SendId(IdBytes{2})}));
}

// It was committed under the fence that was yet to be taken over with, and so seemed to be another owner's: the
// partition was given up, and its commands were decided by nobody until the process ended (seed 1010827).
TEST_F(OwnerTest, APartitionGoesOnWhoseTurnWasReadingWhileItHadToBeTakenOverAnew) {
  const ChannelId channel = group();
  ASSERT_EQ(push(post(channel, 1, 1)), "");
  SimExecutor& other = world.make_executor();
  queue.subscribe(node_id(3), 0, 1, other, idle);
  world.run_for(Duration(1000));

  commit_takes = Duration(100);
  read_takes = Duration(310);
  QueuedCommand deletes = post(channel, 2, 2);
  std::get<Command>(deletes.command).body = command::Delete{.targets = {1}};
  ASSERT_TRUE(queue.push({deletes}));
  world.run_for(Duration(50));
  fate = MemoryStoreFaults::Fate::disk_full;
  queue.unsubscribe(node_id(3), 0);  // half of the partitions have to be taken over, and then all, once more
  world.run_for(Duration(320));
  fate = MemoryStoreFaults::Fate::ok;  // behind what takes over, where the turn commits
  world.run_for(Duration(10'000));

  EXPECT_EQ(queue.waiting(), 0U);
  commit_takes = Duration(10);
  read_takes = Duration(1);
  EXPECT_EQ(push(deletes), "");
}

}  // namespace
}  // namespace parley::sim
