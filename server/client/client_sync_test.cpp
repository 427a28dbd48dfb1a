// Inbox, live events, gaps, receipts.
#include <gtest/gtest.h>

#include "client/fake_server_for_test.hpp"

namespace parley::client::test {
namespace {

using Body = v1::ClientFrame;

TEST(ClientSync, RowsBecomeChannels) {
  World world(wanting(Want::nothing));
  fill(world, kTalk, 4);
  world.rooms[kTalk].registers.set_read(1);
  world.start();
  EXPECT_EQ(world.talk().head, 4u);
  EXPECT_EQ(world.talk().unread, 3u);
  EXPECT_EQ(world.talk().registers.read, 1u);
  EXPECT_TRUE(world.talk().have.empty());
  EXPECT_EQ(world.store.channels().at(kTalk), world.talk());
}

TEST(ClientSync, VersionIsKeptAfterTheLastPageOnly) {
  World world(wanting(Want::nothing));
  world.inbox_page = 2;
  for (int i = 0; i < 5; ++i) fill(world, make_id<ChannelId>(20 + i), 1);
  world.start();
  EXPECT_EQ(world.count_seen(Body::kGetInbox), 3u);
  ASSERT_EQ(world.store.versions.size(), 2u);  // welcome, last page
  EXPECT_EQ(world.store.versions[0], "");
  EXPECT_NE(world.store.versions[1], "");
  world.restart();
  world.start();
  EXPECT_EQ(world.last_seen(Body::kGetInbox)->get_inbox().version(), world.store.versions[1]);
  int channels = 0;
  world.client->each_channel([&](const ChannelState&) { ++channels; });
  EXPECT_EQ(channels, 5);
}

TEST(ClientSync, LiveEventsAreAppliedInOrder) {
  World world;
  world.rooms[kTalk];
  world.start();
  for (int i = 0; i < 5; ++i) world.push(kTalk, "x");
  world.deliver();
  EXPECT_EQ(world.seqs(kTalk), up_to(5));
  EXPECT_EQ(world.talk().unread, 5u);
  EXPECT_EQ(world.count_seen(Body::kGetHistory), 0u);
}

TEST(ClientSync, DuplicatesAreIgnored) {
  World world;
  world.rooms[kTalk];
  world.start();
  const auto frame = world.push(kTalk, "x");
  world.to_client.push_back(frame);
  world.push(kTalk, "y");
  world.to_client.push_back(frame);
  world.run();
  EXPECT_EQ(world.seqs(kTalk), up_to(2));
  EXPECT_EQ(world.talk().unread, 2u);
}

TEST(ClientSync, ReorderedPushesAreToldInOrder) {
  World world;
  world.rooms[kTalk];
  world.start();
  for (int i = 0; i < 3; ++i) world.push(kTalk, "x");
  std::swap(world.to_client[0], world.to_client[2]);
  world.run();
  EXPECT_EQ(world.seqs(kTalk), up_to(3));
  for (const auto& told : world.told) EXPECT_EQ(told.placement, Placement::next);
}

TEST(ClientSync, LostPushIsFetched) {
  World world;
  world.rooms[kTalk];
  world.start();
  for (int i = 0; i < 5; ++i) world.push(kTalk, "x");
  world.to_client.erase(world.to_client.begin() + 1, world.to_client.begin() + 3);
  world.run();
  EXPECT_EQ(world.seqs(kTalk), up_to(5));
  EXPECT_EQ(world.last_seen(Body::kGetHistory)->get_history().from(), 2u);
  EXPECT_EQ(world.last_seen(Body::kGetHistory)->get_history().to(), 3u);
}

TEST(ClientSync, LostLastPushIsFoundByHeads) {
  World world;
  world.rooms[kTalk];
  world.start();
  world.push(kTalk, "x");
  world.to_client.clear();
  world.push_head(kTalk);
  world.run();
  EXPECT_EQ(world.seqs(kTalk), up_to(1));
}

TEST(ClientSync, OwnPostThatIsNeverPushedIsFetched) {
  World world;
  world.rooms[kTalk];
  world.push_own = false;
  world.start();
  ASSERT_TRUE(world.client->post(world.now, kTalk, "mine"));
  world.run();
  EXPECT_TRUE(world.told.empty());
  world.pass(std::chrono::seconds(2));
  EXPECT_EQ(world.seqs(kTalk), up_to(1));
  EXPECT_EQ(world.talk().unread, 0u);
}

TEST(ClientSync, NewestPageThenHoleStays) {
  World world;
  fill(world, kTalk, 200);
  world.start();
  EXPECT_EQ(world.seqs(kTalk), up_to(200, 151));
  EXPECT_EQ(world.told.front().placement, Placement::after_hole);
  EXPECT_EQ(world.talk().unread, 200u);
  world.push(kTalk, "next");
  world.run();
  EXPECT_EQ(world.seqs(kTalk), up_to(201, 151));
  EXPECT_EQ(world.told.back().placement, Placement::next);
}

TEST(ClientSync, EverythingComesNewestFirst) {
  World world(wanting(Want::everything));
  fill(world, kTalk, 120);
  world.start();
  const auto seqs = world.seqs(kTalk);
  ASSERT_EQ(seqs.size(), 120u);
  EXPECT_EQ(seqs.front(), 71u);
  EXPECT_EQ(world.talk().have, (std::vector<Interval>{{1, 120}}));
}

TEST(ClientSync, InOrderNeverJumps) {
  World world(wanting(Want::in_order));
  fill(world, kTalk, 60);
  world.start();
  EXPECT_EQ(world.seqs(kTalk), up_to(60, 11));
  world.cut();
  fill(world, kTalk, 200);
  world.pass(std::chrono::seconds(2));
  EXPECT_EQ(world.seqs(kTalk), up_to(260, 11));
}

TEST(ClientSync, LiveEventsWaitWhileAGapIsFilled) {
  World world(wanting(Want::in_order));
  fill(world, kTalk, 1);
  world.start();
  fill(world, kTalk, 120);  // lost
  world.push(kTalk, "live");
  world.deliver();
  world.push(kTalk, "live");
  world.run();
  EXPECT_EQ(world.seqs(kTalk), up_to(123));
}

TEST(ClientSync, HeldEventsAreBounded) {
  Settings settings = wanting(Want::in_order);
  settings.held_events = 3;
  World world(settings);
  fill(world, kTalk, 1);
  world.start();
  fill(world, kTalk, 1);
  for (int i = 0; i < 10; ++i) world.push(kTalk, "live");
  world.run();
  EXPECT_EQ(world.seqs(kTalk), up_to(12));
}

TEST(ClientSync, GapThatIsInvisibleIsNoHole) {
  World world;
  fill(world, kTalk, 10);
  world.rooms[kTalk].visible = {{1, 4}, {8, 0}};
  world.start();
  EXPECT_EQ(world.seqs(kTalk), (std::vector<Seq>{8, 9, 10, 1, 2, 3, 4}));
  world.push(kTalk, "x");
  world.run();
  EXPECT_EQ(world.seqs(kTalk).back(), 11u);
  EXPECT_EQ(world.last_seen(Body::kGetHistory)->get_history().to(), 4u);
}

TEST(ClientSync, UnknownChannelIsAskedFor) {
  World world;
  world.start();
  world.push(kTalk, "hello");
  world.run();
  EXPECT_EQ(world.count_seen(Body::kGetChannel), 1u);
  EXPECT_EQ(world.seqs(kTalk), up_to(1));
  EXPECT_EQ(world.talk().unread, 1u);
}

TEST(ClientSync, UnknownChannelIsNotStoredBeforeItsRow) {
  World world(wanting(Want::everything));
  world.start();
  v1::Event& first = world.add_event(kTalk, kPeer, "");
  first.mutable_header()->mutable_created()->add_members()->set_account(raw(kMe));
  world.push_event(kTalk, first);
  v1::ServerFrame receipts;
  receipts.mutable_receipts_moved()->set_channel_id(raw(kTalk));
  receipts.mutable_receipts_moved()->set_delivered_by_all(1);
  world.to_client.push_back(receipts);
  v1::ServerFrame registers;
  registers.mutable_registers_changed()->set_channel_id(raw(kTalk));
  registers.mutable_registers_changed()->mutable_registers()->set_delivered(1);
  world.to_client.push_back(registers);
  world.deliver();
  EXPECT_TRUE(world.store.channels().empty());

  world.restart();
  world.start();
  EXPECT_EQ(world.seqs(kTalk), up_to(1));
  EXPECT_TRUE(world.dropped_after.empty());
}

TEST(ClientSync, RefusedHistoryDoesNotHoldLiveEventsBack) {
  World world;
  fill(world, kTalk, 3);
  world.refuse_questions = "not_a_member";
  world.start();
  world.push(kTalk, "x");
  world.run();
  EXPECT_EQ(world.seqs(kTalk), (std::vector<Seq>{4}));
}

TEST(ClientSync, ResyncAsksSinceTheVersion) {
  World world;
  world.rooms[kTalk];
  world.start();
  const std::string version = world.store.session().version;
  fill(world, kTalk, 2);
  world.push_resync();
  world.run();
  EXPECT_EQ(world.last_seen(Body::kGetInbox)->get_inbox().version(), version);
  EXPECT_EQ(world.seqs(kTalk), up_to(2));
  EXPECT_EQ(world.synced, 2);
}

TEST(ClientSync, MessagesDuringTheInboxAreCountedOnce) {
  World world;
  fill(world, kTalk, 2);
  world.start();
  world.client->resync(world.now);
  world.add_event(kOther, kPeer, "new");
  world.add_event(kTalk, kPeer, "three");
  world.serve();  // the row says head 3
  // Pushed before the row was read, and after.
  v1::ServerFrame inbox = world.to_client.front();
  world.to_client.clear();
  world.push_event(kTalk, world.rooms[kTalk].log.back());
  world.to_client.push_back(inbox);
  world.push(kTalk, "four");
  world.run();
  EXPECT_EQ(world.talk().unread, 4u);
}

TEST(ClientSync, PageOverlapsAreStoredOnce) {
  World world(wanting(Want::everything));
  fill(world, kTalk, 5);
  world.start();
  v1::ClientFrame frame;
  frame.mutable_get_history()->set_channel_id(raw(kTalk));
  int events = 0;
  ASSERT_TRUE(world.client->ask(world.now, frame, [&](auto answer) { events = (*answer)->history().events_size(); }));
  world.run();
  EXPECT_EQ(events, 5);
  EXPECT_EQ(world.seqs(kTalk), up_to(5));
}

TEST(ClientSync, DeletionErasesStoredContent) {
  World world;
  world.rooms[kTalk];
  world.start();
  world.push(kTalk, "secret");
  world.run();
  v1::Event& deletion = world.add_event(kTalk, kPeer, "");
  deletion.clear_content();
  deletion.mutable_header()->mutable_deleted()->add_targets(1);
  world.push_event(kTalk, deletion);
  world.run();
  v1::Event event;
  ASSERT_TRUE(event.ParseFromString(world.store.events(kTalk).front()));
  EXPECT_FALSE(event.has_content());
  EXPECT_EQ(event.content_state(), v1::CONTENT_STATE_DELETED);
}

// ---- everything at once ---------------------------------------------------------------------------------------------

class ClientChaos : public testing::TestWithParam<int> {};

/// Lost, doubled and swapped pushes, breaks, restarts and own posts; in the end the client has what the server has.
TEST_P(ClientChaos, EndsComplete) {
  const Want want = GetParam() % 2 == 0 ? Want::everything : Want::in_order;
  World world(wanting(want));
  world.page_events = 5;
  world.random_state = static_cast<std::uint64_t>(GetParam()) * 7919 + 1;
  std::uint64_t state = world.random_state;
  auto draw = [&](std::uint64_t below) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (state >> 33) % below;
  };
  world.rooms[kTalk];
  world.rooms[kOther];
  world.start();
  int mine = 0;
  for (int step = 0; step < 300; ++step) {
    const ChannelId channel = draw(2) == 0 ? kTalk : kOther;
    switch (draw(10)) {
      case 0:
      case 1:
      case 2:
        world.push(channel, "p");
        break;
      case 3:
        ASSERT_TRUE(world.client->post(world.now, channel, "mine " + std::to_string(mine++)));
        break;
      case 4:
        std::erase_if(world.to_client, [&](const auto& frame) { return frame.has_events() && draw(3) == 0; });
        break;
      case 5:
        if (!world.to_client.empty()) world.to_client.push_back(world.to_client[draw(world.to_client.size())]);
        break;
      case 6:
        if (world.to_client.size() > 1) std::swap(world.to_client.front(), world.to_client.back());
        break;
      case 7:
        if (draw(4) == 0 && world.up) world.cut(draw(2) == 0 ? 4001 : 0);
        if (draw(20) == 0) {
          world.restart();
          world.client->set_access_token(world.now, "token", std::chrono::hours(24));
          ASSERT_TRUE(world.client->start(world.now));
        }
        break;
      case 8:
        world.pass(Duration(static_cast<std::int64_t>(draw(2000))));
        break;
      default:
        if (world.wanted) world.accept();
        if (!world.from_client.empty()) {
          const auto frame = world.from_client.front();
          world.from_client.pop_front();
          world.serve_one(frame);
        }
        if (!world.to_client.empty()) world.deliver_one();
    }
  }
  world.pass(std::chrono::minutes(3));
  world.push_head(kTalk);
  world.push_head(kOther);
  world.run();
  ASSERT_EQ(world.client->state(), State::live);
  EXPECT_TRUE(world.store.outbox().empty());
  EXPECT_EQ(world.posted.size(), static_cast<std::size_t>(mine));
  for (const ChannelId& channel : {kTalk, kOther}) {
    const auto& log = world.rooms[channel].log;
    EXPECT_EQ(world.client->find(channel)->top(), log.size());
    const auto events = world.store.events(channel);
    ASSERT_EQ(events.size(), log.size());
    for (std::size_t i = 0; i < log.size(); ++i) EXPECT_EQ(events[i], log[i].SerializeAsString());
    // Told once each; in order where that was wanted.
    auto seqs = world.seqs(channel);
    if (want == Want::in_order) EXPECT_TRUE(std::is_sorted(seqs.begin(), seqs.end()));
    std::sort(seqs.begin(), seqs.end());
    EXPECT_EQ(seqs, up_to(log.size()));
    std::uint64_t unread = 0;
    for (const auto& event : log) unread += event.header().account() != kMe.view() ? 1 : 0;
    EXPECT_EQ(world.client->find(channel)->unread, unread);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ClientChaos, testing::Range(0, 200));

TEST(ClientSync, WhatPushesToldWhileARowWasOnItsWayIsAskedForOnceMore) {
  World world;
  fill(world, kTalk, 3);
  world.start();
  world.client->resync(world.now);
  world.rooms[kTalk].changed = ++world.clock;
  world.serve();  // the row is on its way
  v1::ServerFrame registers;
  registers.mutable_registers_changed()->set_channel_id(raw(kTalk));
  registers.mutable_registers_changed()->mutable_registers()->set_marked_unread(true);
  registers.mutable_registers_changed()->mutable_registers()->set_read(3);
  world.rooms[kTalk].registers = registers.registers_changed().registers();
  world.rooms[kTalk].changed = ++world.clock;
  world.to_client.push_front(registers);
  world.deliver();
  EXPECT_FALSE(world.talk().registers.marked_unread);

  world.pass(std::chrono::seconds(2));
  EXPECT_EQ(world.talk().unread, 0u);
  EXPECT_TRUE(world.talk().registers.marked_unread);
}

TEST(ClientSync, TicksThatAreOtherThanTheRowsAreAskedForOnceMore) {
  for (const Seq told : {2U, 0U}) {
    World world;
    fill(world, kTalk, 3);
    world.start();
    world.client->resync(world.now);
    world.rooms[kTalk].changed = ++world.clock;
    world.serve();
    v1::ServerFrame receipts;
    receipts.mutable_receipts_moved()->set_channel_id(raw(kTalk));
    receipts.mutable_receipts_moved()->set_delivered_by_all(told);
    world.to_client.push_front(receipts);
    world.deliver();
    const auto asked = world.count_seen(Body::kGetInbox);
    world.pass(std::chrono::seconds(2));
    EXPECT_EQ(world.count_seen(Body::kGetInbox) - asked, told == 0 ? 0U : 1U);
  }
}

TEST(ClientSync, WhatIsToldOfAChannelWhoseFirstRowIsOnItsWayIsAskedForOnceMore) {
  for (const bool ticks : {true, false}) {
    World world;
    world.start();
    fill(world, kTalk, 3);
    world.client->resync(world.now);
    world.rooms[kTalk].changed = ++world.clock;
    world.serve();
    v1::ServerFrame told;
    if (ticks) {
      told.mutable_receipts_moved()->set_channel_id(raw(kTalk));
      told.mutable_receipts_moved()->set_delivered_by_all(2);
    } else {
      told.mutable_registers_changed()->set_channel_id(raw(kTalk));
      told.mutable_registers_changed()->mutable_registers()->set_marked_unread(true);
    }
    world.to_client.push_front(told);
    world.deliver();
    ASSERT_EQ(world.talk().head, 3U);
    const auto asked = world.count_seen(Body::kGetInbox);
    world.pass(std::chrono::seconds(2));
    EXPECT_EQ(world.count_seen(Body::kGetInbox) - asked, 1U) << ticks;
  }
}

TEST(ClientSync, ARowOlderThanTheEventsTakesNoTitleBack) {
  World world;
  fill(world, kTalk, 3);
  world.start();
  world.client->resync(world.now);
  world.rooms[kTalk].changed = ++world.clock;
  world.serve();
  v1::Event& event = world.add_event(kTalk, kPeer, "");
  event.mutable_header()->mutable_described()->set_title("new");
  event.clear_content();
  v1::ServerFrame row = world.to_client.front();
  world.to_client.clear();
  world.push_event(kTalk, event);
  world.to_client.push_back(row);
  world.deliver();
  EXPECT_EQ(world.talk().title, "new");
}

TEST(ClientSync, WhoComesBackToAllOfTheHistorySeesWhatWasSaidMeanwhile) {
  World world;
  fill(world, kTalk, 3);
  world.rooms[kTalk].visible = {{1, 3}};
  world.rooms[kTalk].role = v1::ROLE_UNSPECIFIED;
  world.start();
  fill(world, kTalk, 2);
  v1::Event& event = world.add_event(kTalk, kPeer, "");
  auto& added = *event.mutable_header()->mutable_members_added();
  added.add_members()->set_account(raw(kMe));
  added.set_history_from_start(true);
  event.clear_content();
  world.rooms[kTalk].visible = {{1, 0}};
  world.push_event(kTalk, event);
  world.run();
  EXPECT_EQ(world.seqs(kTalk), up_to(6));
}

}  // namespace
}  // namespace parley::client::test
