// Cursors: what is stored here is told as delivered, what the user has read as read; the first move at once, then at
// most one per channel and interval, with one in flight.
#include <algorithm>

#include "client/core.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace parley::client {

bool Client::Core::cursor_behind(const Channel& channel) const {
  const ChannelState& state = channel.state;
  return compared(channel) && state.role != Role::none &&
         (state.delivered_wanted > state.registers.delivered || state.read_wanted > state.registers.read);
}

void Client::Core::touch_cursor(Time now, Channel& channel) {
  if (channel.cursor_due || channel.cursor_in_flight || !cursor_behind(channel)) return;
  if (room() && now >= channel.cursor_next) return send_cursor(now, channel);
  channel.cursor_due = true;
  cursors_due_.push_back(&channel);
  cursors_wake_ = earlier(cursors_wake_, std::max(channel.cursor_next, now + Duration(1)));
}

void Client::Core::send_cursor(Time now, Channel& channel) {
  const ChannelState& state = channel.state;
  channel.cursor_in_flight = true;
  channel.cursor_next = now + receipt_interval_;
  v1::ClientFrame frame;
  v1::MoveCursor& move = *frame.mutable_move_cursor();
  move.set_channel_id(std::string(state.id.view()));
  // Who has read a message has received it.
  const Seq delivered = std::max(state.delivered_wanted, state.read_wanted);
  if (delivered > state.registers.delivered) move.set_delivered(delivered);
  if (state.read_wanted > state.registers.read) move.set_read(state.read_wanted);
  Pending details;
  details.channel = state.id;
  details.from = move.delivered();
  details.to = move.read();
  transmit_message(note_request(now, Asked::cursor, std::move(details)), frame);
}

void Client::Core::on_cursor_error(Time now, Channel& channel, const v1::Error& error) {
  const ErrorInfo& info = error_info(wire::to_error(error).code);
  if (info.kind == ErrorKind::caller || info.kind == ErrorKind::refusal) {
    // Not a member any more, or a seq that a restore took away: there is nothing left to tell.
    channel.state.delivered_wanted = channel.state.registers.delivered;
    channel.state.read_wanted = channel.state.registers.read;
    return;
  }
  channel.cursor_next = now + std::max({receipt_interval_, Duration(error.retry_after_ms()), Duration(1'000)});
  touch_cursor(now, channel);
}

void Client::Core::send_due_cursors(Time now) {
  if (cursors_due_.empty() || now < cursors_wake_) return;
  cursors_wake_ = kNever;
  std::vector<Channel*> later;
  for (Channel* channel : cursors_due_) {
    channel->cursor_due = false;
    if (channel->cursor_in_flight || !cursor_behind(*channel)) continue;
    if (now >= channel->cursor_next && room()) {
      send_cursor(now, *channel);
      continue;
    }
    channel->cursor_due = true;
    later.push_back(channel);
    cursors_wake_ = earlier(cursors_wake_, std::max(channel->cursor_next, now + Duration(10)));
  }
  cursors_due_ = std::move(later);
}

Result<void> Client::Core::read(Time now, const ChannelId& id, Seq seq) {
  Channel* channel = find(id);
  if (channel == nullptr || !channel->known) return fail(ErrorCode::channel_unknown);
  ChannelState& state = channel->state;
  if (seq > state.head) return fail(ErrorCode::seq_in_future);
  if (seq <= state.read_wanted || seq <= state.registers.read) return {};
  state.read_wanted = seq;
  if (seq >= state.counted) state.unread = state.unread_mentions = 0;
  const ChannelState* changed = &state;
  if (!commit({.channels = {&changed, 1}})) return fail(ErrorCode::store_unavailable);
  listener_.on_channel(state);
  touch_cursor(now, *channel);
  return {};
}

}  // namespace parley::client
