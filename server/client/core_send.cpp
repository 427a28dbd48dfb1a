// Sends: stored, then handed to the network, kept until their outcome.
#include <algorithm>
#include <array>

#include "base/utf8.hpp"
#include "client/core.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"
#include "wire/protobytes.hpp"

namespace parley::client {
namespace {

constexpr std::size_t kMaxTextCodePoints = 100'000;

/// Nothing of a channel may overtake what creates it or changes who may speak; messages may be on their way together.
bool goes_alone(const v1::Command& command) {
  switch (command.body_case()) {
    case v1::Command::kPost:
    case v1::Command::kEdit:
    case v1::Command::kDelete:
    case v1::Command::kReact:
      return false;
    default:
      return true;
  }
}

/// A channel whose id follows from who takes part.
Result<void> fill_channel(v1::Command& command, const AccountId& me) {
  if (!command.channel_id().empty() || !command.has_create_channel()) return {};
  const auto& create = command.create_channel();
  if (me.is_nil()) return fail(ErrorCode::unauthenticated, "Sign in first.");
  if (create.kind() == v1::CHANNEL_KIND_SELF) {
    command.set_channel_id(std::string(self_channel_id(me).view()));
  } else if (create.kind() == v1::CHANNEL_KIND_DIRECT) {
    const auto peer = AccountId::from_bytes(create.peer());
    if (!peer) return fail(ErrorCode::invalid_argument, "create_channel.peer: an account is needed");
    command.set_channel_id(std::string(direct_channel_id(me, *peer).view()));
  }
  return {};
}

enum class Verdict : std::uint8_t { refused, again, token };

Verdict judge(const v1::Error& error) {
  const ErrorInfo* info = find_error(std::string_view(error.name()));
  if (info == nullptr) return error.retry_after_ms() > 0 ? Verdict::again : Verdict::refused;
  if (info->retry == Retry::auth) return Verdict::token;
  if (info->kind == ErrorKind::caller || info->kind == ErrorKind::refusal) return Verdict::refused;
  return info->retry == Retry::never ? Verdict::refused : Verdict::again;
}

}  // namespace

SendId Client::Core::new_send_id(Time now) {
  std::array<std::uint8_t, 10> random{};
  random_(random);
  SendId id(make_uuid_v7(std::max<std::int64_t>(to_unix_ms(now), 0), random));
  // In the order of sending, whatever the clock does: the server need not look for what is greater than all it has.
  if (id <= last_send_id_) id = SendId(next_uuid_v7(last_send_id_.bytes()));
  return last_send_id_ = id;
}

Result<SendId> Client::Core::send(Time now, v1::Command& command) {
  if (auto loaded = load(); !loaded) return fail(loaded.error());
  if (command.send_id().empty()) command.set_send_id(std::string(new_send_id(now).view()));
  if (auto filled = fill_channel(command, session_.account); !filled) return fail(filled.error());
  auto checked = wire::to_command(command, session_.account);
  if (!checked) return fail(checked.error());
  OutboxEntry entry{checked->stamp.send_id, checked->channel, 0, now, {}};
  if (!command.SerializeToString(&entry.command)) return fail(ErrorCode::invalid_argument);
  const SendId id = entry.send_id;
  if (auto queued = enqueue(now, std::move(entry), goes_alone(command)); !queued) return fail(queued.error());
  return id;
}

Result<SendId> Client::Core::post(Time now, const ChannelId& channel, std::string_view text, Seq reply_to) {
  if (auto loaded = load(); !loaded) return fail(loaded.error());
  const auto length = count_code_points(text);
  if (!length) return fail(ErrorCode::invalid_text);
  if (*length == 0) return fail(ErrorCode::invalid_argument, "post.content: a text is needed");
  if (*length > kMaxTextCodePoints) return fail(ErrorCode::content_too_long);
  if (channel.is_nil()) return fail(ErrorCode::invalid_argument, "channel_id: an id is needed");

  // v1.Command{channel_id, send_id, post{content{text}, reply_to}} by hand: the load generator's hot path.
  OutboxEntry entry{new_send_id(now), channel, 0, now, {}};
  const std::size_t content = wire::bytes_field_size(v1::Content::kTextFieldNumber, text.size());
  const std::size_t post = wire::bytes_field_size(v1::Post::kContentFieldNumber, content) +
                           wire::varint_field_size(v1::Post::kReplyToFieldNumber, reply_to);
  std::string& out = entry.command;
  out.reserve(post + 48);
  wire::put_bytes_field(out, v1::Command::kChannelIdFieldNumber, channel.view());
  wire::put_bytes_field(out, v1::Command::kSendIdFieldNumber, entry.send_id.view());
  wire::put_length(out, v1::Command::kPostFieldNumber, post);
  wire::put_length(out, v1::Post::kContentFieldNumber, content);
  wire::put_bytes_field(out, v1::Content::kTextFieldNumber, text);
  wire::put_varint_field(out, v1::Post::kReplyToFieldNumber, reply_to);
  const SendId id = entry.send_id;
  if (auto queued = enqueue(now, std::move(entry), false); !queued) return fail(queued.error());
  return id;
}

Result<void> Client::Core::enqueue(Time now, OutboxEntry entry, bool alone) {
  if (outbox_.find(entry.send_id) != nullptr) return {};
  if (outbox_.size() >= settings_.outbox_entries || outbox_.bytes() + entry.command.size() > settings_.outbox_bytes) {
    return fail(ErrorCode::limit_reached, "The outbox is full: wait until what it holds was sent.");
  }
  entry.order = outbox_.last_order() + 1;
  const OutboxEntry* put = &entry;
  if (!commit({.outbox_put = {&put, 1}})) return fail(ErrorCode::store_unavailable, "The outbox cannot be written.");
  outbox_.add(std::move(entry), alone);
  pump_sends(now);
  return {};
}

void Client::Core::adopt(Time now, OutboxEntry entry) {
  if (outbox_.find(entry.send_id) != nullptr) return;
  v1::Command command;
  const bool alone = !command.ParseFromString(entry.command) || goes_alone(command);
  entry.order = std::max(entry.order, outbox_.last_order() + 1);
  outbox_.add(std::move(entry), alone);
  pump_sends(now);
}

void Client::Core::pump_sends(Time now) {
  if (!established() || outbox_.size() == 0) return;
  if (sends_paused_ != kNever && now < sends_paused_) return;
  sends_paused_ = kNever;
  thread_local std::string body;
  while (outbox_.in_flight() < requests_limit_) {
    Outbox::Entry* entry = outbox_.take();
    if (entry == nullptr) return;
    Pending details;
    details.send_id = entry->data.send_id;
    const std::uint64_t request = note_request(now, Asked::command, std::move(details));
    body.clear();
    wire::put_bytes_field(body, v1::ClientFrame::kCommandFieldNumber, entry->data.command);
    transmit(request, body);
  }
}

void Client::Core::on_outcome(Time now, const v1::Outcome& outcome) {
  const auto send_id = SendId::from_bytes(outcome.send_id());
  Outbox::Entry* entry = send_id ? outbox_.find(*send_id) : nullptr;
  if (entry == nullptr) return;
  sends_backoff_.reset();
  sends_put_off_.clear();
  SendResult result{.send_id = *send_id, .channel = entry->data.channel};
  result.time = from_unix_ms(outcome.time());
  if (outcome.refused().empty()) {
    result.seq = outcome.seq();
  } else {
    result.refused = outcome.refused();
    if (const ErrorInfo* info = find_error(result.refused)) result.text = info->text;
  }
  end_send(now, *entry, result);
}

void Client::Core::on_command_error(Time now, const SendId& send_id, const v1::Error& error) {
  Outbox::Entry* entry = outbox_.find(send_id);
  if (entry == nullptr) return;
  switch (judge(error)) {
    case Verdict::refused:
      return end_send(now, *entry,
                      {.send_id = send_id,
                       .channel = entry->data.channel,
                       .time = now,
                       .refused = error.name(),
                       .text = error.text()});
    case Verdict::token:
      renew_at_ = now;
      [[fallthrough]];
    case Verdict::again:
      outbox_.put_back(*entry);
      sends_put_off_ = error.name();
      sends_paused_ = sends_backoff_.again_at(now, sends_paused_, Duration(error.retry_after_ms()), random_);
      return;
  }
}

void Client::Core::end_send(Time now, Outbox::Entry& entry, SendResult result) {
  if (!commit({.outbox_removed = {&result.send_id, 1}})) return;
  outbox_.remove(entry);
  if (result.seq > 0) {
    Channel& channel = channels_[result.channel];
    channel.state.id = result.channel;
    channel.state.head = std::max(channel.state.head, result.seq);
    doubt(now, channel);
  }
  listener_.on_sent(result);
}

}  // namespace parley::client
