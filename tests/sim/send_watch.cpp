#include "sim/send_watch.hpp"

#include <utility>

namespace parley::sim {

std::string SendWatch::asked(Connection& connection, Made& made, const v1::ClientFrame& frame) {
  if (!frame.has_command()) return {};
  const auto channel = ChannelId::from_bytes(frame.command().channel_id()).value_or(ChannelId{});
  const auto send_id = SendId::from_bytes(frame.command().send_id()).value_or(SendId{});
  connection.open[frame.request()] = send_id;
  const std::uint64_t order = made.add(send_id);
  if (connection.put_off.contains(send_id)) return {};
  const SendId before = std::exchange(connection.last[channel], send_id);
  return before.is_nil() || made.add(before) < order
             ? ""
             : "P2: sends of a channel leave out of order, " + send_id.str() + " after " + before.str();
}

std::string SendWatch::said(Connection& connection, const AccountId& account, const v1::ServerFrame& frame) {
  const auto asked = connection.open.extract(frame.request());
  if (!asked.empty() && frame.has_error()) connection.put_off.insert(asked.mapped());
  if (!frame.has_outcome()) return {};
  const v1::Outcome& outcome = frame.outcome();
  const Told told{outcome.seq(), outcome.time(), outcome.refused()};
  const auto [known, fresh] = outcomes_.try_emplace({ChannelId::from_bytes(outcome.channel_id()).value_or(ChannelId{}),
                                                     account, SendId::from_bytes(outcome.send_id()).value_or(SendId{})},
                                                    told);
  if (fresh || known->second == told) return {};
  return "P1: another outcome for the same send: seq " + std::to_string(known->second.seq) + " " +
         known->second.refused + " of " + std::to_string(known->second.time) + ", now seq " + std::to_string(told.seq) +
         " " + told.refused + " of " + std::to_string(told.time);
}

}  // namespace parley::sim
