// A page that was asked for by a member told of the edits and reactions that were there when it was read, also of those
// that came after its reader had been removed meanwhile.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "parley/v1/frames.pb.h"
#include "sim/cluster.hpp"
#include "sim/raw_device.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

constexpr int kRounds = 60;

struct RemovedWhileAPageIsRead : testing::Test {
  RemovedWhileAPageIsRead() {
    anna.hello();
    auto frame = command();
    frame.mutable_command()->mutable_create_channel()->set_kind(v1::CHANNEL_KIND_GROUP);
    frame.mutable_command()->mutable_create_channel()->set_title("climbing");
    frame.mutable_command()->mutable_create_channel()->add_members(std::string(bert.account().view()));
    EXPECT_EQ(anna.ask(frame).outcome().seq(), 1U);
    cluster.storage().slow_down(true);
  }

  std::string new_id() {
    std::array<std::uint8_t, 10> random{};
    world.fill(random);
    return std::string(SendId(make_uuid_v7(to_unix_ms(world.now()), random)).view());
  }

  v1::ClientFrame command() {
    v1::ClientFrame frame;
    frame.mutable_command()->set_channel_id(group);
    frame.mutable_command()->set_send_id(new_id());
    return frame;
  }

  /// Of a page that bert asks for, all that is changed by what anna does meanwhile.
  template <class Change>
  void read_while(Change change) {
    anna.hello();  // tokens do not last for all rounds
    bert.hello();
    const Seq seq = anna.post(*ChannelId::from_bytes(group), "hello").outcome().seq();
    ASSERT_NE(seq, 0U);
    v1::ClientFrame page;
    page.mutable_get_history()->set_channel_id(group);
    page.mutable_get_history()->set_from(seq);
    bert.send(page);
    auto removal = command();
    removal.mutable_command()->mutable_remove_member()->set_account(std::string(bert.account().view()));
    anna.send(removal);
    auto later = command();
    change(*later.mutable_command(), seq);
    anna.send(later);
    world.run_for(std::chrono::seconds(12));
    auto addition = command();
    addition.mutable_command()->mutable_add_members()->add_accounts(std::string(bert.account().view()));
    ASSERT_NE(anna.ask(addition).outcome().seq(), 0U);
  }

  World world{5};
  Cluster cluster{world, false};
  RawDevice anna{world, cluster, cluster.sign_up("anna")};
  RawDevice bert{world, cluster, cluster.sign_up("bert")};
  const std::string group = new_id();
};

TEST_F(RemovedWhileAPageIsRead, IsNotToldOfWhatCameAfter) {
  for (int round = 0; round < kRounds; ++round) {
    read_while([&](v1::Command& later, Seq seq) {
      if (round % 2 == 0) {
        later.mutable_edit()->set_target(seq);
        later.mutable_edit()->mutable_content()->set_text("among us");
      } else {
        later.mutable_react()->set_target(seq);
        later.mutable_react()->mutable_content()->set_text("among us");
      }
    });
  }
  std::size_t pages = 0;
  for (const auto& frame : bert.frames) {
    for (const auto& event : frame.history().events()) {
      ++pages;
      for (const Seq edit : event.annotation().edits()) EXPECT_LE(edit, frame.history().head());
      for (const auto& reaction : event.annotation().reactions()) EXPECT_LE(reaction.seq(), frame.history().head());
    }
    EXPECT_EQ(frame.SerializeAsString().find("among us"), std::string::npos);
  }
  EXPECT_GT(pages, 0U);
}

}  // namespace
}  // namespace parley::sim
