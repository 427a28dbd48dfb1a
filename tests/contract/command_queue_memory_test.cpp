// What MemoryCommandQueue does beyond the port: a node of which nothing is heard loses its partitions, and comes back.
#include <gtest/gtest.h>

#include <memory>

#include "contract/command_queue_suite.hpp"
#include "engines/memory/command_queue.hpp"

namespace parley::test {
namespace {

using Requests = std::vector<std::uint64_t>;
constexpr Epoch kFirstEpoch = 10;
constexpr std::size_t kBacklog = 4;

class ExpiredNode : public testing::Test {
 protected:
  struct Owner {
    Owner(CommandQueue& at, NodeId of, std::uint32_t shard_number = 0, std::uint32_t shards = 1)
        : queue(at), node(of), shard(shard_number) {
      queue.subscribe(node, shard, shards, executor, consumer);
      run();
    }
    ~Owner() { queue.unsubscribe(node, shard); }
    void run() { executor.run_until_idle(); }

    CommandQueue& queue;
    NodeId node;
    std::uint32_t shard;
    ManualExecutor executor;
    RecordingConsumer consumer;
  };

  MemoryCommandQueue queue_{kFirstEpoch, kBacklog};
};

TEST_F(ExpiredNode, LosesAllToTheOthersUnderAHigherEpochBeforeItKnows) {
  Owner silent(queue_, node_id(1));
  Owner other(queue_, node_id(2));
  silent.run();
  const auto before = silent.consumer.owned;
  queue_.expire(node_id(1));
  other.run();
  EXPECT_EQ(other.consumer.owned.size(), kPartitions);
  EXPECT_EQ(silent.consumer.owned, before) << "it stands still";
  for (const auto& [partition, epoch] : before) EXPECT_GT(other.consumer.owned.at(partition), epoch);
}

TEST_F(ExpiredNode, WhatItHadAndDidNotFinishIsHandedToTheNextOwnerInOrder) {
  Owner silent(queue_, node_id(1));
  Owner other(queue_, node_id(2));
  silent.run();
  ASSERT_TRUE(queue_.push({queued(3, 1), queued(3, 2), queued(3, 3)}));
  silent.run();
  queue_.done(3, silent.consumer.owned.at(3), 1);
  queue_.expire(node_id(1));
  ASSERT_TRUE(queue_.push({queued(3, 4)}));
  other.run();
  EXPECT_EQ(other.consumer.requests(3), (Requests{2, 3, 4}));
}

TEST_F(ExpiredNode, WhatItFinishesUnderItsOldEpochDoesNotCount) {
  Owner silent(queue_, node_id(1));
  Owner other(queue_, node_id(2));
  silent.run();
  ASSERT_TRUE(queue_.push({queued(3, 1), queued(3, 2)}));
  silent.run();
  const Epoch old_epoch = silent.consumer.owned.at(3);
  queue_.expire(node_id(1));
  queue_.done(3, old_epoch, 2);
  other.run();
  EXPECT_EQ(other.consumer.requests(3), (Requests{1, 2}));
  EXPECT_EQ(queue_.waiting(), 2U);
}

TEST_F(ExpiredNode, LearnsWhatItLostBeforeItIsDealtItsShareAnewWhenItWakes) {
  Owner silent(queue_, node_id(1));
  Owner other(queue_, node_id(2));
  silent.run();
  const Epoch old_epoch = silent.consumer.owned.at(3);
  ASSERT_TRUE(queue_.push({queued(3, 1)}));
  queue_.expire(node_id(1));
  other.run();
  silent.consumer.log.clear();
  silent.run();
  EXPECT_EQ(silent.consumer.log.front(), "lost 0");
  EXPECT_EQ(silent.consumer.owned.size(), kPartitions / 2);
  EXPECT_GT(silent.consumer.owned.at(3), old_epoch + 1) << "the other one had an epoch between";
  EXPECT_EQ(silent.consumer.requests(3), (Requests{1}));
  other.run();
  EXPECT_EQ(other.consumer.owned.size(), kPartitions / 2);
}

TEST_F(ExpiredNode, AloneLeavesEverythingWaitingUntilItWakes) {
  Owner silent(queue_, node_id(1));
  ASSERT_TRUE(queue_.push({queued(3, 1)}));
  silent.run();
  const Epoch old_epoch = silent.consumer.owned.at(3);
  queue_.expire(node_id(1));
  ASSERT_TRUE(queue_.push({queued(3, 2)}));
  queue_.done(3, old_epoch, 1);
  silent.run();
  EXPECT_EQ(silent.consumer.owned.size(), kPartitions);
  EXPECT_EQ(silent.consumer.requests(3), (Requests{1, 1, 2}));
}

TEST_F(ExpiredNode, WithNothingToLoseComesBack) {
  Owner busy(queue_, node_id(1), 0, 2);
  Owner idle(queue_, node_id(1), 1, 2);
  busy.run();
  queue_.expire(node_id(1));
  queue_.expire(node_id(1));
  idle.run();  // either of its executors will do
  busy.run();
  EXPECT_EQ(busy.consumer.owned.size() + idle.consumer.owned.size(), kPartitions);
}

TEST_F(ExpiredNode, OthersHaveRoomForTheirBacklogOnly) {
  Owner silent(queue_, node_id(1));
  Owner other(queue_, node_id(2));
  silent.run();
  for (std::uint64_t n = 0; n < kBacklog; ++n) ASSERT_TRUE(queue_.push({queued(3, n)}));
  EXPECT_TRUE(queue_.push({queued(200, 100)})) << "the other owner's";
  queue_.expire(node_id(1));
  EXPECT_FALSE(queue_.push({queued(200, 101)})) << "what was dealt to it counts";
  other.run();
  queue_.done(3, other.consumer.owned.at(3), kBacklog);
  EXPECT_TRUE(queue_.push({queued(200, 102)}));
}

TEST_F(ExpiredNode, ThatNobodyKnowsIsNone) {
  Owner owner(queue_, node_id(1));
  queue_.expire(node_id(2));
  owner.run();
  EXPECT_EQ(owner.consumer.owned.size(), kPartitions);
}

}  // namespace
}  // namespace parley::test
