// Sessions on a node of the simulated world: what one connection sees.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/raw_device.hpp"

namespace parley::sim {
namespace {

using Frame = v1::ServerFrame;

class SessionTest : public ::testing::Test {
 protected:
  explicit SessionTest(bool two = false) : world(11), cluster(world, two) { cluster.keep_links_even(); }

  std::unique_ptr<RawDevice> device(const AccountId& account) {
    return std::make_unique<RawDevice>(world, cluster, account);
  }

  /// A device of bert's that has read nothing for so long that its outbox is full.
  std::unique_ptr<RawDevice> reader_that_hangs() {
    auto a = device(anna);
    auto slow = device(bert);
    a->hello();
    slow->hello();
    const ChannelId channel = a->open_direct(bert);
    slow->stop_reading();
    for (int i = 0; i < 40; ++i) a->post(channel, std::string(2000, 'x'));
    return slow;
  }

  World world;
  Cluster cluster;
  AccountId anna = cluster.sign_up("anna");
  AccountId bert = cluster.sign_up("bert");
};

class TwoNodes : public SessionTest {
 protected:
  TwoNodes() : SessionTest(true) {}
};

bool is_message_at(const Frame& frame, Seq seq) {
  for (const auto& event : frame.events().events()) {
    if (event.header().seq() == seq && event.header().has_message()) return true;
  }
  return false;
}

TEST_F(SessionTest, AnythingBeforeHelloEndsItByName) {
  auto a = device(anna);
  a->connect();
  v1::ClientFrame frame;
  frame.mutable_get_inbox();
  a->send(frame);
  const Frame* error = a->wait_for([](const Frame& one) { return one.has_error(); });
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error->error().name(), "hello_expected");
  world.run_for(std::chrono::seconds(2));
  EXPECT_EQ(a->closed, error_info(ErrorCode::hello_expected).close_code);
}

TEST_F(SessionTest, AWrongTokenIsRefusedWithTheCodeThatAsksForANewOne) {
  auto a = device(anna);
  a->connect();
  v1::ClientFrame frame;
  frame.mutable_hello()->set_version(1);
  frame.mutable_hello()->set_access_token("no such token");
  a->send(frame);
  world.run_for(std::chrono::seconds(2));
  EXPECT_EQ(a->closed, error_info(ErrorCode::unauthenticated).close_code);
}

TEST_F(SessionTest, OutcomeAndEventReachSenderAndPeer) {
  auto a = device(anna);
  auto b = device(bert);
  a->hello();
  b->hello();
  const ChannelId channel = a->open_direct(bert);
  EXPECT_EQ(channel, direct_channel_id(anna, bert));
  const Frame outcome = a->post(channel, "hello");
  EXPECT_EQ(outcome.outcome().seq(), 2U);
  EXPECT_NE(b->wait_for([](const Frame& one) { return is_message_at(one, 2); }), nullptr);
  EXPECT_NE(a->wait_for([](const Frame& one) { return is_message_at(one, 2); }), nullptr);
}

TEST_F(SessionTest, AReaderThatHangsGetsHeadsOnlyAndHurtsNobody) {
  auto a = device(anna);
  auto slow = device(bert);
  auto fine = device(bert);
  a->hello();
  slow->hello();
  fine->hello();
  const ChannelId channel = a->open_direct(bert);
  slow->stop_reading();
  Seq last = 0;
  for (int i = 0; i < 40; ++i) last = a->post(channel, std::string(2000, 'x')).outcome().seq();
  EXPECT_NE(fine->wait_for([&](const Frame& one) { return is_message_at(one, last); }), nullptr);
  slow->read_again();
  const Frame* heads = slow->wait_for([](const Frame& one) { return one.has_heads(); });
  ASSERT_NE(heads, nullptr);
  EXPECT_EQ(heads->heads().heads(0).head(), last);
  EXPECT_LT(slow->count([](const Frame& one) { return one.has_events(); }), 40U);
  // And it is told events again from then on.
  last = a->post(channel, "you are back").outcome().seq();
  EXPECT_NE(slow->wait_for([&](const Frame& one) { return is_message_at(one, last); }), nullptr);
}

TEST_F(SessionTest, AReaderThatNeverDrainsIsClosedWithResume) {
  const auto slow = reader_that_hangs();
  world.run_for(std::chrono::minutes(2));
  slow->read_again();
  world.run_for(std::chrono::seconds(5));
  EXPECT_EQ(slow->closed, error_info(ErrorCode::too_slow).close_code);
}

TEST_F(SessionTest, AReaderThatNeverDrainsIsClosedInTimeThoughTheClockJumpsBack) {
  const auto slow = reader_that_hangs();
  cluster.set_clock_off(0, -std::chrono::hours(1));
  world.run_for(Duration(static_cast<std::int64_t>(cluster.limits().outbox_drain_ms)) + std::chrono::seconds(3));
  slow->read_again();
  world.run_for(std::chrono::seconds(5));
  EXPECT_EQ(slow->closed, error_info(ErrorCode::too_slow).close_code);
}

TEST_F(SessionTest, AReaderHasItsTimeToDrainThoughTheClockJumpsForward) {
  const auto slow = reader_that_hangs();
  const Duration drain(static_cast<std::int64_t>(cluster.limits().outbox_drain_ms));
  ASSERT_LT(drain + std::chrono::seconds(20), Duration(static_cast<std::int64_t>(cluster.limits().access_token_ms)));
  cluster.set_clock_off(0, drain + std::chrono::seconds(5));
  world.run_for(std::chrono::seconds(5));
  slow->read_again();
  EXPECT_NE(slow->wait_for([](const Frame& one) { return one.has_heads(); }), nullptr);
}

TEST_F(SessionTest, HeadsOnlyModeTellsHeadsInsteadOfEvents) {
  auto a = device(anna);
  auto b = device(bert);
  a->hello();
  b->hello(v1::MODE_HEADS_ONLY);
  const ChannelId channel = a->open_direct(bert);
  a->post(channel, "hello");
  const Frame* heads =
      b->wait_for([](const Frame& one) { return one.has_heads() && one.heads().heads(0).head() == 2; });
  EXPECT_NE(heads, nullptr);
  EXPECT_EQ(b->count([](const Frame& one) { return one.has_events(); }), 0U);
}

TEST_F(SessionTest, TheFifthSessionOfADeviceReplacesTheFirst) {
  auto a = device(anna);
  a->hello();
  std::vector<std::unique_ptr<RawDevice>> copies;
  for (std::uint64_t i = 0; i < cluster.limits().sessions_per_device; ++i) {
    copies.push_back(a->same_device());
    copies.back()->hello();
    world.run_for(std::chrono::seconds(1));
  }
  world.run_for(std::chrono::seconds(5));
  EXPECT_EQ(a->closed, error_info(ErrorCode::too_many_sessions).close_code);
  for (const auto& copy : copies) EXPECT_FALSE(copy->closed);
}

TEST_F(SessionTest, DeliveredByAllReachesTheSenderWhenThePeerMovesItsCursor) {
  auto a = device(anna);
  auto b = device(bert);
  a->hello();
  b->hello();
  const ChannelId channel = a->open_direct(bert);
  a->post(channel, "hello");
  v1::ClientFrame move;
  move.mutable_move_cursor()->set_channel_id(std::string(channel.view()));
  move.mutable_move_cursor()->set_delivered(2);
  EXPECT_TRUE(b->ask(move).has_registers());
  const Frame* moved = a->wait_for(
      [](const Frame& one) { return one.has_receipts_moved() && one.receipts_moved().delivered_by_all() == 2; });
  EXPECT_NE(moved, nullptr);
}

TEST_F(SessionTest, ACursorIntoTheFutureIsRefused) {
  auto a = device(anna);
  a->hello();
  const ChannelId channel = a->open_direct(bert);
  v1::ClientFrame move;
  move.mutable_move_cursor()->set_channel_id(std::string(channel.view()));
  move.mutable_move_cursor()->set_read(99);
  EXPECT_EQ(a->ask(move).error().name(), "seq_in_future");
}

TEST_F(SessionTest, TheInboxShowsTheLastMessageAsItWasEdited) {
  auto a = device(anna);
  a->hello();
  const ChannelId channel = a->open_direct(bert);
  a->post(channel, "before");
  v1::ClientFrame edit;
  auto& command = *edit.mutable_command();
  command.set_channel_id(std::string(channel.view()));
  command.set_send_id(std::string(16, 'e'));
  command.mutable_edit()->set_target(2);
  command.mutable_edit()->mutable_content()->set_text("after");
  ASSERT_EQ(a->ask(edit).outcome().seq(), 3U);
  v1::ClientFrame ask;
  ask.mutable_get_inbox();
  const Frame inbox = a->ask(ask);
  ASSERT_GE(inbox.inbox().rows_size(), 1);
  const auto& last = inbox.inbox().rows(0).last();
  EXPECT_EQ(last.content().text(), "before");
  EXPECT_EQ(last.annotation().current().text(), "after");
}

TEST_F(SessionTest, AnInboxAfterARestartReadsNoChannelThatDidNotChange) {
  auto a = device(anna);
  a->hello();
  const ChannelId channel = a->open_direct(bert);
  v1::ClientFrame ask;
  ask.mutable_get_inbox();
  const std::string version = a->ask(ask).inbox().version();
  ASSERT_FALSE(version.empty());
  cluster.crash(0);
  world.run_for(std::chrono::minutes(1));
  // Whoever reads the channel now is told that it is damaged.
  cluster.disk().image.channels[channel].head = "damaged";
  auto again = a->same_device();
  again->hello();
  ask.mutable_get_inbox()->set_version(version);
  const Frame unchanged = again->ask(ask);
  ASSERT_TRUE(unchanged.has_inbox());
  EXPECT_EQ(unchanged.inbox().rows_size(), 0);
  EXPECT_EQ(unchanged.inbox().version(), version);
  ask.mutable_get_inbox()->clear_version();
  EXPECT_EQ(again->ask(ask).error().name(), "damaged");
}

TEST_F(SessionTest, AStrangersChannelIsUnknownToEveryQuestion) {
  auto a = device(anna);
  auto c = device(cluster.sign_up("cara"));
  a->hello();
  c->hello();
  const std::string channel(a->open_direct(bert).view());
  v1::ClientFrame history, details, receipts, content;
  history.mutable_get_history()->set_channel_id(channel);
  details.mutable_get_channel()->set_channel_id(channel);
  receipts.mutable_get_receipts()->set_channel_id(channel);
  content.mutable_get_content()->set_channel_id(channel);
  content.mutable_get_content()->set_seq(1);
  for (auto* frame : {&history, &details, &receipts, &content}) {
    EXPECT_EQ(c->ask(*frame).error().name(), "channel_unknown");
  }
}

TEST_F(SessionTest, WatchingTellsPresenceOnlyToThoseWhoShareAChannel) {
  auto a = device(anna);
  auto c = device(cluster.sign_up("cara"));
  a->hello();
  c->hello();
  a->open_direct(bert);
  v1::ClientFrame watch;
  watch.mutable_watch()->add_accounts(std::string(bert.view()));
  EXPECT_FALSE(a->ask(watch).presence_now().accounts(0).online());
  EXPECT_FALSE(c->ask(watch).presence_now().accounts(0).online());
  auto b = device(bert);
  b->hello();
  auto online = [](const Frame& one) { return one.has_presence_now() && one.presence_now().accounts(0).online(); };
  EXPECT_NE(a->wait_for(online), nullptr);
  EXPECT_EQ(c->count(online), 0U);
}

TEST_F(SessionTest, SomebodyIsOnlineWhileOneSessionIsInUse) {
  auto a = device(anna);
  auto phone = device(bert);
  auto laptop = device(bert);
  a->hello();
  phone->hello();
  laptop->hello();
  a->open_direct(bert);
  v1::ClientFrame watch;
  watch.mutable_watch()->add_accounts(std::string(bert.view()));
  ASSERT_TRUE(a->ask(watch).presence_now().accounts(0).online());
  const auto told = [&] { return a->count([](const Frame& one) { return one.has_presence_now(); }); };
  const std::size_t before = told();
  v1::ClientFrame away;
  away.mutable_set_active()->set_active(false);
  phone->ask(away);
  world.run_for(std::chrono::seconds(5));
  EXPECT_EQ(told(), before);
  laptop->hang_up();
  world.run_for(std::chrono::seconds(5));
  ASSERT_EQ(told(), before + 1);
  EXPECT_FALSE(a->frames.back().presence_now().accounts(0).online());
  v1::ClientFrame back;
  back.mutable_set_active()->set_active(true);
  phone->ask(back);
  world.run_for(std::chrono::seconds(5));
  ASSERT_EQ(told(), before + 2);
  EXPECT_TRUE(a->frames.back().presence_now().accounts(0).online());
  // A session that goes while it is not in use takes nothing along.
  phone->ask(away);
  phone->hang_up();
  world.run_for(std::chrono::seconds(5));
  EXPECT_EQ(told(), before + 3);
}

TEST_F(SessionTest, WatchesWithoutEndAreRefusedUntilTheFirstAreAnswered) {
  auto a = device(anna);
  a->hello();
  a->open_direct(bert);
  constexpr std::size_t kSent = 200;
  for (std::size_t i = 0; i < kSent; ++i) {
    v1::ClientFrame watch;
    watch.mutable_watch()->add_accounts(std::string(bert.view()));
    a->send(watch);
  }
  world.run_for(std::chrono::seconds(10));
  const auto answered = a->count([](const Frame& one) { return one.request() != 0 && one.has_presence_now(); });
  const auto refused = a->count([](const Frame& one) { return one.error().name() == "too_many_requests"; });
  EXPECT_GE(answered, 1U);
  EXPECT_GE(refused, 1U);
  EXPECT_EQ(answered + refused, kSent);
}

TEST_F(TwoNodes, ALostLastMessageIsNoticed) {
  auto a = device(anna);
  auto b = device(bert);
  a->hello();
  b->hello();
  const ChannelId channel = a->open_direct(bert);
  ASSERT_NE(b->wait_for([](const Frame& one) { return one.has_events(); }), nullptr);
  cluster.lose_bus_frames(true);
  for (int i = 0; i < 20; ++i) {
    v1::ClientFrame frame;
    auto& command = *frame.mutable_command();
    IdBytes id{};
    world.fill(id);
    command.set_channel_id(std::string(channel.view()));
    command.set_send_id(std::string(SendId(id).view()));
    command.mutable_post()->mutable_content()->set_text("hello");
    a->send(frame);
  }
  world.run_for(std::chrono::seconds(5));
  cluster.lose_bus_frames(false);
  world.run_for(std::chrono::seconds(5));
  const bool has_all = b->count([](const Frame& one) { return is_message_at(one, 21); }) > 0;
  const bool resync = b->count([](const Frame& one) { return one.has_resync(); }) > 0;
  EXPECT_TRUE(has_all || resync);
}

}  // namespace
}  // namespace parley::sim
