// Somebody went on seeing when another person comes and goes, who had blocked them: another node had been told of the
// block, or it came while it was being looked up who may watch.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "parley/v1/accounts.pb.h"
#include "parley/v1/frames.pb.h"
#include "sim/cluster.hpp"
#include "sim/raw_device.hpp"
#include "sim/web.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

bool says_something(const v1::ServerFrame& frame) {
  return frame.has_presence_now() &&
         (frame.presence_now().accounts(0).online() || frame.presence_now().accounts(0).last_seen() != 0);
}

/// Several sessions each, so that both nodes have some of both.
struct Pair {
  Pair(std::uint64_t seed, bool two, std::size_t sessions) : world(seed), cluster(world, two) {
    web.lose(false);
    cluster.keep_links_even();
    for (std::size_t i = 0; i < sessions; ++i) {
      for (auto* devices : {&annas, &berts}) {
        const AccountId& account = devices == &annas ? anna : bert;
        devices->push_back(i == 0 ? std::make_unique<RawDevice>(world, cluster, account)
                                  : devices->front()->same_device());
        devices->back()->hello();
      }
    }
    // No direct channel: in a group it has to be looked up who is in it.
    v1::ClientFrame frame;
    auto& command = *frame.mutable_command();
    command.set_channel_id(new_id());
    command.set_send_id(new_id());
    command.mutable_create_channel()->set_kind(v1::CHANNEL_KIND_GROUP);
    command.mutable_create_channel()->set_title("climbing");
    command.mutable_create_channel()->add_members(std::string(bert.view()));
    EXPECT_EQ(annas.front()->ask(frame).outcome().seq(), 1U);
    watch.mutable_watch()->add_accounts(std::string(anna.view()));
  }

  std::string new_id() {
    std::array<std::uint8_t, 10> random{};
    world.fill(random);
    return std::string(SendId(make_uuid_v7(to_unix_ms(world.now()), random)).view());
  }

  void block() {
    web.ask("PUT", "/v1/blocks/" + bert.str(), cluster.mint_token(anna, DeviceId(IdBytes{9})), nullptr,
            [this](const std::optional<HttpResponse>& answer) {
              ASSERT_EQ(answer.value().status, 204);
              blocked = true;
            });
  }

  void forget() {
    for (const auto& device : berts) device->frames.clear();
  }
  /// How often bert was told something since then.
  std::size_t heard() const {
    std::size_t count = 0;
    for (const auto& device : berts) count += device->count(says_something);
    return count;
  }

  /// Anna goes; how many of bert's sessions hear of it.
  std::size_t told() {
    forget();
    for (const auto& device : annas) device->hang_up();
    world.run_for(std::chrono::seconds(5));
    return heard();
  }

  World world;
  Cluster cluster;
  Web web{world, cluster};
  AccountId anna = cluster.sign_up("anna");
  AccountId bert = cluster.sign_up("bert");
  std::vector<std::unique_ptr<RawDevice>> annas, berts;
  bool blocked = false;
  v1::ClientFrame watch;
};

TEST(PresenceAfterABlock, IsNotToldWhicheverNodeWasToldOfTheBlock) {
  for (const bool blocks : {false, true}) {
    Pair pair(5, true, 3);
    for (const auto& device : pair.berts) device->ask(pair.watch);
    if (blocks) pair.block();
    pair.world.run_for(std::chrono::seconds(5));
    if (blocks) {
      EXPECT_EQ(pair.told(), 0U);
    } else {
      EXPECT_GT(pair.told(), 0U);
    }
  }
}

// The block went with the account, and a session of it was left on the other node.
TEST(PresenceAfterABlock, IsNotToldToWhoBlockedAndDeletedTheirAccount) {
  for (const bool deletes : {false, true}) {
    Pair pair(5, true, 3);
    if (deletes) {
      pair.cluster.accounts().sign_ins().delete_account(pair.cluster.outside(), pair.bert, false, pair.world.now(),
                                                        [](const auto& revoked) { ASSERT_TRUE(revoked); });
      pair.world.run_for(Duration(100));
    }
    std::size_t online = 0;
    for (const auto& device : pair.berts) {
      if (says_something(device->ask(pair.watch))) ++online;
    }
    EXPECT_EQ(online > 0, !deletes);
  }
}

TEST(PresenceAfterABlock, IsNotToldAtWhateverMomentOfAWatchItCame) {
  for (int moment = 0; moment < 150; ++moment) {
    Pair pair(static_cast<std::uint64_t>(moment), false, 1);
    pair.berts.front()->send(pair.watch);
    pair.world.run_for(Duration(moment));
    pair.cluster.pause(0, std::chrono::seconds(1), false, std::nullopt);
    pair.block();
    pair.world.run_for(std::chrono::seconds(5));
    ASSERT_EQ(pair.told(), 0U) << moment;
  }
}

TEST(PresenceAfterABlock, IsNotTheAnswerToAWatchThatBeganBeforeIt) {
  for (int moment = 0; moment < 100; moment += 5) {
    Pair pair(static_cast<std::uint64_t>(moment), false, 1);
    pair.cluster.storage().slow_down(true);
    pair.berts.front()->send(pair.watch);
    pair.world.run_for(Duration(moment));
    pair.block();
    ASSERT_TRUE(pair.world.run_until([&] { return pair.blocked; }, std::chrono::minutes(1)));
    pair.world.run_for(Duration(50));  // what was on its way
    pair.forget();
    pair.world.run_for(std::chrono::minutes(1));
    ASSERT_EQ(pair.heard(), 0U) << moment;
  }
}

// The owner stood still, or reading took long: what the block is about had been asked for, and was not known yet.
TEST(PresenceAfterABlock, IsNotToldWhileItIsLookedUpWhoMayWatch) {
  for (const bool blocks : {false, true}) {
    Pair pair(5, false, 1);
    pair.berts.front()->ask(pair.watch);
    pair.cluster.pause(0, std::chrono::seconds(3), false, std::nullopt);
    if (blocks) pair.block();
    pair.world.run_for(std::chrono::seconds(1));
    EXPECT_EQ(pair.told(), blocks ? 0U : 1U);
  }
}

// A check that failed counted as one that found something against it, and nothing was told until one connected anew.
TEST(PresenceAfterABlock, WhatCouldNotBeFoundOutIsTriedAgain) {
  Pair pair(5, false, 1);
  pair.berts.front()->ask(pair.watch);
  pair.cluster.storage().fail_reads(true);
  v1::ChangeAccount change;
  change.set_online(v1::AUDIENCE_EVERYONE);
  pair.web.ask("PATCH", "/v1/account", pair.cluster.mint_token(pair.anna, DeviceId(IdBytes{9})), &change,
               [](const std::optional<HttpResponse>& answer) { ASSERT_EQ(answer.value().status, 200); });
  pair.world.run_for(std::chrono::seconds(10));
  pair.cluster.storage().fail_reads(false);
  pair.world.run_for(std::chrono::seconds(40));
  EXPECT_EQ(pair.told(), 1U);
}

// What was not told while it was looked up is told as soon as that has found nothing against it.
TEST(PresenceAfterABlock, WhatWasKeptBackIsToldWhenNothingIsFoundAgainstIt) {
  Pair pair(5, false, 1);
  pair.berts.front()->ask(pair.watch);
  pair.cluster.pause(0, std::chrono::seconds(3), false, std::nullopt);
  v1::ChangeAccount change;
  change.set_online(v1::AUDIENCE_EVERYONE);
  pair.web.ask("PATCH", "/v1/account", pair.cluster.mint_token(pair.anna, DeviceId(IdBytes{9})), &change,
               [](const std::optional<HttpResponse>& answer) { ASSERT_EQ(answer.value().status, 200); });
  pair.world.run_for(std::chrono::seconds(1));
  EXPECT_EQ(pair.told(), 1U);
}

}  // namespace
}  // namespace parley::sim
