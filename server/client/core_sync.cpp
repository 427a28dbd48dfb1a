// The inbox: rows since a version, applied with the version in one transaction.
#include <algorithm>

#include "client/channel_view.hpp"
#include "client/core.hpp"
#include "client/ranges.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace parley::client {
namespace {

constexpr Duration kInboxPause{1'000};

}  // namespace

void Client::Core::ask_inbox(Time now, const std::string& page) {
  if (inbox_in_flight_) {
    inbox_again_ = true;
    return;
  }
  if (page.empty()) {
    fresh_.clear();
    full_sync_ = session_.version.empty();
    if (full_sync_) ++round_;
  }
  inbox_in_flight_ = true;
  v1::ClientFrame frame;
  frame.mutable_get_inbox()->set_version(session_.version);
  frame.mutable_get_inbox()->set_page(page);
  transmit_message(note_request(now, Asked::inbox), frame);
}

void Client::Core::want_inbox(Time now) {
  if (inbox_retry_ == kNever) inbox_retry_ = now + kInboxPause;
}

void Client::Core::on_inbox(Time now, const v1::Inbox& inbox, std::uint64_t request) {
  inbox_in_flight_ = false;
  if (inbox.incarnation() != session_.incarnation.view()) {
    return give_up_connection(now, {Reconnect::backoff, Error(ErrorCode::incarnation_changed)});
  }
  const bool last_page = inbox.next_page().empty();
  // Events that come while rows are told must still be counted against the pages to come.
  inbox_in_flight_ = !last_page;
  if (!take_rows(now, inbox, request) || !established()) return;
  if (!last_page) {
    inbox_in_flight_ = false;
    return ask_inbox(now, inbox.next_page());
  }
  fresh_.clear();
  inbox_backoff_.reset();
  go(State::live);
  if (!established()) return;
  listener_.on_synced();
  if (established() && std::exchange(inbox_again_, false)) ask_inbox(now, {});
}

void Client::Core::on_inbox_error(Time now, const v1::Error& error) {
  inbox_in_flight_ = inbox_again_ = false;
  const Error why = wire::to_error(error);
  const bool token_is_wrong = why.code == ErrorCode::incarnation_changed || why.code == ErrorCode::invalid_argument;
  if (token_is_wrong && !session_.version.empty()) {
    session_.version.clear();
    return ask_inbox(now, {});
  }
  inbox_retry_ = now + std::max(inbox_backoff_.next(random_), Duration(error.retry_after_ms()));
}

bool Client::Core::take_rows(Time now, const v1::Inbox& inbox, std::uint64_t request) {
  const bool last_page = inbox.next_page().empty();
  std::vector<Channel*> rows;
  std::vector<const ChannelState*> states;
  std::vector<EventRange> dropped;
  std::vector<EventRange> erased;
  rows.reserve(static_cast<std::size_t>(inbox.rows_size()));
  states.reserve(static_cast<std::size_t>(inbox.rows_size()));
  for (const auto& row : inbox.rows()) {
    const auto id = ChannelId::from_bytes(row.channel_id());
    if (!id) continue;
    Channel& channel = channels_[*id];
    channel.state.id = *id;
    take_one_row(now, channel, row, request, dropped, erased);
    rows.push_back(&channel);
    states.push_back(&channel.state);
  }
  std::vector<ChannelId> gone;
  if (last_page) {
    if (full_sync_) gone = channels_not_seen();
    session_.version = inbox.version();
  }
  Changes changes{.channels = states, .erased = erased, .dropped = dropped, .gone_channels = gone};
  if (last_page) changes.session = &session_;
  if (!commit(changes)) return false;
  for (const ChannelId& id : gone) {
    erase_channel(id);
    listener_.on_channel_gone(id);
  }
  tell_rows(now, rows, dropped);
  return true;
}

void Client::Core::take_one_row(Time now, Channel& channel, const v1::InboxRow& row, std::uint64_t request,
                                std::vector<EventRange>& dropped, std::vector<EventRange>& erased) {
  ChannelState& state = channel.state;
  // What was told since the row was asked for may be newer than the row, or some of it may have been lost on its way:
  // if it was newer, the next inbox has the row again.
  const bool other_ticks = row.delivered_by_all() != state.delivered_by_all || row.read_by_all() != state.read_by_all;
  if (channel.registers_told >= request || (channel.ticks_told >= request && other_ticks)) want_inbox(now);
  const auto hidden_before = state.registers.hidden;
  const Agreed agreed = agreed_until(state, row, session_.incarnation);
  const bool other_history = state.incarnation != session_.incarnation;
  const bool drops = agreed.until < state.top();
  // What stays may show what came after it: edits and reactions of the lost history.
  if (drops || (other_history && !state.have.empty())) dropped.push_back({state.id, agreed.until + 1, 0});
  if (drops || other_history) {
    forget_after(state, agreed.until);
    channel.paged = std::min(channel.paged, agreed.until);
  }
  // The server's cursors may be older ones now: what was read here is told again.
  if (other_history) state.registers.delivered = state.registers.read = 0;
  state.incarnation = session_.incarnation;
  state.unproven = !agreed.proven;
  if (!channel.known || (other_history && state.have.empty())) state.contact = row.head();
  if (!channel.known || drops || other_history) channel.shaped = channel.skipped = 0;
  const bool overtaken = row.head() < channel.shaped;
  take_row(state, row, overtaken);
  if (!overtaken && row.head() >= channel.skipped) channel.skipped = 0;
  if (channel.skipped != 0) want_inbox(now);
  if (state.registers.hidden != hidden_before) {
    for (const Interval& range : state.registers.hidden) erased.push_back({state.id, range.from, range.to});
  }
  if (!state.unproven) remember_digest(state, row);
  // What was read here, and the server does not know of yet, is read.
  const bool all_read = state.read_wanted >= row.head();
  state.unread = all_read ? 0 : row.unread();
  state.unread_mentions = all_read ? 0 : row.unread_mentions();
  for (const Fresh& fresh : fresh_) {
    if (fresh.channel != state.id || fresh.seq <= row.head()) continue;
    if (fresh.seq <= std::max(state.read_wanted, state.registers.read)) continue;  // read since
    ++state.unread;
    if (fresh.mention) ++state.unread_mentions;
  }
  state.counted = std::max<Seq>(state.counted, row.head());
  channel.badged = 0;
  channel.known = true;
  channel.unhelpful = false;
  channel.round = round_;
}

void Client::Core::tell_rows(Time now, std::span<Channel* const> rows, std::span<const EventRange> dropped) {
  for (const EventRange& range : dropped) {
    if (const Channel* channel = find(range.channel)) listener_.on_history_dropped(channel->state, range.from - 1);
  }
  for (Channel* channel : rows) {
    listener_.on_channel(channel->state);
    if (!established()) return;
    after_row(now, *channel);
    if (!established()) return;
  }
}

void Client::Core::after_row(Time now, Channel& channel) {
  settle(now, channel);
  if (established()) touch_cursor(now, channel);
}

std::vector<ChannelId> Client::Core::channels_not_seen() const {
  std::vector<ChannelId> gone;
  for (const auto& [id, channel] : channels_) {
    if (channel.known && channel.round != round_) gone.push_back(id);
  }
  return gone;
}

void Client::Core::erase_channel(const ChannelId& id) {
  Channel* channel = find(id);
  std::erase(repair_, channel);
  std::erase(cursors_due_, channel);
  std::erase_if(doubts_, [&](const auto& doubt) { return doubt.second == channel; });
  drop_held(id, 0);
  if (channel->fetching) --fetching_;
  // A channel that comes back under this id must not take the answers of the one that went.
  for (Pending& pending : pending_) {
    if (pending.channel == id) pending.asked = Asked::nothing;
  }
  channels_.erase(id);
}

void Client::Core::refresh_channel(Time now, Channel& channel) {
  if (channel.refreshing || !established()) return;
  channel.refreshing = true;
  v1::ClientFrame frame;
  frame.mutable_get_channel()->set_channel_id(std::string(channel.state.id.view()));
  Pending details;
  details.channel = channel.state.id;
  transmit_message(note_request(now, Asked::channel, std::move(details)), frame);
}

void Client::Core::on_channel_error(Time now, const Channel& channel, const v1::Error& error) {
  const ErrorKind kind = error_info(wire::to_error(error).code).kind;
  if (kind == ErrorKind::caller || kind == ErrorKind::refusal) return drop_held(channel.state.id, 0);
  // It could not be said for now. What changed since the last inbox stands in the next one.
  want_inbox(now);
}

void Client::Core::on_channel_answer(Time now, const ChannelId& id, const v1::InboxRow& row, std::uint64_t request) {
  Channel* channel = find(id);
  if (row.channel_id() != id.view()) return;
  // Events have overtaken it, or an inbox: what it tells is in that one, or in the next.
  if (channel->known && compared(*channel) && row.head() < channel->state.counted) return want_inbox(now);
  std::vector<EventRange> dropped;
  std::vector<EventRange> erased;
  take_one_row(now, *channel, row, request, dropped, erased);
  const ChannelState* state = &channel->state;
  if (!commit({.channels = {&state, 1}, .erased = erased, .dropped = dropped})) return;
  if (inbox_in_flight_) channel->skipped = state->counted;  // its row may be an older one
  tell_rows(now, {&channel, 1}, dropped);
}

void Client::Core::on_registers(Channel& channel, const v1::Registers& registers,
                                std::optional<std::pair<std::uint64_t, std::uint64_t>> badge) {
  ChannelState& state = channel.state;
  Registers before = state.registers;
  take_registers(state, registers);
  const auto hidden_before = std::exchange(before.hidden, state.registers.hidden);
  before.delivered = state.registers.delivered;  // moves all the time, and has no part in what a row says of the badge
  if (badge || before != state.registers || hidden_before != state.registers.hidden) {
    channel.registers_told = last_request_;
  }
  if (badge) {
    state.unread = badge->first;
    state.unread_mentions = badge->second;
    channel.badged = state.head;
  }
  if (!channel.known) return;
  std::vector<EventRange> erased;
  if (state.registers.hidden != hidden_before) {
    for (const Interval& range : state.registers.hidden) erased.push_back({state.id, range.from, range.to});
  }
  const ChannelState* changed = &state;
  if (commit({.channels = {&changed, 1}, .erased = erased})) listener_.on_channel(state);
}

void Client::Core::resync(Time now) {
  if (established()) ask_inbox(now, {});
}

}  // namespace parley::client
