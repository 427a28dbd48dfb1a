#include "node/loaded_channel.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

AccountId account(std::uint8_t number) {
  IdBytes bytes{};
  bytes[0] = number;
  return AccountId(bytes);
}

void append(LoadedChannel& channel, const AccountId& author, EventBody body) {
  Event event;
  event.seq = channel.state().head + 1;
  event.time = from_unix_ms(1);
  event.account = author;
  event.count = channel.state().count;
  event.body = std::move(body);
  channel.append(event, wire::Salt{});
  EXPECT_EQ(channel.active_members(), channel.state().active_members());
}

TEST(LoadedChannel, NumberOfActiveMembersFollowsEveryEvent) {
  LoadedChannel channel{ChannelId(IdBytes{1})};
  EXPECT_EQ(channel.active_members(), 0U);
  event::Created created;
  created.members = {{account(1), Role::owner}, {account(2)}, {account(3)}};
  append(channel, account(1), created);
  EXPECT_EQ(channel.active_members(), 3U);
  append(channel, account(1), event::MembersAdded{.members = {{account(4)}}});
  EXPECT_EQ(channel.active_members(), 4U);
  append(channel, account(1), event::MemberRemoved{account(2)});
  append(channel, account(3), event::MemberLeft{});
  EXPECT_EQ(channel.active_members(), 2U);
}

TEST(LoadedChannel, LastPositionIsThatOfTheLastChangeOfAnyKind) {
  LoadedChannel channel{ChannelId(IdBytes{1})};
  event::Created created;
  created.members = {{account(1), Role::owner}, {account(2)}};
  append(channel, account(1), created);
  ChannelBatch batch;
  channel.collect(5, batch);
  EXPECT_EQ(channel.position(), 5U);
  EXPECT_EQ(channel.last_position(), 5U);
  // Only the member sees this one.
  Member member = *channel.state().find(account(2));
  member.pinned = true;
  channel.set_registers(account(2), member);
  channel.collect(7, batch);
  EXPECT_EQ(channel.position(), 5U);
  EXPECT_EQ(channel.state().find(account(2))->position, 7U);
  EXPECT_EQ(channel.last_position(), 7U);
}

SendId send_id(std::uint8_t number) {
  IdBytes bytes{number};
  bytes[6] = 0x70;
  return SendId(bytes);
}

/// As it comes back from the store after `position`.
LoadedChannel stored_and_loaded(LoadedChannel& channel, Position position) {
  StoredChannel stored;
  ChannelBatch batch;
  channel.collect(position, batch);
  stored.head = batch.head;
  stored.card = batch.card;
  for (const auto& row : batch.members) stored.members.push_back(row);
  return LoadedChannel::from_store(channel.state().id, stored, {}).value();
}

LoadedChannel channel_of_two() {
  LoadedChannel channel{ChannelId(IdBytes{1})};
  event::Created created;
  created.members = {{account(1), Role::owner}, {account(2)}};
  append(channel, account(1), created);
  return channel;
}

TEST(LoadedChannel, OnlyASendIdAboveAllThatMayBeStoredIsNew) {
  LoadedChannel channel = channel_of_two();
  EXPECT_TRUE(channel.is_new(account(1), send_id(1)));
  channel.note_outcome(account(1), send_id(5));
  EXPECT_FALSE(channel.is_new(account(1), send_id(5)));
  EXPECT_FALSE(channel.is_new(account(1), send_id(4)));
  EXPECT_TRUE(channel.is_new(account(1), send_id(6)));
  // Everybody's clock is their own.
  EXPECT_TRUE(channel.is_new(account(2), send_id(4)));
  channel.note_outcome(account(1), send_id(3));
  EXPECT_FALSE(channel.is_new(account(1), send_id(5)));
  // Ids that do not ascend with time say nothing of those that do.
  const SendId random(IdBytes{200});
  EXPECT_FALSE(channel.is_new(account(1), random));
  channel.note_outcome(account(1), random);
  EXPECT_TRUE(channel.is_new(account(1), send_id(6)));

  // Whose the greatest one was is not stored.
  LoadedChannel again = stored_and_loaded(channel, 1);
  EXPECT_FALSE(again.is_new(account(1), send_id(5)));
  EXPECT_FALSE(again.is_new(account(2), send_id(4)));
  EXPECT_FALSE(again.is_new(account(2), send_id(5)));
  EXPECT_TRUE(again.is_new(account(2), send_id(6)));
}

TEST(LoadedChannel, AnOutcomeAloneIsKnownAfterLoading) {
  LoadedChannel channel = channel_of_two();
  ChannelBatch created;
  channel.collect(1, created);
  // A refusal is no event; the head says of it all the same.
  channel.note_outcome(account(2), send_id(9));
  ASSERT_TRUE(channel.changed());
  ChannelBatch batch;
  channel.collect(2, batch);
  const auto head = wire::decode_head(batch.head);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->greatest_send, send_id(9));
  EXPECT_EQ(head->seq, 1U);
  EXPECT_EQ(head->position, 1U);  // nothing that members see
}

TEST(LoadedChannel, AHeadThatDoesNotSayLeavesEverySendIdToTheStore) {
  LoadedChannel channel = channel_of_two();
  ChannelBatch batch;
  channel.collect(1, batch);
  auto head = wire::decode_head(batch.head).value();
  head.greatest_send = std::nullopt;
  StoredChannel stored;
  stored.head = wire::encode_head(head);
  stored.card = batch.card;
  stored.members = batch.members;
  LoadedChannel loaded = LoadedChannel::from_store(channel.state().id, stored, {}).value();
  EXPECT_FALSE(loaded.is_new(account(1), send_id(200)));
  loaded.note_outcome(account(1), send_id(100));
  EXPECT_FALSE(loaded.is_new(account(1), send_id(200)));
  ChannelBatch later;
  loaded.collect(2, later);
  EXPECT_EQ(wire::decode_head(later.head)->greatest_send, std::nullopt);
}

}  // namespace
}  // namespace parley
