// Connection states, credentials and close codes.
#include <gtest/gtest.h>

#include "client/fake_server_for_test.hpp"

namespace parley::client::test {
namespace {

using Body = v1::ClientFrame;

TEST(ClientSession, GreetsAndReadsInboxInOneFlight) {
  World world;
  world.client->set_access_token(world.now, "token", std::chrono::hours(1));
  ASSERT_TRUE(world.client->start(world.now));
  ASSERT_TRUE(world.wanted);
  world.accept();
  ASSERT_EQ(world.from_client.size(), 2u);
  EXPECT_EQ(world.from_client[0].hello().access_token(), "token");
  EXPECT_EQ(world.from_client[0].hello().version(), 1u);
  EXPECT_TRUE(world.from_client[1].has_get_inbox());
  world.run();
  EXPECT_EQ(world.client->state(), State::live);
  EXPECT_EQ(world.client->session().account, kMe);
  EXPECT_EQ(world.synced, 1);
  const std::vector<State> expected{State::connecting, State::greeting, State::syncing, State::live};
  EXPECT_EQ(world.states, expected);
}

TEST(ClientSession, AsksForTokenWhenItHasNone) {
  World world;
  ASSERT_TRUE(world.client->start(world.now));
  EXPECT_EQ(world.client->state(), State::waiting);
  EXPECT_EQ(world.tokens_wanted, 1);
  EXPECT_EQ(world.connects, 0);
  world.client->set_access_token(world.now, "token", std::chrono::hours(1));
  world.run();
  EXPECT_EQ(world.client->state(), State::live);
}

TEST(ClientSession, AsksAgainWhenTokenIsUnavailable) {
  World world;
  ASSERT_TRUE(world.client->start(world.now));
  world.client->token_unavailable(world.now, Error(ErrorCode::draining));
  EXPECT_EQ(world.tokens_wanted, 1);
  world.pass(Duration(600));
  EXPECT_EQ(world.tokens_wanted, 2);
}

TEST(ClientSession, ResumesAtOnceAfterGoingAway) {
  World world;
  world.start();
  for (const std::uint16_t code : {std::uint16_t{4001}, std::uint16_t{4000}, std::uint16_t{1001}}) {
    world.pass(std::chrono::seconds(20));
    const int before = world.connects;
    world.cut(code);
    EXPECT_EQ(world.connects, before + 1) << code;
    world.run();
    EXPECT_EQ(world.client->state(), State::live);
    EXPECT_EQ(world.last_seen(Body::kHello)->hello().resume_token().substr(0, 7), "resume-");
    EXPECT_EQ(world.last_seen(Body::kHello)->hello().access_token(), "");
  }
}

TEST(ClientSession, ResumeThatKeepsFailingBacksOff) {
  World world;
  world.start();
  world.pass(std::chrono::seconds(20));
  world.cut(4001);
  world.run();
  world.cut(4001);  // the session was short
  EXPECT_EQ(world.client->state(), State::waiting);
}

TEST(ClientSession, BackoffGrowsUpToItsLongest) {
  World world;
  world.auto_run = false;
  world.client->set_access_token(world.now, "token", std::chrono::hours(24));
  ASSERT_TRUE(world.client->start(world.now));
  for (int attempt = 0; attempt < 12; ++attempt) {
    world.cut(0);
    ASSERT_EQ(world.client->state(), State::waiting);
    const Time since = world.now;
    while (world.connects == attempt + 1) world.pass(Duration(50));
    const Duration delay = world.now - since;
    EXPECT_LE(delay, world.settings.longest_backoff + Duration(50));
    EXPECT_GE(delay, std::min(Duration(250 << attempt), world.settings.longest_backoff / 2));
  }
}

TEST(ClientSession, NeverCodesStop) {
  for (const std::uint16_t code : {4012, 4013, 4009, 4400, 4406, 1009}) {
    World world;
    world.start();
    world.cut(code);
    EXPECT_EQ(world.client->state(), State::stopped) << code;
    world.pass(std::chrono::hours(1));
    EXPECT_EQ(world.connects, 1);
  }
}

TEST(ClientSession, ReasonOfStopIsNamed) {
  World world;
  world.start();
  world.cut(4012);
  EXPECT_EQ(world.why.code, ErrorCode::device_revoked);
}

TEST(ClientSession, RefusedResumeFallsBackToAccessToken) {
  World world;
  world.start();
  world.pass(std::chrono::seconds(20));
  world.refuse_hello = "token_expired";
  world.cut(4001);
  world.run();
  EXPECT_EQ(world.client->state(), State::live);
  EXPECT_EQ(world.last_seen(Body::kHello)->hello().access_token(), "token");
  EXPECT_EQ(world.tokens_wanted, 0);
}

TEST(ClientSession, OldResumeTokenIsNotTried) {
  World world;
  world.start();
  world.pass(std::chrono::minutes(11));
  world.cut(4001);
  world.run();
  EXPECT_EQ(world.last_seen(Body::kHello)->hello().access_token(), "token");
}

TEST(ClientSession, RefusedTokenIsReplacedOnceAtOnceThenSlowly) {
  World world;
  world.refuse_hello = "token_expired";
  world.start();
  EXPECT_EQ(world.tokens_wanted, 1);
  world.refuse_hello = "token_expired";
  world.client->set_access_token(world.now, "second", std::chrono::hours(1));
  world.run();
  EXPECT_EQ(world.client->state(), State::waiting);
  EXPECT_EQ(world.tokens_wanted, 1);
  world.pass(std::chrono::seconds(2));
  EXPECT_EQ(world.tokens_wanted, 2);
  world.client->set_access_token(world.now, "third", std::chrono::hours(1));
  world.run();
  EXPECT_EQ(world.client->state(), State::live);
}

TEST(ClientSession, TokenIsRenewedBeforeSessionEnds) {
  World world;
  world.session_ms = 300'000;
  world.start();
  world.pass(std::chrono::seconds(230));
  EXPECT_EQ(world.tokens_wanted, 0);
  world.pass(std::chrono::seconds(15));
  EXPECT_EQ(world.tokens_wanted, 1);
  EXPECT_EQ(world.count_seen(Body::kNewToken), 0u) << "the session has the token at hand, though that lives longer";
  world.client->set_access_token(world.now, "next", std::chrono::hours(1));
  world.run();
  EXPECT_EQ(world.last_seen(Body::kNewToken)->new_token().access_token(), "next");
  EXPECT_EQ(world.connects, 1);
}

TEST(ClientSession, BusyServerIsTriedAgainAfterWhatItSays) {
  World world;
  world.refuse_hello = "overloaded";
  world.start();
  EXPECT_EQ(world.client->state(), State::waiting);
  world.pass(std::chrono::seconds(1));
  EXPECT_EQ(world.client->state(), State::live);
}

TEST(ClientSession, SilentServerIsAskedThenGivenUp) {
  World world;
  world.start();
  const auto inboxes = world.count_seen(Body::kGetInbox);
  world.pass(std::chrono::seconds(36));
  EXPECT_EQ(world.count_seen(Body::kGetInbox), inboxes + 1);
  world.deaf = true;
  const int before = world.connects;
  world.pass(std::chrono::seconds(60));
  EXPECT_GT(world.connects, before);
  EXPECT_GE(world.closes, 1);
}

TEST(ClientSession, PingsKeepItQuiet) {
  World world;
  world.start();
  const auto inboxes = world.count_seen(Body::kGetInbox);
  for (int i = 0; i < 10; ++i) {
    world.pass(std::chrono::seconds(30));
    world.client->heard(world.now);
  }
  EXPECT_EQ(world.count_seen(Body::kGetInbox), inboxes);
}

TEST(ClientSession, ConnectionThatIsNeverGreetedIsGivenUp) {
  World world;
  world.auto_run = false;
  world.client->set_access_token(world.now, "token", std::chrono::hours(1));
  ASSERT_TRUE(world.client->start(world.now));
  world.pass(std::chrono::seconds(21));
  EXPECT_EQ(world.closes, 1);
  EXPECT_GE(world.connects, 2);
}

TEST(ClientSession, AnotherAccountsStoreIsRefused) {
  World world;
  SessionRecord other;
  other.account = kPeer;
  world.store.set_session(other);
  world.start();
  EXPECT_EQ(world.client->state(), State::stopped);
}

TEST(ClientSession, StoreThatFailsStopsTheClient) {
  World world;
  world.rooms[kTalk];
  world.start();
  world.store.fail_next = true;
  world.push(kTalk, "x");
  world.deliver();
  EXPECT_EQ(world.client->state(), State::stopped);
  EXPECT_EQ(world.why.code, ErrorCode::disk_full);
  EXPECT_TRUE(world.told.empty());
}

TEST(ClientSession, UnreadableFrameBacksOff) {
  World world;
  world.start();
  world.client->frame(world.now, "\xff\xff\xff");
  EXPECT_EQ(world.client->state(), State::waiting);
  EXPECT_EQ(world.closes, 1);
}

TEST(ClientSession, UnknownPushIsIgnored) {
  World world;
  world.start();
  world.client->frame(world.now, std::string("\xba\x3e\x00", 3));  // field 999
  EXPECT_EQ(world.client->state(), State::live);
}

TEST(ClientSession, SignOutForgetsTokens) {
  World world;
  world.start();
  world.client->sign_out(world.now);
  EXPECT_EQ(world.client->state(), State::signed_out);
  EXPECT_EQ(world.store.session().resume_token, "");
  ASSERT_TRUE(world.client->start(world.now));
  EXPECT_EQ(world.tokens_wanted, 1);
}

TEST(ClientSession, QuestionsAreAskedAgainAfterABreak) {
  World world;
  world.start();
  world.pass(std::chrono::seconds(20));
  int answers = 0;
  v1::ClientFrame frame;
  frame.mutable_get_receipts()->set_channel_id(raw(kTalk));
  ASSERT_TRUE(world.client->ask(world.now, frame, [&](auto answer) { answers += answer.has_value() ? 1 : 100; }));
  world.cut(4001);
  EXPECT_EQ(answers, 0);
  world.run();
  EXPECT_EQ(answers, 1);
}

TEST(ClientSession, BusyQuestionsAreAskedAgain) {
  World world;
  world.rooms[kTalk];
  world.start();
  world.refuse_questions = "too_many_requests";
  int answers = 0;
  v1::ClientFrame frame;
  frame.mutable_get_history()->set_channel_id(raw(kTalk));
  ASSERT_TRUE(world.client->ask(world.now, frame, [&](auto answer) { answers += answer.has_value() ? 1 : 100; }));
  world.run();
  EXPECT_EQ(answers, 0);
  world.refuse_questions.clear();
  world.pass(std::chrono::seconds(1));
  EXPECT_EQ(answers, 1);
}

TEST(ClientSession, FewQuestionsAreInFlight) {
  World world;
  world.start();
  for (int i = 0; i < 50; ++i) {
    v1::ClientFrame frame;
    frame.mutable_get_receipts()->set_channel_id(raw(kTalk));
    ASSERT_TRUE(world.client->ask(world.now, frame, [](auto) {}));
  }
  EXPECT_LE(world.from_client.size(), 12u);
  world.run();
  EXPECT_EQ(world.count_seen(Body::kGetReceipts), 50u);
}

TEST(ClientSession, OpenQuestionsFailWhenItStops) {
  World world;
  Error error;
  v1::ClientFrame frame;
  frame.mutable_get_receipts()->set_channel_id(raw(kTalk));
  ASSERT_TRUE(world.client->ask(world.now, frame, [&](auto answer) { error = answer.error(); }));
  world.client->stop(world.now);
  EXPECT_EQ(error.code, ErrorCode::draining);
}

}  // namespace
}  // namespace parley::client::test
