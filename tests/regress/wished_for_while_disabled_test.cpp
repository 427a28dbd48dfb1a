// A job that reached for an account that was disabled just then was refused and counted as done: a block was never in
// the channel, and who was disabled right after signing up never had channels of their own.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "sim/cluster.hpp"
#include "sim/people_check.hpp"
#include "sim/stored_log.hpp"
#include "sim/web.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

struct WishedForWhileDisabled : testing::Test {
  void disable(const AccountId& account, bool on) {
    cluster.accounts().sign_ins().set_disabled(cluster.outside(), account, on, world.now(),
                                               [](const Result<std::vector<DeviceId>>& done) { ASSERT_TRUE(done); });
  }

  World world{5};
  Cluster cluster{world, false};
  Web web{world, cluster};
  std::vector<std::string> broken;
};

TEST_F(WishedForWhileDisabled, ABlockIsInTheChannelAllTheSame) {
  const AccountId anna = cluster.sign_up("anna");
  const AccountId bert = cluster.sign_up("bert");
  disable(bert, true);
  std::optional<int> status;
  web.ask("PUT", "/v1/blocks/" + bert.str(), cluster.mint_token(anna, DeviceId(IdBytes{9})), nullptr,
          [&](const std::optional<HttpResponse>& response) { status = response ? response->status : 0; });
  world.run_for(std::chrono::minutes(1));
  ASSERT_EQ(status, 204);
  disable(bert, false);
  SeenPeople seen;
  cluster.accounts().people().people(cluster.outside(), anna, {anna, bert},
                                     [&](const Result<std::vector<Person>>& people) {
                                       for (const auto& person : *people) seen[anna][person.id] = person;
                                     });
  world.run_for(std::chrono::minutes(1));
  check_people(read_store(*cluster.scan(), {}, broken), seen, {{anna, false}}, broken);
  EXPECT_EQ(broken, std::vector<std::string>());
}

TEST_F(WishedForWhileDisabled, OnesOwnChannelsAreThereAllTheSame) {
  const AccountId anna = cluster.sign_up("anna");
  disable(anna, true);
  world.run_for(std::chrono::minutes(1));
  disable(anna, false);
  world.run_for(std::chrono::minutes(1));
  const auto logs = read_store(*cluster.scan(), {}, broken);
  EXPECT_TRUE(logs.contains(self_channel_id(anna)));
  EXPECT_TRUE(logs.contains(account_channel_id(anna)));
}

}  // namespace
}  // namespace parley::sim
