// A row of the inbox showed its newest message as it had been before it was edited where what the store holds of the
// edits was damaged, and as an empty one where the edit itself was. A page of history showed a message whose last edit
// was damaged as it had been before it.
#include <gtest/gtest.h>

#include <string>

#include "sim/cluster.hpp"
#include "sim/raw_device.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

class NewestMessageDamaged : public testing::Test {
 protected:
  NewestMessageDamaged() : cluster(world, false), anna(world, cluster, cluster.sign_up("anna")) {
    anna.hello();
    channel = anna.open_direct(cluster.sign_up("bert"));
    anna.post(channel, "before");
    v1::ClientFrame frame;
    auto& edit = *frame.mutable_command();
    IdBytes id{};
    world.fill(id);
    edit.set_channel_id(std::string(channel.view()));
    edit.set_send_id(std::string(SendId(id).view()));
    edit.mutable_edit()->set_target(2);
    edit.mutable_edit()->mutable_content()->set_text("after");
    EXPECT_EQ(anna.ask(frame).outcome().seq(), 3U);
  }
  v1::InboxRow row() {
    v1::ClientFrame frame;
    frame.mutable_get_inbox();
    const auto answer = anna.ask(frame);
    for (const auto& row : answer.inbox().rows()) {
      if (row.channel_id() == channel.view()) return row;
    }
    ADD_FAILURE() << "no row";
    return {};
  }
  MemoryDisk::StoredLog& stored() {
    return static_cast<MemoryStorage&>(cluster.storage()).disk().image.channels.at(channel);
  }

  World world{7};
  Cluster cluster;
  RawDevice anna;
  ChannelId channel;
};

TEST_F(NewestMessageDamaged, IsNotShownWhereItsEditsAreNotKnown) {
  EXPECT_EQ(row().last().annotation().current().text(), "after");
  stored().annotations.at(2).back() ^= 1;
  EXPECT_FALSE(row().has_last());
}

TEST_F(NewestMessageDamaged, IsNotShownAsEmptyWhereTheEditIsLost) {
  stored().events.at(3).back() ^= 1;
  const v1::InboxRow shown = row();
  EXPECT_EQ(shown.last().annotation().edits_size(), 1);
  EXPECT_FALSE(shown.last().annotation().has_current());
}

TEST_F(NewestMessageDamaged, IsNotShownOnAPageAsItWasBeforeAnEditThatIsLost) {
  v1::ClientFrame frame;
  auto& range = *frame.mutable_get_history();
  range.set_channel_id(std::string(channel.view()));
  range.set_from(2);
  range.set_to(2);
  EXPECT_EQ(anna.ask(frame).history().events(0).annotation().current().text(), "after");
  stored().events.at(3).back() ^= 1;
  const auto page = anna.ask(frame).history();
  ASSERT_EQ(page.events_size(), 1);
  EXPECT_EQ(page.events(0).header().seq(), 2U);
  EXPECT_EQ(page.events(0).content_state(), v1::CONTENT_STATE_DAMAGED);
  EXPECT_FALSE(page.events(0).has_content());
}

}  // namespace
}  // namespace parley::sim
