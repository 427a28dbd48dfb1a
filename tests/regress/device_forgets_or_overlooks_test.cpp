// What a device showed wrongly, although it had been told everything.
#include <gtest/gtest.h>

#include "client/fake_server_for_test.hpp"

namespace parley::client::test {
namespace {

Settings wanting(Want want) {
  Settings settings;
  settings.want = want;
  return settings;
}

v1::Event& add_me(World& world, bool history_from_start) {
  v1::Event& event = world.add_event(kTalk, kPeer, "");
  event.clear_content();
  auto& added = *event.mutable_header()->mutable_members_added();
  added.add_members()->set_account(raw(kMe));
  added.mutable_members(0)->set_role(v1::ROLE_MEMBER);
  added.set_history_from_start(history_from_start);
  return event;
}

/// A member who saw `from`.. and was removed at seq 3; two messages were said since.
void be_removed_at_three(World& world, Seq from) {
  for (int i = 0; i < 3; ++i) world.add_event(kTalk, kPeer, "m");
  world.rooms[kTalk].visible = {{from, 3}};
  world.rooms[kTalk].role = v1::ROLE_UNSPECIFIED;
  world.start();
  world.run();
  world.add_event(kTalk, kPeer, "unseen");
  world.add_event(kTalk, kPeer, "unseen");
}

TEST(AddedAgain, WithoutHistoryItSeesOnFromThere) {
  World world(wanting(Want::everything));
  be_removed_at_three(world, 1);
  world.rooms[kTalk].visible = {{1, 3}, {6, 0}};
  world.rooms[kTalk].role = v1::ROLE_MEMBER;
  world.push_event(kTalk, add_me(world, false));
  world.run();
  EXPECT_EQ(world.seqs(kTalk), (std::vector<Seq>{1, 2, 3, 6}));
}

// Title, members and cursors stayed those of the day when it had been removed.
TEST(AddedAgain, ItAsksWhatChangedMeanwhile) {
  World world(wanting(Want::everything));
  be_removed_at_three(world, 1);
  world.rooms[kTalk].visible = {{1, 3}, {6, 0}};
  world.rooms[kTalk].role = v1::ROLE_MEMBER;
  world.rooms[kTalk].registers.set_read(6);
  world.push_event(kTalk, add_me(world, false));
  world.run();
  EXPECT_EQ(world.count_seen(v1::ClientFrame::kGetChannel), 1U);
  EXPECT_EQ(world.talk().registers.read, 6U);
}

// The event that added it was kept back because the device read slowly: only the head was told, of which it saw
// nothing.
TEST(AddedAgain, ItAsksWhenOnlyTheHeadIsTold) {
  World world(wanting(Want::everything));
  be_removed_at_three(world, 1);
  world.rooms[kTalk].visible = {{1, 0}};
  world.rooms[kTalk].role = v1::ROLE_MEMBER;
  add_me(world, true);
  world.push_head(kTalk);
  world.run();
  EXPECT_EQ(world.talk().top(), 6U);
  EXPECT_EQ(world.talk().role, Role::member);
}

// The server was too busy to say what had changed, and was not asked again.
TEST(AddedAgain, ItAsksOnceMoreWhereTheServerWasTooBusy) {
  World world(wanting(Want::everything));
  be_removed_at_three(world, 1);
  world.rooms[kTalk].visible = {{1, 3}, {6, 0}};
  world.rooms[kTalk].role = v1::ROLE_MEMBER;
  world.rooms[kTalk].members = 4;
  world.refuse_channel = "overloaded";
  world.push_event(kTalk, add_me(world, false));
  world.run();
  world.pass(std::chrono::seconds(10));
  EXPECT_EQ(world.talk().members, 4U);
}

TEST(NewChannel, ItAsksOnceMoreWhereTheServerWasTooBusy) {
  World world(wanting(Want::everything));
  world.start();
  world.refuse_channel = "overloaded";
  world.push(kTalk, "hello");
  world.run();
  world.pass(std::chrono::seconds(10));
  EXPECT_EQ(world.seqs(kTalk), up_to(1));
}

// Pages come newest first: those below the first one were not counted, so badge and members missed what they told.
TEST(PagesBehindAHead, AreCountedAllOfThem) {
  World world(wanting(Want::everything));
  world.page_events = 2;
  fill(world, kTalk, 1);
  world.rooms[kTalk].members = 3;
  world.start();
  v1::Event& added = world.add_event(kTalk, kPeer, "");
  added.mutable_header()->mutable_members_added()->add_members()->set_account(raw(make_id<AccountId>(9)));
  world.rooms[kTalk].members = 4;
  fill(world, kTalk, 4);
  world.push_head(kTalk);
  world.run();
  ASSERT_EQ(world.talk().top(), 6U);
  world.pass(std::chrono::seconds(10));
  EXPECT_EQ(world.talk().unread, 5U);
  EXPECT_EQ(world.talk().members, 4U);
}

// The user had asked for the same page, which came first: that the second one brought nothing was taken to mean that
// the server had no more.
TEST(PagesBehindAHead, AreFetchedAlsoWhereTheUserAskedForTheFirstOne) {
  World world(wanting(Want::everything));
  world.page_events = 2;
  fill(world, kTalk, 6);
  v1::ClientFrame newest;
  newest.mutable_get_history()->set_channel_id(raw(kTalk));
  ASSERT_TRUE(world.client->ask(world.now, newest, {}));
  world.start();
  EXPECT_EQ(world.store.events(kTalk).size(), 6U);
}

// A row that had been read before others joined came after them, and what it told was dropped: the device was in again,
// and showed title and members of the day when it had been removed.
TEST(AddedAgain, ItAsksOnceMoreWhereEventsWereFasterThanTheAnswer) {
  World world(wanting(Want::everything));
  be_removed_at_three(world, 1);
  world.rooms[kTalk].visible = {{1, 3}, {6, 0}};
  world.rooms[kTalk].role = v1::ROLE_MEMBER;
  world.rooms[kTalk].members = 4;
  world.push_event(kTalk, add_me(world, false));
  world.deliver();
  world.serve();  // what changed, as of seq 6
  v1::Event& added = world.add_event(kTalk, kPeer, "");
  added.mutable_header()->mutable_members_added()->add_members()->set_account(raw(make_id<AccountId>(9)));
  world.rooms[kTalk].members = 5;
  world.push_event(kTalk, added);
  std::swap(world.to_client.front(), world.to_client.back());
  world.run();
  world.pass(std::chrono::seconds(10));
  EXPECT_EQ(world.talk().members, 5U);
}

// It was removed once more before the device had filled the hole in front of its being added: both were taken at once,
// so that it seemed to have been out all the time, and the cursors that the adding had moved were not asked for.
TEST(AddedAgain, ItAsksAlsoWhereItIsRemovedOnceMoreAtOnce) {
  World world(wanting(Want::everything));
  be_removed_at_three(world, 1);
  world.rooms[kTalk].visible = {{1, 7}};
  world.rooms[kTalk].registers.set_read(6);
  const v1::Event added = add_me(world, true);
  v1::Event& removed = world.add_event(kTalk, kPeer, "");
  removed.clear_content();
  removed.mutable_header()->mutable_member_removed()->set_account(raw(kMe));
  world.push_event(kTalk, added);
  world.push_event(kTalk, removed);
  world.run();
  EXPECT_EQ(world.seqs(kTalk), up_to(7));
  EXPECT_EQ(world.talk().registers.read, 6U);
}

// A page tells with a message what was added to it later. A reaction of the lost history was shown for ever.
TEST(Restored, WhatTheLostHistoryAddedToAMessageIsGone) {
  World world(wanting(Want::everything));
  fill(world, kTalk, 2);
  world.start();
  v1::Event liked;
  ASSERT_TRUE(liked.ParseFromString(world.store.events(kTalk, 2, 2).at(0)));
  for (const Seq seq : {2U, 9U}) liked.mutable_annotation()->add_reactions()->set_seq(seq);
  world.store.put_event(kTalk, 2, liked.SerializeAsString());
  world.incarnation = make_id<Incarnation>(101);
  world.cut();
  world.pass(std::chrono::seconds(2));
  ASSERT_TRUE(liked.ParseFromString(world.store.events(kTalk, 2, 2).at(0)));
  ASSERT_EQ(liked.annotation().reactions_size(), 1);
  EXPECT_EQ(liked.annotation().reactions(0).seq(), 2U);
}

// An edited message says again what it said before the edits that are lost.
TEST(Restored, WhatEditsOfTheLostHistorySaidIsGone) {
  client::MemoryClientStore store;
  v1::Event edit;
  edit.mutable_header()->set_seq(2);
  edit.mutable_header()->mutable_edited()->set_target(1);
  edit.mutable_content()->set_text("kept");
  store.put_event(kTalk, 2, edit.SerializeAsString());
  v1::Event message;
  message.mutable_header()->set_seq(1);
  message.mutable_header()->mutable_message();
  message.mutable_annotation()->add_edits(2);
  message.mutable_annotation()->add_edits(5);
  message.mutable_annotation()->mutable_current()->set_text("lost");
  store.put_event(kTalk, 1, message.SerializeAsString());
  const client::EventRange lost{kTalk, 4, 0};
  ASSERT_TRUE(store.commit({.dropped = {&lost, 1}}));
  ASSERT_TRUE(message.ParseFromString(store.events(kTalk, 1, 1).at(0)));
  EXPECT_EQ(message.annotation().edits_size(), 1);
  EXPECT_EQ(message.annotation().current().text(), "kept");
}

// What the restored server pushed before it had told how far the channel is there had the number of an event of the
// history that was lost, and was taken for that one.
TEST(Restored, WhatIsPushedBeforeTheRowIsOfTheNewHistory) {
  for (const bool head_alone : {false, true}) {
    World world(wanting(Want::everything));
    fill(world, kTalk, 2);
    world.start();
    world.push(kTalk, "lost");
    world.run();
    ASSERT_EQ(world.talk().top(), 3U);
    world.told.clear();
    world.incarnation = make_id<Incarnation>(101);
    world.rooms[kTalk].log.resize(2);
    world.auto_run = false;
    world.cut();
    world.pass(std::chrono::seconds(2));
    world.accept();
    world.serve();
    world.deliver();  // the welcome
    world.serve();    // the row is of seq 2
    const auto rows = std::exchange(world.to_client, {});
    ASSERT_EQ(rows.size(), 1U);
    world.add_event(kTalk, kPeer, "new");
    if (head_alone) {
      world.push_head(kTalk);
    } else {
      world.push_event(kTalk, world.rooms[kTalk].log.back());
    }
    world.to_client.push_back(rows.front());
    world.auto_run = true;
    world.run();
    world.pass(std::chrono::seconds(10));
    EXPECT_EQ(world.seqs(kTalk), up_to(3, 3)) << head_alone;
    EXPECT_EQ(world.talk().unread, 3U) << head_alone;
  }
}

// The restored server has an older cursor, below what is common to both.
TEST(Restored, WhatWasReadIsToldAgain) {
  World world(wanting(Want::everything));
  for (int i = 0; i < 5; ++i) world.add_event(kTalk, kPeer, "m");
  world.start();
  world.run();
  ASSERT_TRUE(world.client->read(world.now, kTalk, 5));
  world.pass(std::chrono::seconds(5));
  ASSERT_EQ(world.rooms[kTalk].registers.read(), 5U);
  world.incarnation = make_id<Incarnation>(101);
  world.rooms[kTalk].registers.set_read(1);
  world.rooms[kTalk].registers.set_delivered(1);
  world.cut();
  world.pass(std::chrono::minutes(2));
  EXPECT_EQ(world.rooms[kTalk].registers.read(), 5U);
}

}  // namespace
}  // namespace parley::client::test
