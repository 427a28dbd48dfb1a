// Events: pushed ones are applied in the order of seq, pages where they belong; held ones wait for a hole to be filled.
#include <algorithm>

#include "client/channel_view.hpp"
#include "client/core.hpp"
#include "client/ranges.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::client {

bool Client::Core::joins(const Channel& channel, Seq from) const {
  return nothing_between(channel.state.visible, channel.state.top(), from);
}

bool Client::Core::accepts(const Channel& channel, Seq seq) const {
  if (!compared(channel)) return false;
  if (next_visible(channel.state.visible, channel.state.top()) == seq) return true;
  return seq > channel.state.top() && (channel.unhelpful || want_of(channel) == Want::nothing);
}

/// After a restore seqs of the channel here mean nothing until its row has come, which may be older than this push: the
/// next inbox has what was pushed.
bool Client::Core::overtakes_row(Time now, const Channel& channel) {
  const bool overtakes = channel.known && channel.state.incarnation != session_.incarnation;
  if (overtakes) want_inbox(now);
  return overtakes;
}

void Client::Core::on_events(Time now, v1::Events& events) {
  const auto id = ChannelId::from_bytes(events.channel_id());
  if (!id || events.events_size() == 0) return;
  Channel& channel = channels_[*id];
  ChannelState& state = channel.state;
  state.id = *id;
  if (overtakes_row(now, channel)) return;
  std::vector<const v1::Event*> accepted;
  accepted.reserve(static_cast<std::size_t>(events.events_size()));
  Placement placement = Placement::next;
  for (v1::Event& event : *events.mutable_events()) {
    const Seq seq = event.header().seq();
    if (seq == 0) continue;
    // Where an event was never told, ticks and registers may not have been told either, and no page has those.
    if (channel.known && !inbox_in_flight_ && seq > state.head + 1) want_inbox(now);
    state.head = std::max(state.head, seq);
    take_admission(state, event.header(), session_.account);
    // A row or a page was faster, and the badge that was told before this may not count it.
    if (seq <= channel.badged) want_inbox(now);
    if (seq <= state.top()) {  // told already, or in a hole that a page will fill
      if (seq > channel.paged && contains(state.have, seq)) listener_.on_repeated(state, seq);
      continue;
    }
    if (!channel.known || !accepts(channel, seq)) {
      hold(*id, event);
      continue;
    }
    if (!joins(channel, seq)) {
      apply(now, channel, accepted, 0, placement);
      if (!established()) return;
      accepted.clear();
      placement = Placement::after_hole;
    }
    add_range(state.have, seq, seq);
    accepted.push_back(&event);
  }
  apply(now, channel, accepted, 0, placement);
  if (!established()) return;
  if (!channel.known) return refresh_channel(now, channel);
  if (state.head > state.top() || !held_.empty()) settle(now, channel);
}

void Client::Core::hold(const ChannelId& id, v1::Event& event) {
  // What does not fit in is fetched later: the head is known.
  if (held_.size() >= settings_.held_events) return;
  auto copy = std::make_unique<v1::Event>(event);
  held_.try_emplace({id, event.header().seq()}, std::move(copy));
}

Seq Client::Core::lowest_held(const ChannelId& id) const {
  const auto it = held_.lower_bound({id, 0});
  return it != held_.end() && it->first.first == id ? it->first.second : 0;
}

void Client::Core::drop_held(const ChannelId& id, Seq up_to) {
  auto it = held_.lower_bound({id, 0});
  while (it != held_.end() && it->first.first == id && (up_to == 0 || it->first.second <= up_to)) it = held_.erase(it);
}

void Client::Core::settle(Time now, Channel& channel) {
  // What was applied may have taken the channel away, and what is held next gives it back.
  while (settle_held(now, channel)) {
  }
  if (established()) queue_repair(channel);
}

bool Client::Core::settle_held(Time now, Channel& channel) {
  ChannelState& state = channel.state;
  std::vector<std::unique_ptr<v1::Event>> owned;
  std::vector<const v1::Event*> fitting;
  Placement placement = Placement::next;
  auto it = held_.lower_bound({state.id, 0});
  while (it != held_.end() && it->first.first == state.id) {
    const Seq seq = it->first.second;
    state.head = std::max(state.head, seq);
    if (seq > state.top()) {
      take_admission(state, it->second->header(), session_.account);
      if (!accepts(channel, seq)) break;
      if (!joins(channel, seq)) placement = Placement::after_hole;
      add_range(state.have, seq, seq);
      fitting.push_back(it->second.get());
      owned.push_back(std::move(it->second));
    }
    it = held_.erase(it);
  }
  apply(now, channel, fitting, 0, placement);
  return established() && !fitting.empty();
}

void Client::Core::leave_to_row(Time now, Channel& channel, Seq seq) {
  channel.skipped = std::max(channel.skipped, seq);
  want_inbox(now);
}

void Client::Core::count(Time now, Channel& channel, const v1::EventHeader& header) {
  ChannelState& state = channel.state;
  const Seq seq = header.seq();
  if (seq <= state.counted) return;
  // Pages come newest first, and what is counted goes up alone.
  if (!nothing_between(state.visible, state.counted, seq)) leave_to_row(now, channel, seq);
  state.counted = seq;
  if (take_event(state, header, session_.account)) channel.shaped = seq;
  const Counts counts = counts_for(header, session_.account);
  if (!counts.unread || seq <= std::max({channel.badged, state.registers.read, state.read_wanted})) return;
  ++state.unread;
  if (counts.mention) ++state.unread_mentions;
  if (inbox_in_flight_) fresh_.push_back({state.id, seq, counts.mention});
}

void Client::Core::apply(Time now, Channel& channel, std::span<const v1::Event* const> events, std::size_t older,
                         Placement placement) {
  if (events.empty()) return;
  ChannelState& state = channel.state;
  bool came = false;
  bool went = false;
  std::vector<EventRange> erased;
  for (const v1::Event* event : events) {
    const v1::EventHeader& header = event->header();
    for (const Seq target : header.deleted().targets()) erased.push_back({state.id, target, target});
    if (settings_.receipts && header.account() != session_.account.view()) {
      state.delivered_wanted = std::max<Seq>(state.delivered_wanted, header.seq());
    }
    const bool was_out = state.role == Role::none;
    count(now, channel, header);
    came = came || (was_out && state.role != Role::none);
    went = went || (!was_out && state.role == Role::none);
    remember_digest(state, *event);
    if (header.seq() < state.head) continue;
    state.head = header.seq();
    state.head_time = from_unix_ms(header.time());
  }
  const ChannelState* changed = &state;
  const StoredEvents stored{state.id, events};
  if (!commit({.channels = {&changed, 1}, .events = {&stored, 1}, .erased = erased})) return;
  if (older > 0) listener_.on_events(state, events.first(older), Placement::older);
  if (older < events.size()) listener_.on_events(state, events.subspan(older), placement);
  // Whoever is in again, or was for a moment, does not know what changed meanwhile: title, members, cursors.
  if (came) {
    channel.skipped = state.counted;
    refresh_channel(now, channel);
  }
  // It was told the head of its return while it still read of its removal.
  if (went && is_beyond_membership(state, state.head)) refresh_channel(now, channel);
  if (established()) touch_cursor(now, channel);
}

void Client::Core::on_history(Time now, Channel& channel, const v1::History& history, Seq from, Seq to,
                              bool oldest_first) {
  ChannelState& state = channel.state;
  if (!compared(channel)) return from == to ? on_compared(now, channel, history, from) : settle(now, channel);
  state.head = std::max<Seq>(state.head, history.head());
  const Seq first = std::max<Seq>(history.from(), from);
  const Seq last = std::min<Seq>(history.to(), to);
  const bool usable = first != 0 && first <= last;
  if (!usable || !newest_missing(state.visible, state.have, first, last)) {
    // Nothing new: pushes or another page were faster, or the server will not say.
    const auto left = newest_missing(state.visible, state.have, from, to);
    channel.unhelpful = left && left->from == from && left->to == to;
    return settle(now, channel);
  }
  const Seq top = state.top();
  const bool joined = joins(channel, first);
  if (last > top && !joined && top != 0 && want_of(channel) == Want::in_order) {
    // No page from beyond a hole. Where it answers a request for the hole, what is visible has changed.
    if (oldest_first) refresh_channel(now, channel);
    channel.unhelpful = oldest_first;
    return;
  }
  std::vector<const v1::Event*> events;
  events.reserve(static_cast<std::size_t>(history.events_size()));
  std::size_t older = 0;
  Seq previous = 0;
  for (const v1::Event& event : history.events()) {
    const Seq seq = event.header().seq();
    if (seq < first || seq > last || seq <= previous || contains(state.have, seq)) continue;
    previous = seq;
    if (seq < top) ++older;
    events.push_back(&event);
  }
  // What a page leaves out may be seen by whoever comes back to all of the history.
  const Interval page{first, last};
  for (const Interval& seen : only_visible({&page, 1}, state.visible)) add_range(state.have, seen.from, seen.to);
  for (const v1::Event* event : events) add_range(state.have, event->header().seq(), event->header().seq());
  channel.paged = std::max(channel.paged, last);
  drop_held(state.id, std::max<Seq>(state.top(), 1));
  if (events.empty()) {
    const ChannelState* changed = &state;
    if (!commit({.channels = {&changed, 1}})) return;
  } else {
    apply(now, channel, events, older, joined ? Placement::next : Placement::after_hole);
  }
  if (established()) settle(now, channel);
}

void Client::Core::on_heads(Time now, const v1::Heads& heads) {
  for (const auto& info : heads.heads()) {
    const auto id = ChannelId::from_bytes(info.channel_id());
    if (!id) continue;
    Channel* channel = find(*id);
    if (channel == nullptr || !channel->known) {
      want_inbox(now);
      continue;
    }
    if (overtakes_row(now, *channel)) continue;
    if (info.head() <= channel->badged) want_inbox(now);
    ChannelState& state = channel->state;
    const bool moved = info.head() > state.head;
    if (moved) {
      state.head = info.head();
      state.head_time = from_unix_ms(info.time());
      channel->unhelpful = false;
    }
    // Nobody is told the head of a channel that it is not in. It may be known from what was sent to come in again.
    if (is_beyond_membership(state, info.head())) refresh_channel(now, *channel);
    if (state.head > state.top()) settle(now, *channel);
    if (!moved || !established()) continue;
    if (settings_.inbox_on_heads && want_of(*channel) == Want::nothing) want_inbox(now);
    listener_.on_channel(state);
  }
}

void Client::Core::on_typing_and_presence(const v1::ServerFrame& frame) {
  if (frame.has_typing_now()) {
    const auto& typing = frame.typing_now();
    const auto channel = ChannelId::from_bytes(typing.channel_id());
    const auto account = AccountId::from_bytes(typing.account());
    if (channel && account) listener_.on_typing(*channel, *account, typing.on());
    return;
  }
  for (const auto& presence : frame.presence_now().accounts()) {
    if (const auto account = AccountId::from_bytes(presence.account())) {
      listener_.on_presence(*account, presence.online(), from_unix_ms(presence.last_seen()));
    }
  }
}

}  // namespace parley::client
