// While a partition changed hands the old owner, who did not know yet, and the new one both answered a command, so that
// a request had two answers.
#include <gtest/gtest.h>

#include <map>

#include "sim/cluster.hpp"
#include "sim/raw_device.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

TEST(TwoOwnersAnswer, ARequestHasOneAnswer) {
  World world(7);
  Cluster cluster(world, true);
  cluster.keep_links_even();
  RawDevice anna(world, cluster, cluster.sign_up("anna"));
  anna.hello();
  const ChannelId channel = anna.open_direct(cluster.sign_up("bert"));
  IdBytes send_id{};
  world.fill(send_id);
  v1::ClientFrame post;
  post.mutable_command()->set_channel_id(std::string(channel.view()));
  post.mutable_command()->set_send_id(std::string(SendId(send_id).view()));
  post.mutable_command()->mutable_post()->mutable_content()->set_text("hello");
  ASSERT_EQ(anna.ask(post).outcome().seq(), 2U);
  const std::uint64_t first = post.request();

  // A retry writes nothing, so the store keeps nobody from answering it. Each time the node of the partition stands
  // still at another moment of its turn, and is given up meanwhile.
  constexpr int kTries = 300;
  for (int i = 0; i < kTries; ++i) {
    anna.send(post);
    for (auto steps = world.dice().below(40); steps > 0; --steps) world.step();
    for (std::size_t node = 0; node < cluster.nodes(); ++node) {
      cluster.pause(node, Duration(40), false,
                    node == static_cast<std::size_t>(i) % 2 ? std::optional(Duration(5)) : std::nullopt);
    }
    world.run_for(Duration(500));
  }
  world.run_for(std::chrono::seconds(40));
  ASSERT_FALSE(anna.closed);
  std::map<std::uint64_t, int> answers;
  for (const auto& frame : anna.frames) {
    if (frame.request() > first) ++answers[frame.request()];
  }
  EXPECT_EQ(answers.size(), static_cast<std::size_t>(kTries));
  for (const auto& [request, count] : answers) EXPECT_EQ(count, 1) << "request " << request;
}

}  // namespace
}  // namespace parley::sim
