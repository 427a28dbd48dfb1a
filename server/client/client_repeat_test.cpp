// What came twice without need is told, so that a load generator can count it.
#include <gtest/gtest.h>

#include "client/fake_server_for_test.hpp"

namespace parley::client::test {
namespace {

struct Repeats : World {
  using World::World;
  std::vector<Seq> repeated;
  void on_repeated(const ChannelState& /*channel*/, Seq seq) override { repeated.push_back(seq); }
};

TEST(ClientRepeats, PushThatComesTwiceIsTold) {
  Repeats world;
  world.rooms[kTalk];
  world.start();
  const auto frame = world.push(kTalk, "x");
  world.push(kTalk, "y");
  world.to_client.push_back(frame);
  world.run();
  EXPECT_EQ(world.repeated, std::vector<Seq>{1});
}

TEST(ClientRepeats, PushOfWhatAPageBroughtIsNone) {
  Repeats world;
  world.rooms[kTalk];
  world.start();
  const auto lost = world.push(kTalk, "x");
  world.to_client.clear();
  world.push(kTalk, "y");  // the page that fills the hole brings both
  world.run();
  world.to_client.push_back(lost);
  world.run();
  EXPECT_TRUE(world.repeated.empty());
}

}  // namespace
}  // namespace parley::client::test
