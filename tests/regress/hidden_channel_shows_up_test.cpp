// A channel that a block makes is told to nobody until somebody speaks in it. Devices that had asked for it before kept
// what they had been told then: the ticks, and what another device had set meanwhile.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "parley/v1/frames.pb.h"
#include "sim/cluster.hpp"
#include "sim/raw_device.hpp"
#include "sim/web.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

struct HiddenChannelShowsUp : testing::Test {
  HiddenChannelShowsUp() {
    web.lose(false);
    anna.hello(v1::MODE_HEADS_ONLY);
    bert.hello();
    for (const bool on : {true, false}) {
      web.ask(on ? "PUT" : "DELETE", "/v1/blocks/" + bert.account().str(),
              cluster.mint_token(anna.account(), DeviceId(IdBytes{9})), nullptr,
              [](const std::optional<HttpResponse>& answer) { ASSERT_EQ(answer.value().status, 204); });
      world.run_for(std::chrono::seconds(5));
    }
  }
  v1::ClientFrame about() const {
    v1::ClientFrame frame;
    frame.mutable_get_channel()->set_channel_id(std::string(direct.view()));
    return frame;
  }
  World world{5};
  Cluster cluster{world, false};
  Web web{world, cluster};
  RawDevice anna{world, cluster, cluster.sign_up("anna")};
  RawDevice bert{world, cluster, cluster.sign_up("bert")};
  ChannelId direct = direct_channel_id(anna.account(), bert.account());
};

TEST_F(HiddenChannelShowsUp, WithItsTicksAndRegisters) {
  v1::ClientFrame ask = about();
  const v1::InboxRow before = anna.ask(ask).channel().row();
  ASSERT_GT(before.head(), 1U);
  ASSERT_LT(before.delivered_by_all(), before.head());
  const auto other = anna.same_device();
  other->hello();
  v1::ClientFrame change;
  change.mutable_set_registers()->set_channel_id(std::string(direct.view()));
  change.mutable_set_registers()->set_pinned(true);
  ASSERT_TRUE(other->ask(change).registers().pinned());
  v1::ClientFrame move;
  move.mutable_move_cursor()->set_channel_id(std::string(direct.view()));
  move.mutable_move_cursor()->set_delivered(before.head());
  for (RawDevice* device : {&anna, &bert}) ASSERT_FALSE(device->ask(move).has_error());
  world.run_for(std::chrono::seconds(5));
  const auto has_registers = [this](const v1::ServerFrame& frame) {
    return frame.registers_changed().channel_id() == direct.view();
  };
  const auto has_ticks = [this](const v1::ServerFrame& frame) {
    return frame.receipts_moved().channel_id() == direct.view();
  };
  ASSERT_EQ(anna.count(has_registers) + anna.count(has_ticks), 0U);

  ASSERT_FALSE(bert.post(direct, "hello again").has_error());
  const auto* registers = anna.wait_for(has_registers);
  ASSERT_NE(registers, nullptr);
  EXPECT_TRUE(registers->registers_changed().registers().pinned());
  EXPECT_EQ(registers->registers_changed().unread(), 1U);
  const auto* ticks = anna.wait_for(has_ticks);
  ASSERT_NE(ticks, nullptr);
  EXPECT_EQ(ticks->receipts_moved().delivered_by_all(), before.head());
}

}  // namespace
}  // namespace parley::sim
