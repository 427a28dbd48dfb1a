// Cursors: what is told as delivered and read, and when.
#include <gtest/gtest.h>

#include "client/fake_server_for_test.hpp"

namespace parley::client::test {
namespace {

using Body = v1::ClientFrame;

TEST(ClientReceipts, FirstAtOnceThenOnePerInterval) {
  World world;
  world.rooms[kTalk];
  world.start();
  world.push(kTalk, "1");
  world.run();
  EXPECT_EQ(world.count_seen(Body::kMoveCursor), 1u);
  for (int i = 0; i < 10; ++i) {
    world.push(kTalk, "x");
    world.run();
  }
  EXPECT_EQ(world.count_seen(Body::kMoveCursor), 1u);
  world.pass(Duration(250));
  EXPECT_EQ(world.count_seen(Body::kMoveCursor), 2u);
  EXPECT_EQ(world.last_seen(Body::kMoveCursor)->move_cursor().delivered(), 11u);
  world.pass(std::chrono::seconds(5));
  EXPECT_EQ(world.count_seen(Body::kMoveCursor), 2u);
}

TEST(ClientReceipts, OwnMessagesNeedNone) {
  World world;
  world.rooms[kTalk];
  world.start();
  ASSERT_TRUE(world.client->post(world.now, kTalk, "mine"));
  world.run();
  EXPECT_EQ(world.count_seen(Body::kMoveCursor), 0u);
}

TEST(ClientReceipts, ReadIsStoredAndTold) {
  World world;
  fill(world, kTalk, 3);
  world.start();
  world.pass(std::chrono::seconds(1));
  ASSERT_TRUE(world.client->read(world.now, kTalk, 3));
  EXPECT_EQ(world.talk().unread, 0u);
  EXPECT_EQ(world.store.channels().at(kTalk).read_wanted, 3u);
  world.run();
  EXPECT_EQ(world.rooms[kTalk].registers.read(), 3u);
  EXPECT_EQ(world.client->read(world.now, kTalk, 9).error().code, ErrorCode::seq_in_future);
}

TEST(ClientReceipts, SurviveBreaksAndRestarts) {
  World world;
  fill(world, kTalk, 3);
  world.start();
  world.deaf = true;
  world.pass(std::chrono::seconds(1));
  ASSERT_TRUE(world.client->read(world.now, kTalk, 2));
  world.run();
  world.restart();
  world.deaf = false;
  world.start();
  EXPECT_EQ(world.rooms[kTalk].registers.read(), 2u);
}

TEST(ClientReceipts, NothingIsTakenForDeliveredThatWasNotStored) {
  Settings settings;
  settings.want = Want::nothing;
  World world(settings);
  world.settings.mode = Mode::heads_only;
  fill(world, kTalk, 3);
  world.start();
  world.push_head(kTalk);
  world.run();
  world.pass(std::chrono::seconds(5));
  EXPECT_EQ(world.count_seen(Body::kMoveCursor), 0u);
}

TEST(ClientReceipts, ABadgeThatIsToldCountsWhatIsStillHeldBack) {
  World world;
  fill(world, kTalk, 3);
  world.start();
  world.add_event(kTalk, kPeer, "not pushed");
  world.push(kTalk, "held until the one before it has come");
  v1::ServerFrame registers;
  registers.mutable_registers_changed()->set_channel_id(raw(kTalk));
  registers.mutable_registers_changed()->mutable_registers()->set_read(1);
  registers.mutable_registers_changed()->set_unread(4);
  world.to_client.push_back(registers);
  world.run();
  EXPECT_EQ(world.seqs(kTalk), up_to(5));
  EXPECT_EQ(world.talk().unread, 4u);
}

TEST(ClientReceipts, WhatIsReadWhileTheInboxIsAskedForIsNotCountedAgain) {
  World world;
  fill(world, kTalk, 3);
  world.start();
  world.client->resync(world.now);
  world.rooms[kTalk].changed = ++world.clock;
  world.serve();
  const v1::ServerFrame row = world.to_client.back();
  world.to_client.pop_back();
  world.push(kTalk, "new");
  world.deliver();
  ASSERT_TRUE(world.client->read(world.now, kTalk, 4));
  world.to_client.push_back(row);
  world.deliver();
  EXPECT_EQ(world.talk().unread, 0u);
}

}  // namespace
}  // namespace parley::client::test
