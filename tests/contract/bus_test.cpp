#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "contract/manual_executor.hpp"
#include "engines/memory/bus.hpp"

namespace parley::test {
namespace {

struct BusEngine {
  std::string name;
  std::function<std::unique_ptr<Bus>()> make;
};
void PrintTo(const BusEngine& engine, std::ostream* out) {
  *out << engine.name;
}

NodeId node(std::uint8_t n) {
  return NodeId(IdBytes{n});
}

using Received = std::vector<std::pair<NodeId, std::string>>;

struct Listener {
  Listener(Bus& at, NodeId as) : bus(at), id(as) {
    bus.listen(id, executor, [this](NodeId from, std::string frame) {
      received.emplace_back(from, std::move(frame));
      if (on_frame) on_frame();
    });
  }
  ~Listener() { bus.leave(id); }
  Bus& bus;
  NodeId id;
  ManualExecutor executor;
  Received received;
  std::function<void()> on_frame;
};

class BusContract : public testing::TestWithParam<BusEngine> {
 protected:
  std::unique_ptr<Bus> bus_ = GetParam().make();
};
INSTANTIATE_TEST_SUITE_P(Engines, BusContract,
                         testing::Values(BusEngine{"Memory", [] { return std::make_unique<MemoryBus>(); }}),
                         [](const auto& info) { return info.param.name; });

TEST_P(BusContract, FramesOfALinkArriveInOrderWithTheirSender) {
  Listener b(*bus_, node(2));
  bus_->send(node(1), node(2), "one");
  bus_->send(node(1), node(2), "two");
  bus_->send(node(3), node(2), "three");
  EXPECT_TRUE(b.received.empty()) << "called inside send";
  b.executor.run_until_idle();
  EXPECT_EQ(b.received, (Received{{node(1), "one"}, {node(1), "two"}, {node(3), "three"}}));
}

TEST_P(BusContract, ANodeMaySendToItself) {
  Listener a(*bus_, node(1));
  bus_->send(node(1), node(1), "self");
  a.executor.run_until_idle();
  EXPECT_EQ(a.received, (Received{{node(1), "self"}}));
}

TEST_P(BusContract, FramesReachTheNodeNamedAndNoOther) {
  Listener a(*bus_, node(1));
  Listener b(*bus_, node(2));
  bus_->send(node(3), node(2), "b");
  a.executor.run_until_idle();
  b.executor.run_until_idle();
  EXPECT_TRUE(a.received.empty());
  EXPECT_EQ(b.received.size(), 1U);
}

TEST_P(BusContract, WhoListensIsKnown) {
  EXPECT_TRUE(bus_->nodes().empty());
  Listener b(*bus_, node(2));
  {
    Listener a(*bus_, node(1));
    EXPECT_EQ(bus_->nodes(), (std::vector{node(1), node(2)}));
  }
  EXPECT_EQ(bus_->nodes(), std::vector{node(2)});
}

TEST_P(BusContract, FramesToNobodyAreLost) {
  bus_->send(node(1), node(2), "early");
  Listener b(*bus_, node(2));
  b.executor.run_until_idle();
  EXPECT_TRUE(b.received.empty());
}

TEST_P(BusContract, NothingIsHandedOutAfterLeaving) {
  Listener b(*bus_, node(2));
  bus_->send(node(1), node(2), "one");
  bus_->leave(node(2));
  bus_->send(node(1), node(2), "two");
  b.executor.run_until_idle();
  EXPECT_TRUE(b.received.empty());
}

TEST_P(BusContract, AListenerMayLeaveFromWithinACall) {
  Listener b(*bus_, node(2));
  b.on_frame = [&] { bus_->leave(node(2)); };
  bus_->send(node(1), node(2), "one");
  bus_->send(node(1), node(2), "two");
  b.executor.run_until_idle();
  EXPECT_EQ(b.received.size(), 1U);
}

TEST_P(BusContract, WhoComesBackGetsNothingOld) {
  {
    Listener b(*bus_, node(2));
    bus_->send(node(1), node(2), "old");
  }
  Listener again(*bus_, node(2));
  bus_->send(node(1), node(2), "new");
  again.executor.run_until_idle();
  EXPECT_EQ(again.received, (Received{{node(1), "new"}}));
}

TEST_P(BusContract, SendersOnManyThreadsKeepTheOrderOfTheirLinks) {
  Listener b(*bus_, node(9));
  constexpr int kEach = 2000;
  {
    std::vector<std::jthread> senders;
    for (std::uint8_t sender = 1; sender <= 3; ++sender) {
      senders.emplace_back([&, sender] {
        for (int n = 0; n < kEach; ++n) bus_->send(node(sender), node(9), std::to_string(n));
      });
    }
  }
  b.executor.run_until_idle();
  ASSERT_EQ(b.received.size(), 3U * kEach);
  std::map<NodeId, int> next;
  for (const auto& [from, frame] : b.received) EXPECT_EQ(frame, std::to_string(next[from]++));
}

TEST(MemoryBus, LosesTheFramesItIsToldToLose) {
  MemoryBus bus;
  Listener b(bus, node(2));
  bus.lose([](NodeId, NodeId, std::string_view frame) { return frame == "two"; });
  for (const char* frame : {"one", "two", "three"}) bus.send(node(1), node(2), frame);
  b.executor.run_until_idle();
  EXPECT_EQ(b.received, (Received{{node(1), "one"}, {node(1), "three"}}));
}

TEST(MemoryBus, AFullInboxLosesTheNewestAndOnlyUntilItIsEmptied) {
  MemoryBus bus(10);
  Listener b(bus, node(2));
  bus.send(node(1), node(2), "1234567890");
  bus.send(node(1), node(2), "x");
  b.executor.run_until_idle();
  bus.send(node(1), node(2), "y");
  b.executor.run_until_idle();
  EXPECT_EQ(b.received, (Received{{node(1), "1234567890"}, {node(1), "y"}}));
}

TEST(MemoryBus, MayBeDestroyedWhileFramesWait) {
  ManualExecutor executor;
  std::size_t received = 0;
  {
    MemoryBus bus;
    bus.listen(node(2), executor, [&](NodeId, std::string) { ++received; });
    bus.send(node(1), node(2), "frame");
  }
  executor.run_until_idle();
  EXPECT_EQ(received, 0U);
}

}  // namespace
}  // namespace parley::test
