// A frame that the bus between two nodes brought once more counted as a sign of lost ones: every session of the node
// had to ask for its heads again, and what the frame said was told a second time, also where it was no longer true.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <vector>

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

}  // namespace
}  // namespace parley::sim
