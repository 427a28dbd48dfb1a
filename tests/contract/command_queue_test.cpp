#include <algorithm>
#include <set>
#include <thread>

#include "contract/command_queue_suite.hpp"

namespace parley::test {
namespace {

using Requests = std::vector<std::uint64_t>;
constexpr Epoch kFirstEpoch = 10;
constexpr std::size_t kBacklog = 100;

class CommandQueueContract : public testing::TestWithParam<QueueEngine> {
 protected:
  /// An owner with an executor of its own, subscribed until the end.
  struct Owner {
    Owner(CommandQueue& at, NodeId of, std::uint32_t shard_number = 0, std::uint32_t shards = 1)
        : queue(at), node(of), shard(shard_number) {
      queue.subscribe(node, shard, shards, executor, consumer);
      executor.run_until_idle();
    }
    ~Owner() { leave(); }
    void leave() { queue.unsubscribe(node, shard); }
    void run() { executor.run_until_idle(); }

    CommandQueue& queue;
    NodeId node;
    std::uint32_t shard;
    ManualExecutor executor;
    RecordingConsumer consumer;
  };

  std::unique_ptr<CommandQueue> queue_ = GetParam().make(kFirstEpoch, kBacklog);
};
INSTANTIATE_TEST_SUITE_P(Engines, CommandQueueContract, testing::ValuesIn(queue_engines()),
                         [](const auto& info) { return info.param.name; });

TEST_P(CommandQueueContract, OneNodeOwnsEverything) {
  Owner owner(*queue_, node_id(1));
  EXPECT_EQ(owner.consumer.owned.size(), kPartitions);
  for (const auto& [partition, epoch] : owner.consumer.owned) EXPECT_GE(epoch, kFirstEpoch);
}

TEST_P(CommandQueueContract, ShardsShareByRemainder) {
  Owner zero(*queue_, node_id(1), 0, 3);
  Owner one(*queue_, node_id(1), 1, 3);
  Owner two(*queue_, node_id(1), 2, 3);
  EXPECT_EQ(zero.consumer.owned.size() + one.consumer.owned.size() + two.consumer.owned.size(), kPartitions);
  for (const auto& [partition, epoch] : one.consumer.owned) EXPECT_EQ(partition % 3, 1U);
}

TEST_P(CommandQueueContract, TwoNodesWithTwoShardsEachAllHaveWork) {
  Owner a0(*queue_, node_id(1), 0, 2);
  Owner a1(*queue_, node_id(1), 1, 2);
  Owner b0(*queue_, node_id(2), 0, 2);
  Owner b1(*queue_, node_id(2), 1, 2);
  std::set<PartitionId> all;
  for (Owner* owner : {&a0, &a1, &b0, &b1}) {
    owner->run();
    EXPECT_EQ(owner->consumer.owned.size(), kPartitions / 4);
    for (const auto& [partition, epoch] : owner->consumer.owned) all.insert(partition);
  }
  EXPECT_EQ(all.size(), kPartitions);
}

TEST_P(CommandQueueContract, CommandsComeInTheOrderPushed) {
  Owner owner(*queue_, node_id(1));
  ASSERT_TRUE(queue_->push({queued(3, 1), queued(4, 2), queued(3, 3)}));
  ASSERT_TRUE(queue_->push({queued(3, 4)}));
  owner.run();
  EXPECT_EQ(owner.consumer.requests(3), (Requests{1, 3, 4}));
  EXPECT_EQ(owner.consumer.requests(4), (Requests{2}));
}

TEST_P(CommandQueueContract, WhoWaitsIsToldWhenAllThatWasPushedBeforeIsDone) {
  Owner owner(*queue_, node_id(1));
  ManualExecutor executor;
  int told = 0;
  const auto wait = [&] { queue_->when_done(executor, [&told] { ++told; }); };
  const auto finish = [&](PartitionId partition, std::size_t count) {
    queue_->done(partition, owner.consumer.owned.at(partition), count);
    executor.run_until_idle();
  };
  wait();
  executor.run_until_idle();
  EXPECT_EQ(told, 1) << "there was nothing";

  ASSERT_TRUE(queue_->push({queued(3, 1), queued(3, 2), queued(4, 3)}));
  owner.run();
  wait();
  ASSERT_TRUE(queue_->push({queued(3, 4), queued(5, 5)}));
  owner.run();
  wait();
  finish(4, 1);
  finish(3, 1);
  EXPECT_EQ(told, 1);
  finish(3, 1);
  EXPECT_EQ(told, 2) << "what came later is not waited for";
  finish(5, 1);
  EXPECT_EQ(told, 2);
  finish(3, 1);
  EXPECT_EQ(told, 3);
}

TEST_P(CommandQueueContract, WhoWaitsIsToldOnlyWhenTheNextOwnerHasDoneWhatWasLeft) {
  Owner second(*queue_, node_id(2));
  ASSERT_TRUE(queue_->push({queued(3, 1)}));
  second.run();
  ManualExecutor executor;
  bool told = false;
  queue_->when_done(executor, [&told] { told = true; });
  const Epoch before = second.consumer.owned.at(3);
  Owner first(*queue_, node_id(1));
  queue_->done(3, before, 1);
  executor.run_until_idle();
  EXPECT_FALSE(told);
  first.run();
  queue_->done(3, first.consumer.owned.at(3), 1);
  executor.run_until_idle();
  EXPECT_TRUE(told);
}

TEST_P(CommandQueueContract, NothingIsCalledInsidePushOrSubscribe) {
  ManualExecutor executor;
  RecordingConsumer consumer;
  queue_->subscribe(node_id(1), 0, 1, executor, consumer);
  ASSERT_TRUE(queue_->push({queued(3, 1)}));
  EXPECT_TRUE(consumer.log.empty());
  executor.run_until_idle();
  EXPECT_EQ(consumer.log.front(), "gained 0");
  EXPECT_EQ(consumer.log.back(), "commands 3");
  queue_->unsubscribe(node_id(1), 0);
}

TEST_P(CommandQueueContract, PushesWhileAHandOutWaitsCostOneWakeUp) {
  Owner owner(*queue_, node_id(1));
  const std::size_t before = owner.executor.posted();
  for (std::uint64_t n = 0; n < 50; ++n) ASSERT_TRUE(queue_->push({queued(n % 5, n), queued(100, n)}));
  EXPECT_EQ(owner.executor.posted(), before + 1);
  owner.run();
  EXPECT_EQ(owner.consumer.requests(100).size(), 50U);
  EXPECT_EQ(owner.executor.posted(), before + 1);
}

TEST_P(CommandQueueContract, WhatIsPushedBeforeAnybodyOwnsItWaits) {
  ASSERT_TRUE(queue_->push({queued(3, 1)}));
  ASSERT_TRUE(queue_->push({queued(3, 2)}));
  Owner owner(*queue_, node_id(1));
  EXPECT_EQ(owner.consumer.requests(3), (Requests{1, 2}));
}

TEST_P(CommandQueueContract, AFullBacklogTakesNoneOfTheCommands) {
  Owner owner(*queue_, node_id(1));
  std::vector<QueuedCommand> most;
  for (std::size_t n = 0; n < kBacklog - 1; ++n) most.push_back(queued(3, n));
  ASSERT_TRUE(queue_->push(most));
  owner.run();
  const auto refused = queue_->push({queued(4, 1000), queued(3, 1001)});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
  owner.run();
  EXPECT_TRUE(owner.consumer.requests(4).empty());
  EXPECT_TRUE(queue_->push({queued(4, 1002)}));
}

TEST_P(CommandQueueContract, DoneMakesRoom) {
  Owner owner(*queue_, node_id(1));
  std::vector<QueuedCommand> full;
  for (std::size_t n = 0; n < kBacklog; ++n) full.push_back(queued(3, n));
  ASSERT_TRUE(queue_->push(full));
  EXPECT_FALSE(queue_->push({queued(3, 1000)}));
  owner.run();
  queue_->done(3, owner.consumer.owned.at(3), 2);
  EXPECT_TRUE(queue_->push({queued(3, 1001), queued(5, 1002)}));
  EXPECT_FALSE(queue_->push({queued(3, 1003)}));
}

TEST_P(CommandQueueContract, OneOwnersFullBacklogDoesNotHurtAnothers) {
  Owner zero(*queue_, node_id(1), 0, 2);
  Owner one(*queue_, node_id(1), 1, 2);
  std::vector<QueuedCommand> full;
  for (std::size_t n = 0; n < kBacklog; ++n) full.push_back(queued(2, n));
  ASSERT_TRUE(queue_->push(full));
  EXPECT_FALSE(queue_->push({queued(4, 1)}));
  EXPECT_TRUE(queue_->push({queued(5, 1)}));
}

TEST_P(CommandQueueContract, ANodeThatComesTakesItsShareUnderAHigherEpoch) {
  Owner first(*queue_, node_id(1));
  const auto before = first.consumer.owned;
  Owner second(*queue_, node_id(2));
  first.run();
  EXPECT_EQ(first.consumer.owned.size(), kPartitions / 2);
  EXPECT_EQ(second.consumer.owned.size(), kPartitions / 2);
  for (const auto& [partition, epoch] : second.consumer.owned) {
    EXPECT_FALSE(first.consumer.owned.contains(partition));
    EXPECT_GT(epoch, before.at(partition));
  }
  for (const auto& [partition, epoch] : first.consumer.owned) EXPECT_EQ(epoch, before.at(partition));
}

TEST_P(CommandQueueContract, UndoneCommandsAreHandedToTheNewOwnerInOrder) {
  Owner first(*queue_, node_id(1));
  ASSERT_TRUE(queue_->push({queued(3, 1), queued(3, 2), queued(3, 3)}));
  first.run();
  queue_->done(3, first.consumer.owned.at(3), 1);
  ASSERT_TRUE(queue_->push({queued(3, 4)}));
  first.leave();
  ASSERT_TRUE(queue_->push({queued(3, 5)}));
  Owner second(*queue_, node_id(2));
  EXPECT_EQ(second.consumer.requests(3), (Requests{2, 3, 4, 5}));
}

TEST_P(CommandQueueContract, DoneUnderAnOldEpochChangesNothing) {
  Owner first(*queue_, node_id(2));
  ASSERT_TRUE(queue_->push({queued(3, 1), queued(3, 2)}));
  first.run();
  const Epoch old_epoch = first.consumer.owned.at(3);
  Owner second(*queue_, node_id(1));  // takes the lower half
  queue_->done(3, old_epoch, 2);
  second.leave();
  first.run();
  ASSERT_TRUE(first.consumer.owned.contains(3));
  EXPECT_GT(first.consumer.owned.at(3), old_epoch);
  EXPECT_EQ(first.consumer.requests(3), (Requests{1, 2, 1, 2}));
}

TEST_P(CommandQueueContract, LostComesBeforeGainedAgain) {
  Owner first(*queue_, node_id(2));
  first.consumer.log.clear();
  {
    Owner second(*queue_, node_id(1));
  }
  first.run();
  EXPECT_EQ(first.consumer.log.front(), "lost 0");
  EXPECT_EQ(first.consumer.log.back(), "gained 127");
  EXPECT_EQ(first.consumer.owned.size(), kPartitions);
}

TEST_P(CommandQueueContract, AfterUnsubscribeTheConsumerIsNotCalled) {
  auto executor = std::make_unique<ManualExecutor>();
  RecordingConsumer consumer;
  queue_->subscribe(node_id(1), 0, 1, *executor, consumer);
  ASSERT_TRUE(queue_->push({queued(3, 1)}));
  queue_->unsubscribe(node_id(1), 0);
  executor->run_until_idle();
  EXPECT_TRUE(consumer.log.empty());
}

TEST_P(CommandQueueContract, AConsumerMayUnsubscribeFromWithinACall) {
  Owner owner(*queue_, node_id(1));
  owner.consumer.on_commands = [&](PartitionId) { owner.leave(); };
  ASSERT_TRUE(queue_->push({queued(3, 1), queued(4, 2), queued(5, 3)}));
  owner.run();
  EXPECT_EQ(owner.consumer.log.back(), "commands 3");
}

TEST_P(CommandQueueContract, ASubscriberThatReturnsGetsAHigherEpoch) {
  Epoch before = 0;
  {
    Owner owner(*queue_, node_id(1));
    before = owner.consumer.owned.at(3);
  }
  Owner again(*queue_, node_id(1));
  EXPECT_GT(again.consumer.owned.at(3), before);
}

TEST_P(CommandQueueContract, PushersOnManyThreadsLoseNothing) {
  queue_ = GetParam().make(kFirstEpoch, 100'000);
  Owner owner(*queue_, node_id(1));
  constexpr std::uint64_t kEach = 5000;
  std::vector<std::jthread> pushers;
  for (std::uint64_t pusher = 0; pusher < 4; ++pusher) {
    pushers.emplace_back([&, pusher] {
      for (std::uint64_t n = 0; n < kEach; ++n) {
        ASSERT_TRUE(queue_->push({queued(static_cast<PartitionId>(pusher), n)}));
      }
    });
  }
  const auto total = [&] {
    std::size_t sum = 0;
    for (const auto& [partition, requests] : owner.consumer.received) sum += requests.size();
    return sum;
  };
  ASSERT_TRUE(owner.executor.run_until([&] { return total() == 4 * kEach; }));
  for (PartitionId partition = 0; partition < 4; ++partition) {
    EXPECT_TRUE(std::is_sorted(owner.consumer.received[partition].begin(), owner.consumer.received[partition].end()));
  }
}

}  // namespace
}  // namespace parley::test
