// A restored server: the client finds the last common (seq, digest) and drops what came after.
#include <gtest/gtest.h>

#include "client/channel_view.hpp"
#include "client/fake_server_for_test.hpp"

namespace parley::client::test {
namespace {

using Body = v1::ClientFrame;

/// The server goes back to `head`, and from `common` on it is another history than the one that the client knows.
void restore(World& world, std::size_t head, Seq common) {
  world.incarnation = make_id<Incarnation>(200);
  auto& room = world.rooms[kTalk];
  room.history = 2;
  room.common = common;
  room.log.resize(head);
  world.told.clear();
  world.seen.clear();
  world.cut();
}

/// The seqs whose digest was asked for, as those of one event alone.
std::vector<Seq> compared(const World& world) {
  std::vector<Seq> seqs;
  for (const auto& frame : world.seen) {
    const auto& question = frame.get_history();
    if (frame.has_get_history() && question.from() == question.to()) seqs.push_back(question.from());
  }
  return seqs;
}

TEST(ClientRestore, KeepsWhatACommonDigestProves) {
  World world(wanting(Want::everything));
  fill(world, kTalk, 3);
  world.start();  // (3, digest) is known
  for (int i = 0; i < 2; ++i) world.push(kTalk, "lost");
  world.run();
  ASSERT_EQ(world.talk().top(), 5u);
  world.told.clear();
  world.incarnation = make_id<Incarnation>(200);
  world.rooms[kTalk].log.resize(3);
  world.cut();
  world.pass(std::chrono::seconds(2));
  EXPECT_EQ(world.dropped_after, std::vector<Seq>{3});
  EXPECT_EQ(world.talk().top(), 3u);
  EXPECT_EQ(world.talk().head, 3u);
  EXPECT_EQ(world.store.events(kTalk).size(), 3u);
  EXPECT_TRUE(world.told.empty());
  world.push(kTalk, "new four");
  world.run();
  EXPECT_EQ(world.seqs(kTalk), up_to(4, 4));
}

TEST(ClientRestore, DropsEverythingWithoutACommonPoint) {
  World world(wanting(Want::everything));
  fill(world, kTalk, 5);
  world.start();
  world.told.clear();
  world.incarnation = make_id<Incarnation>(200);
  world.rooms[kTalk].history = 2;
  world.rooms[kTalk].log.resize(4);
  world.cut();
  world.pass(std::chrono::seconds(2));
  EXPECT_EQ(world.dropped_after, std::vector<Seq>{0});
  EXPECT_EQ(world.seqs(kTalk), up_to(4));
}

TEST(ClientRestore, ForgetsChannelsThatAreGone) {
  World world(wanting(Want::everything));
  fill(world, kTalk, 2);
  fill(world, kOther, 2);
  world.start();
  world.incarnation = make_id<Incarnation>(200);
  world.rooms.erase(kOther);
  world.cut();
  world.pass(std::chrono::seconds(2));
  EXPECT_EQ(world.gone, std::vector<ChannelId>{kOther});
  EXPECT_EQ(world.client->find(kOther), nullptr);
  EXPECT_TRUE(world.store.events(kOther).empty());
}

TEST(ClientRestore, AnswerAboutAChannelThatIsGoneIsNotTakenByTheNextOfThatId) {
  World world(wanting(Want::everything));
  fill(world, kTalk, 1);
  fill(world, kOther, 1);
  world.start();
  world.push(kOther, "lost");
  world.to_client.clear();
  world.push_head(kOther);
  world.deliver();  // a page is asked for, and again after the cut
  world.rooms.erase(kOther);
  world.cut();
  world.auto_run = false;
  world.pass(std::chrono::seconds(2));
  world.accept();
  world.serve();
  World::set_error(world.to_client.back(), "invalid_argument");  // the version is refused: the inbox is read anew
  world.deliver();
  ASSERT_EQ(world.from_client.size(), 2u);  // page, inbox
  world.serve_one(world.from_client.back());
  world.from_client.pop_back();
  world.deliver();
  ASSERT_EQ(world.gone, std::vector<ChannelId>{kOther});
  world.push(kOther, "back");
  world.deliver();
  world.run();

  world.push(kTalk, "lost");
  world.to_client.clear();
  world.push_head(kTalk);
  world.run();
  EXPECT_EQ(world.talk().top(), 2u);
}

TEST(ClientRestore, OutboxIsSentAgain) {
  World world;
  world.rooms[kTalk];
  world.start();
  ASSERT_TRUE(world.client->post(world.now, kTalk, "x"));
  world.from_client.clear();
  world.incarnation = make_id<Incarnation>(200);
  world.cut();
  world.pass(std::chrono::seconds(2));
  EXPECT_EQ(world.posted, std::vector<std::string>{"x"});
}

TEST(ClientRestore, ASendThatOnlyTheLostHistoryHadIsPostedOnceMore) {
  World world;
  world.rooms[kTalk];
  world.start();
  ASSERT_TRUE(world.client->post(world.now, kTalk, "x"));
  world.serve();
  ASSERT_EQ(world.rooms[kTalk].log.size(), 1U);
  world.to_client.clear();  // the outcome never arrives
  world.outcomes.clear();
  world.rooms[kTalk].log.clear();
  world.incarnation = make_id<Incarnation>(200);
  world.cut();
  world.pass(std::chrono::seconds(5));
  EXPECT_EQ(world.rooms[kTalk].log.size(), 1U);
  EXPECT_TRUE(world.store.outbox().empty());
}

TEST(ClientRestore, AsksForTheLastDigestItKnowsAndKeepsHistoryUpToIt) {
  World world(wanting(Want::everything));
  fill(world, kTalk, 300);
  world.start();
  ASSERT_EQ(world.talk().have, (std::vector<Interval>{{1, 300}}));
  restore(world, 280, 270);
  world.pass(std::chrono::seconds(2));
  EXPECT_EQ(compared(world), std::vector<Seq>{256});
  EXPECT_EQ(world.dropped_after, std::vector<Seq>{256});
  EXPECT_EQ(world.seqs(kTalk), up_to(280, 257)) << "only what came after is read anew";
  EXPECT_EQ(world.store.events(kTalk).size(), 280U);
  EXPECT_FALSE(world.talk().unproven);
  world.push(kTalk, "new");
  world.run();
  EXPECT_EQ(world.talk().have, (std::vector<Interval>{{1, 281}}));
}

TEST(ClientRestore, GoesBackFromDigestToDigestUntilOneIsCommon) {
  World world(wanting(Want::in_order));
  world.rooms[kTalk];
  world.start();
  for (int i = 0; i < 300; ++i) world.push(kTalk, "live");  // pushes bring the digests too
  world.run();
  restore(world, 290, 130);
  world.pass(std::chrono::seconds(2));
  EXPECT_EQ(compared(world), (std::vector<Seq>{256, 192, 128}));
  EXPECT_EQ(world.dropped_after, (std::vector<Seq>{256, 192, 128}));
  EXPECT_EQ(world.seqs(kTalk), up_to(290, 129));
  EXPECT_EQ(world.talk().have, (std::vector<Interval>{{1, 290}}));
}

TEST(ClientRestore, DropsAllWhereNoDigestIsCommon) {
  World world(wanting(Want::everything));
  fill(world, kTalk, 150);
  world.start();
  restore(world, 140, 0);
  world.pass(std::chrono::seconds(2));
  EXPECT_EQ(compared(world), (std::vector<Seq>{128, 64}));
  EXPECT_EQ(world.dropped_after.back(), 0U);
  auto seqs = world.seqs(kTalk);
  std::sort(seqs.begin(), seqs.end());
  EXPECT_EQ(seqs, up_to(140));
}

TEST(ClientRestore, DropsAllWhereTheServerRefusesTheDigest) {
  World world(wanting(Want::everything));
  fill(world, kTalk, 150);
  world.start();
  restore(world, 140, 140);
  world.refuse_questions = "not_a_member";
  world.pass(std::chrono::seconds(2));
  EXPECT_EQ(world.dropped_after.back(), 0U);
  EXPECT_TRUE(world.talk().have.empty());
  EXPECT_FALSE(world.talk().unproven);
}

TEST(ClientRestore, ComparingGoesOnAfterTheProcessDied) {
  World world(wanting(Want::everything));
  fill(world, kTalk, 300);
  world.start();
  restore(world, 280, 130);
  world.refuse_questions = "overloaded";
  world.pass(std::chrono::seconds(2));
  ASSERT_TRUE(world.store.channels().at(kTalk).unproven);
  world.refuse_questions.clear();
  world.seen.clear();
  world.restart();
  world.start();
  EXPECT_EQ(compared(world), (std::vector<Seq>{256, 192, 128}));
  EXPECT_EQ(world.seqs(kTalk).size(), 280U - 128U);
  EXPECT_FALSE(world.store.channels().at(kTalk).unproven);
}

TEST(ClientRestore, PushesWaitUntilHistoryWasCompared) {
  World world(wanting(Want::everything));
  fill(world, kTalk, 300);
  world.start();
  restore(world, 280, 270);
  world.refuse_questions = "overloaded";
  world.pass(std::chrono::seconds(1));
  world.push(kTalk, "live");
  world.run();
  EXPECT_TRUE(world.told.empty());
  EXPECT_EQ(world.count_seen(Body::kMoveCursor), 0U);
  world.refuse_questions.clear();
  world.pass(std::chrono::seconds(30));
  auto seqs = world.seqs(kTalk);
  std::sort(seqs.begin(), seqs.end());
  EXPECT_EQ(seqs, up_to(281, 257));
}

TEST(ClientRestore, PushesAreNotAddedToHistoryThatMayBeAnother) {
  World world(wanting(Want::nothing));
  world.rooms[kTalk];
  world.start();
  for (int i = 0; i < 300; ++i) world.push(kTalk, "live");
  world.run();
  restore(world, 280, 270);
  world.refuse_questions = "overloaded";
  world.pass(std::chrono::seconds(1));
  world.push(kTalk, "live");
  world.run();
  EXPECT_TRUE(world.told.empty());
  world.refuse_questions.clear();
  world.pass(std::chrono::seconds(30));
  EXPECT_EQ(world.seqs(kTalk), std::vector<Seq>{281});
  EXPECT_EQ(world.talk().have, (std::vector<Interval>{{1, 256}, {281, 281}}));
}

TEST(ClientRestore, CursorsAheadOfTheHeadGoBackAndMoveOn) {
  World world(wanting(Want::everything));
  fill(world, kTalk, 3);
  world.start();
  for (int i = 0; i < 2; ++i) world.push(kTalk, "lost");
  world.run();
  ASSERT_TRUE(world.client->read(world.now, kTalk, 5));
  world.run();
  world.pass(std::chrono::seconds(2));
  ASSERT_EQ(world.rooms[kTalk].registers.read(), 5U);
  world.incarnation = make_id<Incarnation>(200);
  world.rooms[kTalk].log.resize(3);
  world.rooms[kTalk].registers.set_read(2);
  world.rooms[kTalk].registers.set_delivered(3);
  world.seen.clear();
  world.cut();
  world.pass(std::chrono::seconds(2));
  EXPECT_LE(world.talk().registers.read, 3U);
  EXPECT_LE(world.talk().read_wanted, 3U);
  for (const auto& frame : world.seen) {
    EXPECT_LE(frame.move_cursor().read(), 3U) << "the server would call it seq_in_future";
    EXPECT_LE(frame.move_cursor().delivered(), 3U);
  }
  world.push(kTalk, "new four");
  world.run();
  world.pass(std::chrono::seconds(2));
  EXPECT_EQ(world.talk().unread, 1U) << "what was read before stays read";
  ASSERT_TRUE(world.client->read(world.now, kTalk, 4));
  world.run();
  world.pass(std::chrono::seconds(2));
  EXPECT_EQ(world.rooms[kTalk].registers.read(), 4U);
  EXPECT_EQ(world.talk().unread, 0U);
}

TEST(ClientRestore, FewPointsAreKeptAndThoseThatCanBeAskedForStayLongest) {
  ChannelState channel;
  for (Seq seq = 1; seq <= 64 * 100; ++seq) {
    v1::Event event;
    event.mutable_header()->set_seq(seq);
    if (seq % 64 == 0 || seq % 10 == 0) event.set_digest(std::string(32, 'd'));
    remember_digest(channel, event);
  }
  EXPECT_LE(channel.points.size(), 16U);
  EXPECT_EQ(last_askable_point(channel, 64 * 100), 64U * 100);
  EXPECT_GT(last_askable_point(channel, 64 * 50), 0U);
}

}  // namespace
}  // namespace parley::client::test
