// Gaps: what of a channel is missing and wanted, fetched page by page, newest first unless order is wanted.
#include <algorithm>

#include "client/channel_view.hpp"
#include "client/core.hpp"
#include "client/ranges.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace parley::client {

Want Client::Core::want_of(const Channel& channel) const {
  const Want want = channel.want.value_or(settings_.want);
  return channel.opened && want == Want::nothing ? Want::newest : want;
}

/// The range to ask for, and whether from its old end.
std::optional<std::pair<Interval, bool>> Client::Core::missing(const Channel& channel) const {
  const ChannelState& state = channel.state;
  if (state.incarnation != session_.incarnation) return std::nullopt;  // its row is on its way
  if (state.unproven) {
    const Seq asked = state.points.back().seq;
    return std::pair{Interval{asked, asked}, true};
  }
  const Seq held = lowest_held(state.id);
  const Seq end = held > state.top() ? held - 1 : state.head;
  const auto page_up_to = [&](Seq seq) { return seq > page_events_ ? seq - page_events_ + 1 : 1; };
  const Seq first_page = page_up_to(state.contact);
  const Seq last_page = page_up_to(state.head);
  std::optional<Interval> range;
  bool oldest_first = false;
  switch (want_of(channel)) {
    case Want::nothing:
      return std::nullopt;
    case Want::in_order:
      range = oldest_missing(state.visible, state.have, state.have.empty() ? first_page : state.top() + 1, end);
      oldest_first = true;
      break;
    case Want::newest:
      range = newest_missing(state.visible, state.have, last_page, end);
      break;
    case Want::everything:
      range = newest_missing(state.visible, state.have, 1, end);
      break;
  }
  if (!range) return std::nullopt;
  return std::pair{*range, oldest_first};
}

void Client::Core::queue_repair(Channel& channel) {
  if (channel.in_repair || channel.fetching || channel.unhelpful || !channel.known || !missing(channel)) return;
  channel.in_repair = true;
  repair_.insert(channel.opened ? repair_.begin() : repair_.end(), &channel);
}

void Client::Core::pump_repair(Time now) {
  if (repair_.empty()) return;
  if (repair_retry_ != kNever && now < repair_retry_) return;
  repair_retry_ = kNever;
  std::size_t taken = 0;
  while (taken < repair_.size() && fetching_ < settings_.history_in_flight && room()) {
    Channel& channel = *repair_[taken++];
    channel.in_repair = false;
    const auto range = missing(channel);
    if (!range) continue;
    channel.fetching = true;
    ++fetching_;
    v1::ClientFrame frame;
    v1::GetHistory& question = *frame.mutable_get_history();
    question.set_channel_id(std::string(channel.state.id.view()));
    question.set_from(range->first.from);
    question.set_to(range->first.to);
    question.set_oldest_first(range->second);
    Pending details;
    details.channel = channel.state.id;
    details.from = range->first.from;
    details.to = range->first.to;
    details.oldest_first = range->second;
    transmit_message(note_request(now, Asked::history, std::move(details)), frame);
  }
  repair_.erase(repair_.begin(), repair_.begin() + static_cast<std::ptrdiff_t>(taken));
}

bool Client::Core::compared(const Channel& channel) const {
  return channel.state.incarnation == session_.incarnation && !channel.state.unproven;
}

void Client::Core::on_compared(Time now, Channel& channel, const v1::History& history, Seq seq) {
  ChannelState& state = channel.state;
  if (!state.unproven || state.points.back().seq != seq) return settle(now, channel);
  const bool common = std::any_of(history.events().begin(), history.events().end(), [&](const v1::Event& event) {
    return event.header().seq() == seq && event.digest() == view(state.points.back().digest);
  });
  if (!common) return drop_unproven(now, channel, last_askable_point(state, seq - 1));
  state.unproven = false;
  const ChannelState* changed = &state;
  if (commit({.channels = {&changed, 1}})) after_row(now, channel);
}

void Client::Core::drop_unproven(Time now, Channel& channel, Seq after) {
  ChannelState& state = channel.state;
  const EventRange dropped{state.id, after + 1, 0};
  forget_history_after(state, after);
  channel.paged = std::min(channel.paged, after);
  state.unproven = after != 0;
  if (!state.unproven) state.contact = state.head;
  const ChannelState* changed = &state;
  if (!commit({.channels = {&changed, 1}, .dropped = {&dropped, 1}})) return;
  listener_.on_history_dropped(state, after);
  if (established()) after_row(now, channel);
}

void Client::Core::on_history_error(Time now, Channel& channel, const v1::Error& error) {
  const ErrorKind kind = error_info(wire::to_error(error).code).kind;
  if (kind == ErrorKind::caller || kind == ErrorKind::refusal) {
    if (channel.state.unproven) return drop_unproven(now, channel, 0);
    channel.unhelpful = true;
    return settle(now, channel);
  }
  queue_repair(channel);
  repair_retry_ = repair_backoff_.again_at(now, repair_retry_, Duration(error.retry_after_ms()), random_);
}

void Client::Core::doubt(Time now, Channel& channel) {
  if (channel.doubted || channel.state.head <= channel.state.top()) return;
  channel.doubted = true;
  doubts_.emplace_back(now + settings_.gap_patience, &channel);
}

void Client::Core::check_doubts(Time now) {
  while (!doubts_.empty() && doubts_.front().first <= now) {
    Channel& channel = *doubts_.front().second;
    doubts_.erase(doubts_.begin());
    channel.doubted = false;
    if (channel.state.head <= channel.state.top()) continue;
    if (channel.known) {
      queue_repair(channel);
    } else {
      refresh_channel(now, channel);
    }
  }
}

void Client::Core::want(Time now, const ChannelId& id, Want want) {
  Channel& channel = channels_[id];
  channel.state.id = id;
  channel.want = want;
  channel.unhelpful = false;
  queue_repair(channel);
  pump(now);
}

void Client::Core::open(Time now, std::span<const ChannelId> ids) {
  for (const ChannelId& id : opened_) {
    if (Channel* channel = find(id)) channel->opened = false;
  }
  opened_.assign(ids.begin(), ids.end());
  for (const ChannelId& id : opened_) {
    Channel& channel = channels_[id];
    channel.state.id = id;
    channel.opened = true;
    channel.unhelpful = false;
    queue_repair(channel);
  }
  if (established()) send_open_channels();
  pump(now);
}

void Client::Core::send_open_channels() {
  if (settings_.mode != Mode::open_channels) return;
  v1::ClientFrame frame;
  for (const ChannelId& id : opened_) frame.mutable_open_channels()->add_channel_ids(std::string(id.view()));
  frame.mutable_open_channels();
  transmit_message(0, frame);
}

}  // namespace parley::client
