// A frame that the bus between two nodes brought once more counted as a sign of lost ones: every session of the node
// had to ask for its heads again, and what the frame said was told a second time, also where it was no longer true.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engines/memory/bus.hpp"
#include "node/bus_links.hpp"
#include "sim/cluster.hpp"
#include "sim/raw_device.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

TEST(FramesThatComeTwice, AreToldOnceAndNobodyHasToAskAgain) {
  World world(7);
  Cluster cluster(world, true);
  cluster.keep_links_even();
  const AccountId bert = cluster.sign_up("bert");
  RawDevice anna(world, cluster, cluster.sign_up("anna"));
  anna.hello();
  const ChannelId channel = anna.open_direct(bert);
  // Some on each node.
  std::vector<std::unique_ptr<RawDevice>> devices;
  for (int i = 0; i < 6; ++i) {
    devices.push_back(std::make_unique<RawDevice>(world, cluster, bert));
    devices.back()->hello();
  }
  world.run_for(std::chrono::seconds(5));
  for (const auto& device : devices) device->frames.clear();

  cluster.bus()->repeat(true);
  constexpr std::uint64_t kMessages = 40;
  for (std::uint64_t i = 0; i < kMessages; ++i) ASSERT_EQ(anna.post(channel, "hello").outcome().seq(), 2 + i);
  world.run_for(std::chrono::seconds(5));

  for (const auto& device : devices) {
    std::map<Seq, int> told;
    for (const auto& frame : device->frames) {
      EXPECT_FALSE(frame.has_resync());
      for (const auto& event : frame.events().events()) ++told[event.header().seq()];
    }
    EXPECT_EQ(told.size(), kMessages);
    for (const auto& [seq, times] : told) EXPECT_EQ(times, 1) << "seq " << seq;
  }
}

struct Ear final : BusLinks::Receiver {
  void answer_from_elsewhere(Answer) override {}
  void push_from_elsewhere(const Push& push, const std::vector<AccountId>&) override { said.push_back(*push.frame); }
  void recheck_from_elsewhere(const AccountId&, std::optional<AccountId>) override {}
  void parted_elsewhere(const AccountId&) override {}
  bool owner_elsewhere(PartitionId, Epoch) override { return false; }
  void link_lost_frames() override { said.emplace_back("all ask"); }
  std::vector<std::string> said;
};

// It was taken for the first one of a newer process: what it said was told again, and so was that frames were lost.
TEST(FramesThatComeTwice, AreNotTakenForANewProcessWhereTheyAreOfAnEarlierOne) {
  World world(7);
  MemoryBus bus;
  Ear ear;
  Ear elsewhere;
  const NodeId here(IdBytes{1});
  const NodeId there(IdBytes{2});
  SimExecutor& a = world.make_executor();
  SimExecutor& b = world.make_executor();
  BusLinks links(here, bus, a, world, world, ear);
  links.start();
  const auto say = [&](BusLinks& from, const char* words) {
    from.push(here, {PushKind::events, {}, 1, kNever, std::make_shared<const std::string>(words), {}}, {});
    world.run_for(Duration(10));
  };
  std::string last;
  bus.lose([&](NodeId from, NodeId, std::string_view frame) {
    if (from == there) last = frame;
    return false;
  });
  auto process = std::make_unique<BusLinks>(there, bus, b, world, world, elsewhere);
  process->start();
  world.run_for(Duration(10));
  say(*process, "of the first process");
  const std::string once_more = last;
  process->stop();
  process = std::make_unique<BusLinks>(there, bus, b, world, world, elsewhere);
  process->start();
  world.run_for(Duration(10));
  say(*process, "of the second process");
  bus.send(there, here, once_more);
  world.run_for(Duration(10));
  say(*process, "the last one");
  EXPECT_EQ(ear.said, (std::vector<std::string>{"of the first process", "of the second process", "the last one"}));
}

}  // namespace
}  // namespace parley::sim
