// Sends: stored first, sent in order, once, until the outcome.
#include <gtest/gtest.h>

#include "client/fake_server_for_test.hpp"
#include "client/outbox.hpp"

namespace parley::client::test {
namespace {

using Body = v1::ClientFrame;

TEST(ClientOutbox, PostIsStoredThenSentThenTold) {
  World world;
  world.rooms[kTalk];
  world.start();
  auto id = world.client->post(world.now, kTalk, "hello");
  ASSERT_TRUE(id);
  ASSERT_TRUE(world.store.outbox().contains(*id));
  ASSERT_EQ(world.from_client.size(), 1u);
  EXPECT_EQ(world.from_client[0].command().post().content().text(), "hello");
  EXPECT_EQ(world.from_client[0].command().send_id(), id->view());
  world.run();
  EXPECT_EQ(world.sent, std::vector<std::string>{"1"});
  EXPECT_EQ(world.client->outbox_size(), 0u);
  EXPECT_TRUE(world.store.outbox().empty());
  EXPECT_EQ(world.seqs(kTalk), up_to(1));
}

TEST(ClientOutbox, HandMadePostIsWhatSendWrites) {
  World world;
  v1::Command command;
  command.set_channel_id(raw(kTalk));
  command.mutable_post()->mutable_content()->set_text("same");
  command.mutable_post()->set_reply_to(9);
  ASSERT_TRUE(world.client->send(world.now, command));
  ASSERT_TRUE(world.client->post(world.now, kTalk, "same", 9));
  const auto outbox = world.client->outbox();
  ASSERT_EQ(outbox.size(), 2u);
  v1::Command second;
  ASSERT_TRUE(second.ParseFromString(outbox[1]->command));
  EXPECT_NE(second.send_id(), command.send_id());
  second.set_send_id(command.send_id());
  EXPECT_EQ(second.SerializeAsString(), command.SerializeAsString());
}

TEST(ClientOutbox, OfflineSendsGoLaterInOrder) {
  World world;
  world.rooms[kTalk];
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(world.client->post(world.now, kTalk, std::to_string(i)));
  world.restart();
  world.start();
  ASSERT_EQ(world.posted.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(world.posted[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST(ClientOutbox, LostAnswerIsNoDuplicate) {
  World world;
  world.rooms[kTalk];
  world.start();
  ASSERT_TRUE(world.client->post(world.now, kTalk, "once"));
  world.serve();
  world.cut();
  world.pass(std::chrono::seconds(2));
  EXPECT_EQ(world.posted, std::vector<std::string>{"once"});
  EXPECT_EQ(world.sent, std::vector<std::string>{"1"});
  EXPECT_EQ(world.count_seen(Body::kCommand), 2u);
  EXPECT_EQ(world.seqs(kTalk), up_to(1));
}

TEST(ClientOutbox, WindowLimitsWhatIsInFlight) {
  Settings settings;
  settings.window = 5;
  settings.channel_window = 3;
  World world(settings);
  world.rooms[kTalk];
  world.rooms[kOther];
  world.start();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(world.client->post(world.now, kTalk, "a"));
    ASSERT_TRUE(world.client->post(world.now, kOther, "b"));
  }
  EXPECT_EQ(world.from_client.size(), 5u);
  world.run();
  EXPECT_EQ(world.posted.size(), 20u);
}

TEST(ClientOutbox, OneChannelHasOneInFlightWhereNoMoreAreWanted) {
  Settings settings;
  settings.channel_window = 1;
  World world(settings);
  world.rooms[kTalk];
  world.start();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(world.client->post(world.now, kTalk, "a"));
  EXPECT_EQ(world.from_client.size(), 1u);
}

TEST(ClientOutbox, CreationGoesAlone) {
  Settings settings;
  settings.channel_window = 8;
  World world(settings);
  world.start();
  v1::Command create;
  create.set_channel_id(raw(kTalk));
  create.mutable_create_channel()->set_kind(v1::CHANNEL_KIND_GROUP);
  create.mutable_create_channel()->set_title("Group");
  ASSERT_TRUE(world.client->send(world.now, create));
  ASSERT_TRUE(world.client->post(world.now, kTalk, "first"));
  EXPECT_EQ(world.from_client.size(), 1u);
  world.run();
  EXPECT_EQ(world.sent.size(), 2u);
}

TEST(ClientOutbox, BusyIsTriedAgainInOrderUnderTheSameId) {
  World world;
  world.rooms[kTalk];
  world.start();
  world.busy = 3;
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(world.client->post(world.now, kTalk, std::to_string(i)));
  world.run();
  EXPECT_TRUE(world.sent.empty());
  world.pass(std::chrono::seconds(5));
  EXPECT_EQ(world.posted, (std::vector<std::string>{"0", "1", "2", "3"}));
  EXPECT_EQ(world.outcomes.size(), 4u);
}

TEST(ClientOutbox, NothingGoesBeforeWhatIsStillToBeRefusedBehindASendThatWasPutOff) {
  Settings settings;
  settings.channel_window = 3;
  World world(settings);
  world.rooms[kTalk];
  world.start();
  world.busy = 1;
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(world.client->post(world.now, kTalk, std::to_string(i)));
  world.serve();
  world.auto_run = false;
  while (!world.to_client.empty()) {
    world.deliver_one();
    world.pass(std::chrono::seconds(5));
    EXPECT_EQ(world.from_client.empty(), !world.to_client.empty());
  }
  world.run();
  EXPECT_EQ(world.posted, (std::vector<std::string>{"0", "1", "2", "3"}));
}

TEST(ClientOutbox, SendsThatArePutOffTogetherWaitForOneBackOff) {
  Settings settings;
  settings.channel_window = 14;
  World world(settings);
  world.rooms[kTalk];
  world.start();
  world.busy = 1;
  for (int i = 0; i < 14; ++i) ASSERT_TRUE(world.client->post(world.now, kTalk, std::to_string(i)));
  world.run();
  EXPECT_TRUE(world.posted.empty());
  world.pass(std::chrono::seconds(1));
  EXPECT_EQ(world.posted.size(), 14u);
}

TEST(ClientOutbox, RefusalEndsTheSendWithItsName) {
  World world;
  world.start();
  for (const char* name : {"not_a_member", "content_too_long", "stale_epoch", "name_of_a_newer_server"}) {
    world.refuse = name;
    ASSERT_TRUE(world.client->post(world.now, kTalk, "x"));
    world.run();
    EXPECT_EQ(world.sent.back(), name);
    EXPECT_EQ(world.client->outbox_size(), 0u);
  }
}

TEST(ClientOutbox, DownAndBugAreTriedAgain) {
  World world;
  world.rooms[kTalk];
  world.start();
  for (const char* name : {"store_unavailable", "disk_full", "stale_owner", "internal"}) {
    world.refuse = name;
    ASSERT_TRUE(world.client->post(world.now, kTalk, name));
    world.run();
    EXPECT_EQ(world.client->outbox_size(), 1u) << name;
    EXPECT_EQ(world.client->sends_put_off(), name);
    world.refuse.clear();
    world.pass(std::chrono::seconds(40));
    EXPECT_EQ(world.posted.back(), name);
    EXPECT_EQ(world.client->sends_put_off(), "");
  }
}

TEST(ClientOutbox, ExpiredTokenAsksForAnother) {
  World world;
  world.rooms[kTalk];
  world.start();
  world.refuse = "token_expired";
  world.session_ms = 1;
  ASSERT_TRUE(world.client->post(world.now, kTalk, "x"));
  world.run();
  world.refuse.clear();
  world.pass(std::chrono::seconds(1));
  EXPECT_EQ(world.posted.size(), 1u);
  EXPECT_EQ(world.tokens_wanted + static_cast<int>(world.count_seen(Body::kNewToken)), 1);
}

TEST(ClientOutbox, FullOutboxIsNamed) {
  Settings settings;
  settings.outbox_entries = 2;
  World world(settings);
  ASSERT_TRUE(world.client->post(world.now, kTalk, "1"));
  ASSERT_TRUE(world.client->post(world.now, kTalk, "2"));
  const auto third = world.client->post(world.now, kTalk, "3");
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::limit_reached);
}

TEST(ClientOutbox, WhatCannotBeSentIsRefusedAtOnce) {
  World world;
  EXPECT_EQ(world.client->post(world.now, kTalk, "\xff").error().code, ErrorCode::invalid_text);
  EXPECT_EQ(world.client->post(world.now, kTalk, std::string(100'001, 'x')).error().code, ErrorCode::content_too_long);
  EXPECT_EQ(world.client->post(world.now, kTalk, "").error().code, ErrorCode::invalid_argument);
  v1::Command empty;
  empty.set_channel_id(raw(kTalk));
  EXPECT_EQ(world.client->send(world.now, empty).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(world.store.outbox().empty());
}

TEST(ClientOutbox, SendIdThatWaitsKeepsItsPlace) {
  World world;
  v1::Command command;
  command.set_channel_id(raw(kTalk));
  command.set_send_id(raw(make_id<SendId>(5)));
  command.mutable_post()->mutable_content()->set_text("x");
  ASSERT_TRUE(world.client->send(world.now, command));
  ASSERT_TRUE(world.client->send(world.now, command));
  EXPECT_EQ(world.client->outbox_size(), 1u);
}

/// Three messages, with the process dying after every possible step: each is posted once, in order.
TEST(ClientOutbox, SurvivesDeathAtEveryStep) {
  for (int death = 0; death < 60; ++death) {
    World world;
    world.rooms[kTalk];
    int steps = 0;
    bool died = false;
    auto step = [&] {
      if (died || steps++ != death) return false;
      died = true;
      world.restart();
      return true;
    };
    int queued = 0;
    auto live = [&] {
      world.client->set_access_token(world.now, "token", std::chrono::hours(1));
      ASSERT_TRUE(world.client->start(world.now));
    };
    live();
    for (int guard = 0; guard < 1000; ++guard) {
      if (step()) live();
      if (queued < 3) {
        ASSERT_TRUE(world.client->post(world.now, kTalk, std::to_string(queued++)));
      } else if (world.wanted) {
        world.accept();
      } else if (!world.from_client.empty()) {
        const auto frame = world.from_client.front();
        world.from_client.pop_front();
        world.serve_one(frame);
      } else if (!world.to_client.empty()) {
        world.deliver_one();
      } else {
        break;
      }
    }
    EXPECT_EQ(world.posted, (std::vector<std::string>{"0", "1", "2"})) << "death at step " << death;
    EXPECT_TRUE(world.store.outbox().empty());
    EXPECT_EQ(world.client->find(kTalk)->top(), 3u);
  }
}

TEST(OutboxQueue, LanesTakeTurns) {
  Outbox outbox(10, 1);
  const auto add = [&](int id, ChannelId channel) {
    outbox.add({make_id<SendId>(id), channel, static_cast<std::uint64_t>(id), kNever, "x"}, false);
  };
  add(1, kTalk);
  add(2, kTalk);
  add(3, kOther);
  EXPECT_EQ(outbox.take()->data.order, 1u);
  Outbox::Entry* third = outbox.take();
  EXPECT_EQ(third->data.order, 3u);
  EXPECT_EQ(outbox.take(), nullptr);
  outbox.remove(*outbox.find(make_id<SendId>(1)));
  EXPECT_EQ(outbox.take()->data.order, 2u);
  outbox.put_all_back();
  EXPECT_EQ(outbox.take()->data.order, 2u);
  EXPECT_EQ(outbox.take()->data.order, 3u);
  EXPECT_EQ(outbox.bytes(), 2u);
}

}  // namespace
}  // namespace parley::client::test
