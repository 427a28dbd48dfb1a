// A command that was in the queue when the node of its session died was decided by the next process, and its answer
// went to whoever had a session of the same number there.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "parley/v1/frames.pb.h"
#include "sim/cluster.hpp"
#include "sim/raw_device.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

TEST(AnswerToAnEarlierProcess, IsToldToNobody) {
  World world(11);
  Cluster cluster(world, true);
  cluster.keep_links_even();
  const AccountId anna = cluster.sign_up("anna");
  const AccountId bert = cluster.sign_up("bert");
  RawDevice from(world, cluster, anna);
  from.hello();

  world.run_for(Duration(1000));
  const std::size_t channels = cluster.scan()->all_channels().value().size();

  // The command waits in the queue, and goes on waiting when both nodes have come back.
  const auto owners_stand_still = [&](std::size_t node) { cluster.pause(node, Duration(60'000), false, std::nullopt); };
  for (std::size_t node = 0; node < cluster.nodes(); ++node) owners_stand_still(node);
  v1::ClientFrame frame;
  IdBytes send_id{};
  world.fill(send_id);
  frame.mutable_command()->set_send_id(std::string(SendId(send_id).view()));
  frame.mutable_command()->mutable_create_channel()->set_kind(v1::CHANNEL_KIND_DIRECT);
  frame.mutable_command()->mutable_create_channel()->set_peer(std::string(bert.view()));
  from.send(frame);
  world.run_for(Duration(1000));
  for (std::size_t node = 0; node < cluster.nodes(); ++node) cluster.crash(node);
  std::vector<bool> back(cluster.nodes());
  ASSERT_TRUE(world.run_until(
      [&] {
        for (std::size_t node = 0; node < cluster.nodes(); ++node) {
          if (!back[node] && cluster.is_open(node)) {
            owners_stand_still(node);
            back[node] = true;
          }
        }
        return back == std::vector<bool>(cluster.nodes(), true);
      },
      Duration(20'000)));

  std::vector<std::unique_ptr<RawDevice>> others;
  for (int i = 0; i < 12; ++i) {
    others.push_back(std::make_unique<RawDevice>(world, cluster, bert));
    others.back()->hello();
  }
  world.run_for(std::chrono::minutes(2));
  ASSERT_EQ(cluster.scan()->all_channels().value().size(), channels + 1) << "it was decided";
  for (const auto& other : others) {
    EXPECT_EQ(other->count([](const v1::ServerFrame& one) { return one.has_outcome(); }), 0U);
  }
}

}  // namespace
}  // namespace parley::sim
