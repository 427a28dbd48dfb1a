// A commit of which it was uncertain whether it was written turned out to be stored when the store was opened again.
// The sender learned it by asking again; nobody else was told, until something else happened in that channel.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/raw_device.hpp"

namespace parley::sim {
namespace {

using Frame = v1::ServerFrame;

class UncertainMessage : public testing::TestWithParam<bool> {};

TEST_P(UncertainMessage, IsToldToEverySessionOnceTheStoreIsOpenAgain) {
  World world{11};
  Cluster cluster(world, GetParam());
  cluster.keep_links_even();
  const AccountId anna = cluster.sign_up("anna");
  const AccountId bert = cluster.sign_up("bert");
  RawDevice a(world, cluster, anna);
  RawDevice b(world, cluster, bert);
  a.hello();
  b.hello();
  const ChannelId channel = a.open_direct(bert);
  ASSERT_NE(b.wait_for([](const Frame& one) { return one.has_events(); }), nullptr);
  v1::ClientFrame first;
  first.mutable_get_inbox();
  const std::string version = b.ask(first).inbox().version();

  cluster.fail_next_commit(MemoryStoreFaults::Fate::unavailable_kept);
  EXPECT_EQ(a.post(channel, "hello").error().name(), "store_unavailable");
  ASSERT_NE(b.wait_for([](const Frame& one) { return one.has_resync(); }), nullptr);

  v1::ClientFrame again;
  again.mutable_get_inbox()->set_version(version);
  const Frame inbox = b.ask(again);
  const auto& rows = inbox.inbox().rows();
  EXPECT_TRUE(std::ranges::any_of(rows, [&](const auto& row) {
    return row.channel_id() == channel.view() && row.head() == 2U;
  })) << inbox.ShortDebugString();
}

INSTANTIATE_TEST_SUITE_P(OneNodeAndTwo, UncertainMessage, testing::Bool());

}  // namespace
}  // namespace parley::sim
