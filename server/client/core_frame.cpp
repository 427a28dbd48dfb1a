// Frames in and out: requests and their answers, pushes, timers.
#include <google/protobuf/arena.h>

#include <algorithm>

#include "base/assert.hpp"
#include "client/core.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"
#include "wire/protobytes.hpp"

namespace parley::client {
namespace {

constexpr std::size_t kScratchBytes = 64 * 1024;
constexpr std::uint16_t kMalformedClose = 4400;
/// Requests other than sends that wait for their answers at a time; a server refuses more than a few.
constexpr std::size_t kQuestionsInFlight = 12;

/// Memory for the frame that is being read: one per thread, used again for every frame. A client that is called while
/// another one's frame is being read gets memory of its own.
class Scratch {
 public:
  Scratch() {
    if (!taken_) {
      taken_ = mine_ = true;
      arena_ = &shared();
    } else {
      own_ = std::make_unique<google::protobuf::Arena>();
      arena_ = own_.get();
    }
  }
  ~Scratch() {
    if (!mine_) return;
    arena_->Reset();
    taken_ = false;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  google::protobuf::Arena* arena() { return arena_; }

 private:
  static google::protobuf::Arena& shared() {
    struct Block {
      std::vector<char> bytes = std::vector<char>(kScratchBytes);
      google::protobuf::Arena arena{bytes.data(), bytes.size()};
    };
    thread_local Block block;
    return block.arena;
  }

  static thread_local bool taken_;
  google::protobuf::Arena* arena_ = nullptr;
  std::unique_ptr<google::protobuf::Arena> own_;
  bool mine_ = false;
};
thread_local bool Scratch::taken_ = false;

}  // namespace

Client::Core::Channel* Client::Core::find(const ChannelId& id) {
  const auto it = channels_.find(id);
  return it == channels_.end() ? nullptr : &it->second;
}

bool Client::Core::room() const {
  return established() && pending_.size() - outbox_.in_flight() < kQuestionsInFlight;
}

std::uint64_t Client::Core::note_request(Time now, Asked asked, Pending details) {
  details.request = ++last_request_;
  details.asked = asked;
  details.since = now;
  pending_.push_back(std::move(details));
  return last_request_;
}

void Client::Core::transmit(std::uint64_t request, std::string_view body) {
  thread_local std::string bytes;
  bytes.clear();
  wire::put_varint_field(bytes, v1::ClientFrame::kRequestFieldNumber, request);
  bytes.append(body);
  host_.send(bytes);
}

void Client::Core::transmit_message(std::uint64_t request, v1::ClientFrame& frame) {
  frame.set_request(request);
  thread_local std::string bytes;
  bytes.clear();
  frame.AppendToString(&bytes);
  host_.send(bytes);
}

void Client::Core::frame(Time now, std::string_view bytes) {
  if (!connection_up()) return;
  last_heard_ = now;
  Scratch scratch;
  auto* frame = google::protobuf::Arena::CreateMessage<v1::ServerFrame>(scratch.arena());
  if (auto parsed = wire::parse(wire::Encoding::binary, bytes, *frame); !parsed) {
    // A newer server may push what is not known here.
    if (parsed.error().code == ErrorCode::unknown_request && frame->request() == 0) return;
    host_.close(kMalformedClose);
    return lost(now, {Reconnect::backoff, Error(ErrorCode::malformed, "A frame of the server cannot be read.")});
  }
  dispatch(now, *frame);
  pump(now);
}

void Client::Core::dispatch(Time now, v1::ServerFrame& frame) {
  if (frame.request() == 0) return on_push(now, frame);
  const auto it = std::find_if(pending_.begin(), pending_.end(),
                               [&](const Pending& pending) { return pending.request == frame.request(); });
  if (it == pending_.end()) return;
  Pending pending = std::move(*it);
  pending_.erase(it);
  on_answer(now, std::move(pending), frame);
}

void Client::Core::on_answer(Time now, Pending pending, v1::ServerFrame& frame) {
  if (frame.has_error()) return on_error(now, pending, frame.error());
  Channel* channel = pending.channel.is_nil() ? nullptr : find(pending.channel);
  switch (pending.asked) {
    case Asked::nothing:
      return;
    case Asked::hello:
      if (frame.has_welcome()) on_welcome(now, frame.welcome());
      return;
    case Asked::token:
      return on_token_taken(now, frame);
    case Asked::inbox:
      if (frame.has_inbox()) on_inbox(now, frame.inbox(), pending.request);
      return;
    case Asked::history:
      if (channel == nullptr) return;
      --fetching_;
      channel->fetching = false;
      repair_backoff_.reset();
      if (!frame.has_history()) return;
      return on_history(now, *channel, frame.history(), pending.from, pending.to, pending.oldest_first);
    case Asked::channel:
      if (channel == nullptr) return;
      channel->refreshing = false;
      if (frame.has_channel()) {
        on_channel_answer(now, pending.channel, frame.channel().row(), pending.request);
      }
      return;
    case Asked::cursor:
      if (channel == nullptr) return;
      channel->cursor_in_flight = false;
      channel->state.registers.delivered = std::max(channel->state.registers.delivered, pending.from);
      channel->state.registers.read = std::max(channel->state.registers.read, pending.to);
      if (frame.has_registers()) {
        on_registers(*channel, frame.registers(), std::nullopt);
      } else if (const ChannelState* state = &channel->state; !commit({.channels = {&state, 1}})) {
        return;
      }
      if (established()) touch_cursor(now, *channel);
      return;
    case Asked::command:
      if (frame.has_outcome()) on_outcome(now, frame.outcome());
      return;
    case Asked::question:
      return on_question_answer(now, pending, frame);
  }
}

void Client::Core::on_error(Time now, Pending& pending, const v1::Error& error) {
  Channel* channel = pending.channel.is_nil() ? nullptr : find(pending.channel);
  switch (pending.asked) {
    case Asked::nothing:
      return;
    case Asked::hello:
      return on_hello_error(now, error);
    case Asked::token:
      token_.clear();
      renew_at_ = now + token_backoff_.next(random_);
      return;
    case Asked::inbox:
      return on_inbox_error(now, error);
    case Asked::history:
      if (channel == nullptr) return;
      --fetching_;
      channel->fetching = false;
      return on_history_error(now, *channel, error);
    case Asked::channel:
      if (channel == nullptr) return;
      channel->refreshing = false;
      return on_channel_error(now, *channel, error);
    case Asked::cursor:
      if (channel == nullptr) return;
      channel->cursor_in_flight = false;
      return on_cursor_error(now, *channel, error);
    case Asked::command:
      return on_command_error(now, pending.send_id, error);
    case Asked::question:
      return on_question_error(now, pending, error);
  }
}

void Client::Core::on_push(Time now, v1::ServerFrame& frame) {
  if (frame.has_error()) {
    // The last word before a close.
    if (state_ == State::greeting) return on_hello_error(now, frame.error());
    retry_after_ms_ = frame.error().retry_after_ms();
    return;
  }
  if (!established()) return;
  switch (frame.body_case()) {
    case v1::ServerFrame::kEvents:
      return on_events(now, *frame.mutable_events());
    case v1::ServerFrame::kHeads:
      return on_heads(now, frame.heads());
    case v1::ServerFrame::kReceiptsMoved:
      if (Channel* channel = told_of(now, frame.receipts_moved().channel_id())) {
        on_ticks(now, *channel, frame.receipts_moved());
      }
      return;
    case v1::ServerFrame::kRegistersChanged: {
      const auto& changed = frame.registers_changed();
      if (Channel* channel = told_of(now, changed.channel_id())) {
        on_registers(*channel, changed.registers(), std::pair{changed.unread(), changed.unread_mentions()});
      }
      return;
    }
    case v1::ServerFrame::kTypingNow:
    case v1::ServerFrame::kPresenceNow:
      return on_typing_and_presence(frame);
    case v1::ServerFrame::kResync:
      return ask_inbox(now, {});
    default:
      return;
  }
}

void Client::Core::on_ticks(Time now, Channel& channel, const v1::ReceiptsMoved& moved) {
  ChannelState& state = channel.state;
  const bool lower = moved.delivered_by_all() < state.delivered_by_all || moved.read_by_all() < state.read_by_all;
  state.delivered_by_all = moved.delivered_by_all();
  state.read_by_all = moved.read_by_all();
  channel.ticks_told = last_request_;
  const ChannelState* told = &state;
  if (!channel.known || !commit({.channels = {&told, 1}})) return;
  listener_.on_channel(state);
  // They mostly rise: between nodes it may have been on its way for longer than the row that told of later ones.
  if (lower) refresh_channel(now, channel);
}

Client::Core::Channel* Client::Core::told_of(Time now, const std::string& channel_id) {
  Channel* channel = find(ChannelId::from_bytes(channel_id).value_or(ChannelId{}));
  // Its first row may be on its way, and be older than this.
  if (channel == nullptr && inbox_in_flight_) want_inbox(now);
  return channel;
}

void Client::Core::pump(Time now) {
  if (!established()) return;
  pump_repair(now);
  pump_questions(now);
  pump_sends(now);
}

void Client::Core::tick(Time now) {
  armed_ = kNever;
  check_connection(now);
  if (!established()) return;
  if (inbox_retry_ != kNever && now >= inbox_retry_) {
    inbox_retry_ = kNever;
    ask_inbox(now, {});
  }
  check_doubts(now);
  send_due_cursors(now);
  pump(now);
}

Time Client::Core::earliest_wish() const {
  Time wish = earlier(wait_until_, deadline_);
  if (!established()) return state_ == State::waiting || deadline_ != kNever ? wish : kNever;
  wish = earlier(wish, pending_.empty() ? last_heard_ + silence_ : pending_.front().since + settings_.answer_timeout);
  wish = earlier(wish, renew_at_);
  wish = earlier(wish, inbox_retry_);
  if (outbox_.size() > 0) wish = earlier(wish, sends_paused_);
  if (!repair_.empty()) wish = earlier(wish, repair_retry_);
  if (!questions_.empty()) wish = earlier(wish, questions_paused_);
  if (!cursors_due_.empty()) wish = earlier(wish, cursors_wake_);
  if (!doubts_.empty()) wish = earlier(wish, doubts_.front().first);
  return wish;
}

void Client::Core::arm(Time now) {
  const Time wish = earliest_wish();
  if (wish == kNever || (armed_ != kNever && armed_ <= wish)) return;
  armed_ = std::max(wish, now);
  host_.wake_at(armed_);
}

}  // namespace parley::client
