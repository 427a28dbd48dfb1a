// Words that were taken away stayed on devices: edits of a deleted message and reactions to it, a reaction that another
// one replaced, a message that a page read before its deletion brought after it, and what somebody had deleted for
// themselves while this device was away.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "client/memory_store.hpp"
#include "parley/v1/frames.pb.h"
#include "sim/cluster.hpp"
#include "sim/person.hpp"
#include "sim/world.hpp"

namespace parley::sim {
namespace {

const ChannelId kTalk(IdBytes{1, 2, 3});

v1::Event event(Seq seq, const std::string& text = "") {
  v1::Event made;
  made.mutable_header()->set_seq(seq);
  made.mutable_header()->set_account("anna");
  if (!text.empty()) made.mutable_content()->set_text(text);
  return made;
}
v1::Event message(Seq seq, const std::string& text) {
  v1::Event made = event(seq, text);
  made.mutable_header()->mutable_message();
  return made;
}
v1::Event edit(Seq seq, Seq target, const std::string& text) {
  v1::Event made = event(seq, text);
  made.mutable_header()->mutable_edited()->set_target(target);
  return made;
}
v1::Event reaction(Seq seq, Seq target, const std::string& text) {
  v1::Event made = event(seq, text);
  made.mutable_header()->mutable_reacted()->set_target(target);
  return made;
}
v1::Event deletion(Seq seq, Seq target) {
  v1::Event made = event(seq);
  made.mutable_header()->mutable_deleted()->add_targets(target);
  return made;
}

struct Store : client::MemoryClientStore {
  void keep(const v1::Event& one) {
    const v1::Event* const events[] = {&one};
    const client::StoredEvents stored{kTalk, events};
    EXPECT_TRUE(commit({.events = {&stored, 1}}));
  }
  [[nodiscard]] bool holds(const std::string& text) const {
    for (const auto& bytes : events(kTalk)) {
      if (bytes.find(text) != std::string::npos) return true;
    }
    return false;
  }
};

TEST(ErasedWords, DeletionTakesEditsAndReactionsAlong) {
  Store store;
  store.keep(message(1, "first words"));
  store.keep(edit(2, 1, "better words"));
  store.keep(reaction(3, 1, "funny"));
  store.keep(message(4, "other words"));
  store.keep(deletion(5, 1));
  EXPECT_FALSE(store.holds("first words"));
  EXPECT_FALSE(store.holds("better words"));
  EXPECT_FALSE(store.holds("funny"));
  EXPECT_TRUE(store.holds("other words"));
}

TEST(ErasedWords, PageReadBeforeADeletionBringsNothingBack) {
  Store store;
  store.keep(deletion(5, 1));
  v1::Event old = message(1, "first words");
  old.mutable_annotation()->mutable_current()->set_text("better words");
  store.keep(old);
  store.keep(edit(2, 1, "better words"));
  EXPECT_FALSE(store.holds("words"));
}

TEST(ErasedWords, ReactionThatAnotherOneReplacedIsForgotten) {
  Store store;
  v1::Event page = message(1, "words");
  auto& slot = *page.mutable_annotation()->add_reactions();
  slot.set_account("anna");
  slot.set_seq(2);
  slot.mutable_content()->set_text("funny");
  store.keep(page);
  store.keep(reaction(2, 1, "funny"));
  store.keep(reaction(3, 1, "sad"));
  EXPECT_FALSE(store.holds("funny"));
  EXPECT_TRUE(store.holds("sad"));
  store.keep(page);
  store.keep(reaction(2, 1, "funny"));
  EXPECT_FALSE(store.holds("funny"));
}

TEST(ErasedWords, DroppedDeletionDeletesNothingMore) {
  Store store;
  store.keep(deletion(5, 1));
  const client::EventRange dropped{kTalk, 3, 9};
  ASSERT_TRUE(store.commit({.dropped = {&dropped, 1}}));
  store.keep(message(1, "words"));
  EXPECT_TRUE(store.holds("words"));
}

TEST(ErasedWords, WhatWasDeletedForMeWhileADeviceWasAwayGoesFromItToo) {
  World world(1);
  Cluster cluster(world, false);
  const AccountId anna = cluster.sign_up("anna");
  Web web(world, cluster);
  web.lose(false);
  const Surroundings around{world, cluster, web};
  Device phone(around, anna, "anna", "phone");
  Device laptop(around, anna, "anna", "laptop");
  phone.start();
  laptop.start();
  const auto settle = [&](const auto& wanted) { return world.run_until(wanted, std::chrono::minutes(5)); };
  v1::Command command;
  command.mutable_create_channel()->set_kind(v1::CHANNEL_KIND_SELF);
  const ChannelId self = self_channel_id(anna);
  ASSERT_TRUE(settle([&] { return phone.settled() && laptop.settled(); }));
  phone.send(command);
  command.Clear();
  command.set_channel_id(std::string(self.view()));
  command.mutable_post()->mutable_content()->set_text("my secret");
  phone.send(command);
  const auto has_words = [&](const Device& device) {
    for (const auto& bytes : device.store().events(self)) {
      if (bytes.find("my secret") != std::string::npos) return true;
    }
    return false;
  };
  ASSERT_TRUE(settle([&] { return has_words(phone) && has_words(laptop); }));

  laptop.crash();
  v1::ClientFrame hide;
  hide.mutable_hide_messages()->set_channel_id(std::string(self.view()));
  hide.mutable_hide_messages()->set_from(1);
  hide.mutable_hide_messages()->set_to(phone.core().find(self)->head);
  ASSERT_TRUE(phone.core().ask(world.now(), hide, nullptr));
  ASSERT_TRUE(settle([&] { return !has_words(phone); }));
  laptop.start();
  EXPECT_TRUE(settle([&] { return !has_words(laptop); }));
}

}  // namespace
}  // namespace parley::sim
