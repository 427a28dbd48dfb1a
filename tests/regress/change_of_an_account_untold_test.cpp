// What changed of an account is an event in its own channel. Where the store refused that event because it was full or
// busy, or the job that makes a new account's channels had not come to it yet, nobody sent it again, and the other
// devices went on showing what was.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "parley/v1/accounts.pb.h"
#include "parley/v1/frames.pb.h"
#include "sim/cluster.hpp"
#include "sim/raw_device.hpp"
#include "sim/storage.hpp"
#include "sim/web.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

bool tells_of_the_profile(const v1::ServerFrame& frame) {
  return std::ranges::any_of(frame.events().events(),
                             [](const v1::Event& event) { return event.header().noted().what() == "profile"; });
}

/// Changes the account's profile over HTTP from a device of its own.
void change_profile(World& world, Cluster& cluster, const AccountId& account) {
  v1::ChangeAccount change;
  change.set_about("at sea");
  Web web(world, cluster);
  web.lose(false);
  std::optional<HttpResponse> response;
  IdBytes laptop{};
  world.fill(laptop);
  web.ask("PATCH", "/v1/account", cluster.mint_token(account, DeviceId(laptop)), &change,
          [&](std::optional<HttpResponse> answer) { response = std::move(answer); });
  world.run_for(std::chrono::seconds(5));
  ASSERT_TRUE(response);
  ASSERT_EQ(response->status / 100, 2) << response->body;
}

TEST(ChangeOfAnAccount, IsToldToItsOtherDevicesAlsoWhenTheDiskWasFull) {
  World world(12);
  Cluster cluster(world, false);
  cluster.keep_links_even();
  const AccountId anna = cluster.sign_up("anna");
  RawDevice phone(world, cluster, anna);
  phone.hello();
  cluster.storage().fill_disk(true);
  change_profile(world, cluster, anna);
  ASSERT_EQ(phone.count(tells_of_the_profile), 0U);
  cluster.storage().fill_disk(false);
  world.run_for(std::chrono::minutes(1));
  EXPECT_EQ(phone.count(tells_of_the_profile), 1U);
}

TEST(ChangeOfAnAccount, IsToldToItsOtherDevicesAlsoBeforeItsOwnChannelIsMade) {
  World world(13);
  Cluster cluster(world, false);
  cluster.keep_links_even();
  cluster.storage().fill_disk(true);
  const AccountId anna = cluster.sign_up("anna");
  world.run_for(std::chrono::seconds(20));  // the job waits longer with every try
  cluster.storage().fill_disk(false);
  world.run_for(std::chrono::seconds(1));  // the store is open again, the job still waits
  RawDevice phone(world, cluster, anna);
  phone.hello();
  change_profile(world, cluster, anna);
  world.run_for(std::chrono::minutes(1));
  EXPECT_EQ(phone.count(tells_of_the_profile), 1U);
}

}  // namespace
}  // namespace parley::sim
