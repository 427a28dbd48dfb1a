#include "sim/receipt_watch.hpp"

#include <algorithm>

namespace parley::sim {
namespace {

bool joins(const v1::EventHeader& event, const AccountId& account) {
  const auto is = [&](const v1::NewMember& member) { return member.account() == account.view(); };
  return std::ranges::any_of(event.members_added().members(), is) || is(event.joined_by_invitation().member());
}

}  // namespace

std::string ReceiptWatch::asked(Connection& connection, const v1::ClientFrame& frame, Duration interval, Time now) {
  if (!frame.has_move_cursor() || connection.by_hand.contains(frame.move_cursor().SerializeAsString())) return {};
  const auto channel = ChannelId::from_bytes(frame.move_cursor().channel_id()).value_or(ChannelId{});
  const bool waits = std::ranges::any_of(connection.under_way, [&](const auto& one) { return one.second == channel; });
  connection.under_way[frame.request()] = channel;
  const auto [last, first] = connection.moved.try_emplace(channel, now);
  const Duration since = now - std::exchange(last->second, now);
  if (waits) return "P5: a cursor is told before the last one is answered";
  return first || since >= interval ? "" : "P5: a cursor is told again after " + std::to_string(since.count()) + " ms";
}

std::string ReceiptWatch::said(Connection& connection, const AccountId& account, const v1::ServerFrame& frame) {
  if (frame.request() != 0) connection.under_way.erase(frame.request());
  // What was told before may not have arrived in this order: from here on the client asks.
  if (frame.has_resync() || frame.has_heads()) connection.ticks.clear();
  // Whoever comes back asks what they are now, and is told when they have moved from there.
  for (const auto& event : frame.events().events()) {
    if (!joins(event.header(), account)) continue;
    connection.ticks.erase(ChannelId::from_bytes(frame.events().channel_id()).value_or(ChannelId{}));
  }
  if (!frame.has_receipts_moved()) return {};
  const auto& moved = frame.receipts_moved();
  const std::pair<Seq, Seq> now{moved.delivered_by_all(), moved.read_by_all()};
  const auto [last, first] =
      connection.ticks.try_emplace(ChannelId::from_bytes(moved.channel_id()).value_or(ChannelId{}), now);
  return first || std::exchange(last->second, now) != now ? "" : "P5: ticks are told that have not moved";
}

}  // namespace parley::sim
