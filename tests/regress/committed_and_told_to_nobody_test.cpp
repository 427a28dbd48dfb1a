// What was committed, and told to nobody: the sender asked again and had its outcome, and the others learned of it with
// the next thing that somebody said, if ever.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engines/memory/bus.hpp"
#include "node/bus_links.hpp"
#include "parley/v1/accounts.pb.h"
#include "sim/cluster.hpp"
#include "sim/person.hpp"
#include "sim/raw_device.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

bool is_resync(const v1::ServerFrame& frame) {
  return frame.has_resync();
}

struct Talk {
  explicit Talk(bool two) : cluster(world, two) {
    anna.hello();
    bert.hello();
    direct = anna.open_direct(bert.account());
    world.run_for(std::chrono::seconds(10));
    bert.frames.clear();
  }
  World world{5};
  Cluster cluster;
  RawDevice anna{world, cluster, cluster.sign_up("anna")};
  RawDevice bert{world, cluster, cluster.sign_up("bert")};
  ChannelId direct;
};

TEST(CommittedAndToldToNobody, WriteThatWasUncertainAndIsThere) {
  Talk talk(false);
  talk.cluster.storage().next_commit(CommitFate::unavailable_kept);
  EXPECT_TRUE(talk.anna.post(talk.direct, "are you there?").has_error());
  ASSERT_NE(talk.bert.wait_for(is_resync), nullptr);
  v1::ClientFrame ask;
  ask.mutable_get_history()->set_channel_id(std::string(talk.direct.view()));
  EXPECT_EQ(talk.bert.ask(ask).history().head(), 2U);
}

TEST(CommittedAndToldToNobody, PartitionsOfANodeThatDied) {
  Talk talk(true);
  // Whoever is left may have missed the last words of the other one.
  for (RawDevice* device : {&talk.anna, &talk.bert}) device->frames.clear();  // both were told when they came
  talk.cluster.crash(0);
  talk.world.run_for(std::chrono::seconds(1));  // before the other one is back, and tells it once more
  RawDevice& left = talk.bert.closed ? talk.anna : talk.bert;
  ASSERT_FALSE(left.closed) << "the world puts both on the node that dies: take another seed";
  EXPECT_GT(left.count(is_resync), 0U);
}

struct Ear final : BusLinks::Receiver {
  void answer_from_elsewhere(Answer) override {}
  void push_from_elsewhere(const Push& push, const std::vector<AccountId>& accounts) override {
    if (push.kind == PushKind::resync) asked = accounts;
  }
  void recheck_from_elsewhere(const AccountId&, std::optional<AccountId>) override {}
  void parted_elsewhere(const AccountId&) override {}
  bool owner_elsewhere(PartitionId, Epoch) override { return false; }
  void link_lost_frames() override { ++lost; }
  std::vector<AccountId> asked;
  int lost = 0;
};

// What was said between the reading of an inbox on one node and the other node's hearing of the account was lost.
TEST(CommittedAndToldToNobody, WhileAnotherNodeDidNotKnowThatSomebodyHadCome) {
  World world(1);
  MemoryBus bus;
  Ear here;
  Ear there;
  SimExecutor& a = world.make_executor();
  SimExecutor& b = world.make_executor();
  BusLinks first(NodeId(IdBytes{1}), bus, a, world, world, here);
  BusLinks second(NodeId(IdBytes{2}), bus, b, world, world, there);
  first.start();
  second.start();
  world.run_for(std::chrono::seconds(5));
  const AccountId anna(IdBytes{7});
  bool loses = true;
  bus.lose([&](NodeId, NodeId, std::string_view) { return loses; });
  second.connected(anna);
  world.run_for(Duration(100));
  EXPECT_TRUE(there.asked.empty());
  loses = false;
  world.run_for(std::chrono::seconds(60));  // the lease is renewed
  EXPECT_EQ(there.asked, std::vector<AccountId>{anna});
}

TEST(CommittedAndToldToNobody, TicksOfOneWhoNowHidesWhenItHasRead) {
  World world(5);
  Cluster cluster(world, false);
  Web web(world, cluster);
  web.lose(false);
  const AccountId anna = cluster.sign_up("anna");
  RawDevice bert(world, cluster, cluster.sign_up("bert"));
  RawDevice listens(world, cluster, anna);
  Device phone({world, cluster, web}, anna, "anna", "phone");
  phone.start();
  bert.hello();
  listens.hello();
  const ChannelId direct = bert.open_direct(anna);
  ASSERT_TRUE(world.run_until([&] { return phone.settled() && phone.core().find(direct) != nullptr; },
                              std::chrono::minutes(1)));
  EXPECT_EQ(phone.core().find(direct)->read_by_all, 1U);
  listens.frames.clear();
  v1::ChangeAccount hide;
  hide.set_read_receipts(false);
  phone.ask("PATCH", "/v1/account", &hide, [](auto) {});
  const auto* told = listens.wait_for([&](const v1::ServerFrame& frame) {
    return frame.has_receipts_moved() && frame.receipts_moved().channel_id() == direct.view();
  });
  ASSERT_NE(told, nullptr);
  EXPECT_EQ(told->receipts_moved().read_by_all(), 0U);
}

// The answer to a job's command was lost between two nodes, and the worker waited for it for ever.
TEST(AnswerLostBetweenNodes, JobsAreDoneAllTheSame) {
  World world(5);
  Cluster cluster(world, true);
  world.run_for(std::chrono::seconds(10));
  cluster.lose_bus_frames(true);
  for (int i = 0; i < 12; ++i) cluster.sign_up("person" + std::to_string(i));
  world.run_for(std::chrono::seconds(20));
  cluster.lose_bus_frames(false);
  world.run_for(std::chrono::minutes(10));
  std::size_t left = 1;
  cluster.accounts().oversight().jobs(cluster.outside(), 100,
                                      [&](const Result<std::vector<Job>>& jobs) { left = jobs.value().size(); });
  world.run_for(std::chrono::seconds(1));
  EXPECT_EQ(left, 0U);
}

}  // namespace
}  // namespace parley::sim
