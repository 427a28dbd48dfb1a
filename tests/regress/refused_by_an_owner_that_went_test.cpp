// An owner refused a send for the time being and went, before the session that had sent it heard of that: the next
// owner posted what the session had sent behind it, so that this went before.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "parley/v1/frames.pb.h"
#include "sim/cluster.hpp"
#include "sim/raw_device.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

constexpr std::size_t kSends = 12;

/// Of sends that leave one after another while commits fail, which were posted; nothing where the session ended.
std::vector<bool> posted(World& world, const std::function<void(Cluster&)>& goes) {
  Cluster cluster(world, true);
  cluster.keep_links_even();
  const AccountId anna = cluster.sign_up("anna");
  RawDevice a(world, cluster, anna);
  a.hello();
  const ChannelId channel = a.open_direct(cluster.sign_up("bert"));
  cluster.bus()->slow_down(true);
  cluster.storage().fill_disk(true);
  const std::size_t goes_at = world.dice().below(kSends / 2);
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < kSends; ++i) {
    if (i == goes_at) {
      goes(cluster);
      cluster.storage().fill_disk(false);
    }
    v1::ClientFrame frame;
    frame.mutable_command()->set_channel_id(std::string(channel.view()));
    frame.mutable_command()->set_send_id(std::string(SendId(IdBytes{static_cast<std::uint8_t>(i + 1)}).view()));
    frame.mutable_command()->mutable_post()->mutable_content()->set_text(std::to_string(i));
    a.send(frame);
    if (i == 0) first = frame.request();
    world.run_for(Duration(static_cast<std::int64_t>(world.dice().below(300))));
  }
  world.run_for(std::chrono::seconds(10));
  if (a.closed) return {};
  std::vector<bool> all(kSends, false);
  for (const auto& frame : a.frames) {
    if (frame.request() >= first && frame.has_outcome()) all.at(frame.request() - first) = true;
  }
  return all;
}

void nothing_goes_before(const std::function<void(World&, Cluster&)>& goes) {
  std::size_t some_posted = 0;
  for (std::uint64_t seed = 1; seed <= 80; ++seed) {
    World world(seed);
    const auto all = posted(world, [&](Cluster& cluster) { goes(world, cluster); });
    EXPECT_TRUE(std::is_sorted(all.rbegin(), all.rend())) << "one before a refused one; seed " << seed;
    some_posted += std::ranges::count(all, true) > 0 ? 1 : 0;
  }
  EXPECT_GT(some_posted, 0U);
}

TEST(RefusedByAnOwnerThatWent, NothingGoesBeforeItWhereItsNodeDied) {
  nothing_goes_before([](World& world, Cluster& cluster) { cluster.crash(world.dice().below(2)); });
}

TEST(RefusedByAnOwnerThatWent, NothingGoesBeforeItWhereItsPartitionMoved) {
  nothing_goes_before([](World& world, Cluster& cluster) {
    cluster.take_partitions_away(Duration(static_cast<std::int64_t>(1 + world.dice().below(400))));
  });
}

}  // namespace
}  // namespace parley::sim
