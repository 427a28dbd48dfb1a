// What one session sends to one channel is stored in that order, whatever is refused for the time being on the way.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/raw_device.hpp"

namespace parley::sim {
namespace {

using Frame = v1::ServerFrame;

const ChannelId kGroup(IdBytes{9});

/// A device of hers on a cluster of one node.
struct Anna {
  explicit Anna(std::uint64_t seed) : world(seed) { a.hello(); }
  /// Empty: there is none yet.
  [[nodiscard]] Frame answer(const v1::ClientFrame& asked) const {
    const auto found = place(asked);
    return found == a.frames.end() ? Frame{} : *found;
  }
  [[nodiscard]] bool is_before(const v1::ClientFrame& one, const v1::ClientFrame& other) const {
    return place(one) < place(other);
  }

  /// Makes kGroup, with bert.
  v1::ClientFrame new_group() {
    v1::ClientFrame frame;
    auto& command = *frame.mutable_command();
    command.set_channel_id(std::string(kGroup.view()));
    command.set_send_id(std::string(SendId(IdBytes{200}).view()));
    command.mutable_create_channel()->set_kind(v1::CHANNEL_KIND_GROUP);
    command.mutable_create_channel()->set_title("lunch");
    command.mutable_create_channel()->add_members(std::string(cluster.sign_up("bert").view()));
    return frame;
  }

  World world;
  Cluster cluster{world, false};
  RawDevice a{world, cluster, sign_up(cluster)};

 private:
  static AccountId sign_up(Cluster& cluster) {
    cluster.keep_links_even();
    return cluster.sign_up("anna");
  }
  [[nodiscard]] std::vector<Frame>::const_iterator place(const v1::ClientFrame& asked) const {
    return std::ranges::find(a.frames, asked.request(), &Frame::request);
  }
};

std::vector<v1::ClientFrame> posts(const ChannelId& channel, std::size_t count) {
  std::vector<v1::ClientFrame> all(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto& command = *all[i].mutable_command();
    command.set_channel_id(std::string(channel.view()));
    command.set_send_id(std::string(SendId(IdBytes{static_cast<std::uint8_t>(i + 1)}).view()));
    command.mutable_post()->mutable_content()->set_text(std::to_string(i));
  }
  return all;
}

TEST(SendOrderOfASession, SendsKeepTheirOrderWhenOneOfThemHasToComeAgain) {
  Anna anna(11);
  auto& [world, cluster, a] = anna;
  const ChannelId channel = a.open_direct(cluster.sign_up("bert"));
  std::vector<v1::ClientFrame> all = posts(channel, 6 * cluster.limits().sends_in_flight);
  for (auto& frame : all) a.send(frame);
  const std::uint64_t first = all.front().request();
  world.run_for(std::chrono::seconds(1));
  std::vector<bool> posted(all.size(), false);
  for (const Frame& frame : a.frames) {
    if (frame.request() >= first) posted.at(frame.request() - first) = frame.has_outcome();
  }
  const auto taken = static_cast<std::size_t>(std::count(posted.begin(), posted.end(), true));
  ASSERT_LT(taken, all.size()) << "no more than may be on their way";
  EXPECT_TRUE(std::is_sorted(posted.rbegin(), posted.rend())) << "none after a refused one";
  // There is room again, but the first that was refused has not come again.
  v1::ClientFrame later = posts(channel, all.size() + 1).back();
  EXPECT_EQ(a.ask(later).error().name(), "overloaded");
  EXPECT_EQ(a.ask(all[taken]).outcome().seq(), taken + 2);
  EXPECT_EQ(a.ask(all[taken + 1]).outcome().seq(), taken + 3);
}

TEST(SendOrderOfASession, SendsKeepTheirOrderWhenALaterOneIsRefusedFirst) {
  std::size_t later_first = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Anna anna(seed);
    auto& [world, cluster, a] = anna;
    const ChannelId channel = a.open_direct(cluster.sign_up("bert"));
    std::vector<v1::ClientFrame> all = posts(channel, 2 * cluster.limits().sends_in_flight);
    cluster.storage().fill_disk(true);
    for (auto& frame : all) a.send(frame);
    world.run_for(std::chrono::seconds(1));
    cluster.storage().fill_disk(false);
    ASSERT_EQ(anna.answer(all[0]).error().name(), "disk_full") << "seed " << seed;
    // The session refuses at once, the owner in its time.
    if (anna.is_before(all.back(), all[0])) ++later_first;
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(a.ask(all[i]).outcome().seq(), i + 2) << "seed " << seed;
  }
  EXPECT_GT(later_first, 0U);
}

TEST(SendOrderOfASession, WhatIsSentBehindAFailedCommitDoesNotGoBeforeIt) {
  bool some_posted = false;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Anna anna(seed);
    auto& [world, cluster, a] = anna;
    const ChannelId channel = a.open_direct(cluster.sign_up("bert"));
    std::vector<v1::ClientFrame> all = posts(channel, 14);
    // Some come before the commit that fails, some during it, some after it.
    const std::size_t fails_at = world.dice().below(13);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i == fails_at) cluster.storage().next_commit(CommitFate::unavailable_lost);
      a.send(all[i]);
      world.run_for(Duration(static_cast<std::int64_t>(world.dice().below(12))));
    }
    world.run_for(std::chrono::seconds(3));
    std::vector<bool> posted(all.size(), false);
    for (const Frame& frame : a.frames) {
      if (frame.request() < all.front().request() || !frame.has_outcome()) continue;
      posted.at(frame.request() - all.front().request()) = true;
    }
    EXPECT_TRUE(std::is_sorted(posted.rbegin(), posted.rend())) << "none after a refused one; seed " << seed;
    some_posted = some_posted || posted.front();
  }
  EXPECT_TRUE(some_posted);
}

TEST(SendOrderOfASession, WhatIsSentBehindACommandWhoseFactsCannotBeReadDoesNotGoBeforeIt) {
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Anna anna(seed);
    auto& [world, cluster, a] = anna;
    v1::ClientFrame create = anna.new_group();
    std::vector<v1::ClientFrame> all = posts(kGroup, 3);
    cluster.storage().fail_reads(true);
    a.send(create);
    for (auto& frame : all) a.send(frame);
    world.run_for(std::chrono::seconds(20));
    cluster.storage().fail_reads(false);
    if (anna.answer(create).error().name() != "store_unavailable") continue;
    ++refused;
    for (const auto& frame : all) {
      const std::string why = anna.answer(frame).error().name();
      EXPECT_TRUE(why == "overloaded" || why == "store_unavailable") << why << ", seed " << seed;
    }
    EXPECT_TRUE(a.ask(create).has_outcome());
    Seq last = 0;
    for (auto& frame : all) {
      const Seq seq = a.ask(frame).outcome().seq();
      EXPECT_GT(seq, last);
      last = seq;
    }
  }
  EXPECT_GT(refused, 0U);
}

TEST(SendOrderOfASession, WhatNeedsFactsDoesNotGoBeforeACommandWhoseFactsCouldNotBeRead) {
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Anna anna(seed);
    auto& [world, cluster, a] = anna;
    v1::ClientFrame create = anna.new_group();
    ASSERT_TRUE(a.ask(create).has_outcome());
    std::vector<v1::ClientFrame> all = posts(kGroup, 4);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const AccountId joins = cluster.sign_up("number" + std::to_string(i));
      all[i].mutable_command()->mutable_add_members()->add_accounts(std::string(joins.view()));
    }
    // So slow that the others have come as well when it fails.
    cluster.slow_people(1);
    cluster.fail_people(1);
    for (auto& frame : all) a.send(frame);
    for (int ms = 0; ms < 20'000 && anna.answer(all[0]).request() == 0; ++ms) world.run_for(Duration(1));
    ASSERT_NE(anna.answer(all[0]).request(), 0U);
    if (!anna.answer(all[0]).has_error()) continue;
    ++refused;
    cluster.slow_people(0);
    cluster.fail_people(0);
    world.run_for(std::chrono::seconds(20));
    for (std::size_t i = 1; i < all.size(); ++i) {
      EXPECT_TRUE(anna.answer(all[i]).has_error()) << "it went before the first, seed " << seed;
    }
  }
  EXPECT_GT(refused, 0U);
}

}  // namespace
}  // namespace parley::sim
