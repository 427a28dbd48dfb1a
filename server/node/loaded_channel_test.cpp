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

}  // namespace
}  // namespace parley
