// A partition went to another node while frames of its former owner were on their way to a third one: pins and the like
// that were set under the former owner came behind those of the new one, and devices showed them until they changed
// again.
#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engines/memory/bus.hpp"
#include "node/bus_links.hpp"
#include "node/directory.hpp"
#include "node/outlet.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

const NodeId kHere(IdBytes{1});
const AccountId kAnna(IdBytes{7});
const ChannelId kChannel(IdBytes{8});
const ChannelId kElsewhere(IdBytes{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9});  // in another partition
constexpr std::uint64_t kSession = 5;

/// What one session is told.
struct Told : BusLinks::Receiver {
  Told() : outlet(kHere, 1, directory, [this](std::uint32_t, IoBatch batch) { take(std::move(batch)); }, nullptr) {
    directory.add(kAnna, {0, kSession, DeviceId{}});
  }
  void take(IoBatch batch) {
    for (const Answer& answer : batch.answers) {
      said.push_back("answer " + *std::get<RegistersAnswer>(answer.body).registers);
    }
    for (const Push& push : batch.pushes) {
      EXPECT_EQ(push.sessions, std::vector<std::uint64_t>{kSession});
      said.push_back(push.kind == PushKind::resync ? "resync" : *push.frame);
    }
  }
  void answer_from_elsewhere(Answer answer) override {
    outlet.answer(std::move(answer));
    outlet.flush();
  }
  void push_from_elsewhere(const Push& push, const std::vector<AccountId>& accounts) override {
    outlet.push_here(push, accounts);
    outlet.flush();
  }
  void recheck_from_elsewhere(const AccountId&, std::optional<AccountId>) override {}
  void parted_elsewhere(const AccountId&) override {}
  bool owner_elsewhere(PartitionId partition, Epoch epoch) override { return outlet.learn(partition, epoch); }
  void link_lost_frames() override { said.emplace_back("all ask"); }

  Directory directory;
  Outlet outlet;
  std::vector<std::string> said;
};

Push registers(std::string words, Epoch epoch, const ChannelId& channel = kChannel) {
  return {PushKind::registers, channel, 1, kNever, std::make_shared<const std::string>(std::move(words)), {}, epoch};
}

Answer answer(std::string words, Epoch epoch) {
  return {{kHere, 0, kSession, 1},
          kChannel,
          SendId{},
          RegistersAnswer{std::make_shared<const std::string>(std::move(words))},
          epoch};
}

/// Two nodes on their ways to the one with the session.
struct ToldLateByAnEarlierOwner : testing::Test {
  ToldLateByAnEarlierOwner() {
    for (BusLinks* links : {&here, &former, &latter}) links->start();
    former.owns(partition_of(kElsewhere), 4);
    latter.owns(partition_of(kChannel), 5);
    world.run_for(std::chrono::seconds(5));
    told.said.clear();
  }
  void push(BusLinks& from, const Push& what) {
    from.push(kHere, what, {kAnna});
    world.run_for(Duration(100));
  }
  World world{1};
  MemoryBus bus;
  Told told;
  Told elsewhere;
  SimExecutor& a = world.make_executor();
  SimExecutor& b = world.make_executor();
  SimExecutor& c = world.make_executor();
  BusLinks here{kHere, bus, a, world, world, told};
  BusLinks former{NodeId(IdBytes{2}), bus, b, world, world, elsewhere};
  BusLinks latter{NodeId(IdBytes{3}), bus, c, world, world, elsewhere};
};

TEST_F(ToldLateByAnEarlierOwner, IsLeftOut) {
  push(latter, registers("no longer pinned", 5));
  push(former, registers("muted", 4));
  push(former, registers("of another partition", 4, kElsewhere));
  push(latter, registers("archived", 5));
  EXPECT_EQ(told.said, (std::vector<std::string>{"no longer pinned", "of another partition", "archived"}));
}

TEST_F(ToldLateByAnEarlierOwner, AnswerIsGivenAndTheSessionAsks) {
  former.answer(answer("pinned", 4));
  world.run_for(Duration(100));
  EXPECT_EQ(told.said, (std::vector<std::string>{"answer pinned", "resync"}));
}

TEST_F(ToldLateByAnEarlierOwner, IsLeftOutAlsoWhereTheLaterOwnerIsHere) {
  told.outlet.owns(partition_of(kElsewhere), 5);
  push(former, registers("pinned", 4, kElsewhere));
  EXPECT_EQ(told.said, std::vector<std::string>{});
}

TEST_F(ToldLateByAnEarlierOwner, HintsHaveNoOwner) {
  push(former, registers("is typing", 0));
  EXPECT_EQ(told.said, std::vector<std::string>{"is typing"});
}

// The later owner tells what it owns with its positions, until it is heard. What an earlier one had told by then may
// have been newer to the session than what it had asked for.
TEST_F(ToldLateByAnEarlierOwner, IsLeftOutAlsoWhereTheLaterOneHasToldNothing) {
  bus.lose([](NodeId, NodeId, std::string_view) { return true; });
  latter.owns(partition_of(kElsewhere), 5);
  world.run_for(Duration(4500));  // between two positions
  bus.lose([](NodeId, NodeId, std::string_view) { return false; });
  push(former, registers("pinned", 4, kElsewhere));
  EXPECT_EQ(told.said, std::vector<std::string>{"pinned"});
  world.run_for(std::chrono::seconds(2));
  EXPECT_EQ(told.said, (std::vector<std::string>{"pinned", "all ask"}));
  push(former, registers("muted", 4, kElsewhere));
  EXPECT_EQ(told.said.size(), 2U);
}

TEST_F(ToldLateByAnEarlierOwner, FirstWordOfAnUnknownOwnerMakesAllAsk) {
  push(latter, registers("no longer pinned", 6));
  EXPECT_EQ(told.said, (std::vector<std::string>{"no longer pinned", "all ask"}));
}

}  // namespace
}  // namespace parley::sim
