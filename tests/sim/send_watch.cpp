#include "sim/send_watch.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "node/send_order.hpp"
#include "wire/frames.hpp"

namespace parley::sim {

std::string SendWatch::asked(Connection& connection, Made& made, const v1::ClientFrame& frame) {
  if (!frame.has_command()) return {};
  const auto channel = ChannelId::from_bytes(frame.command().channel_id()).value_or(ChannelId{});
  const auto send_id = SendId::from_bytes(frame.command().send_id()).value_or(SendId{});
  connection.open[frame.request()] = {channel, send_id};
  const std::uint64_t order = made.add(send_id);
  if (made.leaves_first(send_id)) connection.first_here.insert(send_id);
  connection.held_up[channel].erase(order);
  if (connection.put_off.contains(send_id)) return {};
  const SendId before = std::exchange(connection.last[channel], send_id);
  return before.is_nil() || made.add(before) < order
             ? ""
             : "P2: sends of a channel leave out of order, " + send_id.str() + " after " + before.str();
}

/// Nothing is stored behind what has to come again, until it has.
void SendWatch::pass(const Connection::HeldUp& held_up, const AccountId& account, std::uint64_t order, Seq seq) {
  for (const auto& [before, held] : held_up) {
    if (before >= order) break;
    Seq& first = passed_.try_emplace({account, held}, seq).first->second;
    first = std::min(first, seq);
  }
}

/// What was sent first is stored first.
std::string SendWatch::in_order(Connection& connection, std::uint64_t order, const v1::Outcome& outcome) {
  const auto channel = ChannelId::from_bytes(outcome.channel_id()).value_or(ChannelId{});
  auto& stored = connection.stored[channel];
  const auto at = stored.emplace(order, outcome.seq()).first;
  const bool after_last = at == stored.begin() || std::prev(at)->second < outcome.seq();
  const bool before_next = std::next(at) == stored.end() || outcome.seq() < std::next(at)->second;
  return after_last && before_next ? "" : "P2: sends are stored in another order, seq " + std::to_string(outcome.seq());
}

std::string SendWatch::said(Connection& connection, Made& made, const AccountId& account,
                            const v1::ServerFrame& frame) {
  const auto asked = connection.open.extract(frame.request());
  if (!asked.empty() && frame.has_error()) {
    const auto& [channel, send_id] = asked.mapped();
    connection.put_off.insert(send_id);
    if (may_come_again(wire::to_error(frame.error()))) {
      connection.held_up[channel].try_emplace(made.add(send_id), send_id);
    }
  }
  if (!frame.has_outcome()) return {};
  const v1::Outcome& outcome = frame.outcome();
  const Told told{outcome.seq(), outcome.time(), outcome.refused()};
  const auto [known, fresh] = outcomes_.try_emplace({ChannelId::from_bytes(outcome.channel_id()).value_or(ChannelId{}),
                                                     account, SendId::from_bytes(outcome.send_id()).value_or(SendId{})},
                                                    told);
  if (!fresh && known->second != told) return another(known->second, told);
  const auto passed = passed_.extract({account, std::get<SendId>(known->first)});
  if (!passed.empty() && passed.mapped() < outcome.seq()) {
    return "P2: a send is stored before one that has to come again, seq " + std::to_string(passed.mapped());
  }
  // Seq 1 is what made the channel, perhaps long ago.
  if (asked.empty() || outcome.seq() <= 1) return {};
  const auto& [channel, send_id] = asked.mapped();
  if (!left_here_alone(connection, made, send_id)) return {};
  const std::uint64_t order = made.add(send_id);
  pass(connection.held_up[channel], account, order, outcome.seq());
  return connection.put_off.contains(send_id) ? "" : in_order(connection, order, outcome);
}

std::string SendWatch::another(const Told& known, const Told& told) {
  return "P1: another outcome for the same send: seq " + std::to_string(known.seq) + " " + known.refused + " of " +
         std::to_string(known.time) + ", now seq " + std::to_string(told.seq) + " " + told.refused + " of " +
         std::to_string(told.time);
}

}  // namespace parley::sim
