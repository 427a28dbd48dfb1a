// Channels over HTTP: every request becomes a frame of the live protocol and goes the same way.
#include <algorithm>
#include <limits>
#include <utility>

#include "gateway/http_api.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace parley {
namespace {

/// A refusal that is an outcome: the error as everywhere, and the outcome beside it, because it is final.
HttpResponse refused_outcome(const v1::Outcome& outcome) {
  Error error(ErrorCode::internal);
  for (const ErrorInfo& info : kErrors) {
    if (info.name == outcome.refused()) error = info.code;
  }
  HttpResponse response = error_response(error);
  response.body.pop_back();
  response.body += ",\"outcome\":" + wire::serialize(wire::Encoding::json, outcome) + "}";
  return response;
}

void send_command(const Call& call, v1::ClientFrame& frame) {
  call->ask(frame, [call](v1::ServerFrame& answer) {
    if (!answer.outcome().refused().empty()) return call->answer(refused_outcome(answer.outcome()));
    call->answer(answer.outcome());
  });
}

void create_channel(const Call& call) {
  v1::ClientFrame frame;
  if (!call->read(*frame.mutable_command())) return;
  if (!frame.command().has_create_channel()) {
    return call->refuse({ErrorCode::invalid_argument, "createChannel is needed"});
  }
  send_command(call, frame);
}

/// Sets the channel of `message` from the path. False: the answer was sent.
template <class Message>
bool take_channel(const Call& call, Message& message) {
  const auto channel = call->id<ChannelId>(0, "channel");
  if (channel) message.set_channel_id(std::string(channel->view()));
  return channel.has_value();
}

void post_command(const Call& call) {
  v1::ClientFrame frame;
  if (call->read(*frame.mutable_command()) && take_channel(call, *frame.mutable_command())) send_command(call, frame);
}

void get_channel(const Call& call) {
  v1::ClientFrame frame;
  if (!take_channel(call, *frame.mutable_get_channel())) return;
  call->ask(frame, [call](v1::ServerFrame& answer) { call->answer(answer.channel()); });
}

void history(const Call& call) {
  v1::ClientFrame frame;
  auto& ask = *frame.mutable_get_history();
  if (!take_channel(call, ask)) return;
  const auto from = call->query_number("from");
  if (!from) return;
  const auto to = call->query_number("to");
  if (!to) return;
  const auto limit = call->query_number("limit");
  if (!limit) return;
  const auto oldest_first = call->query_flag("oldest_first");
  if (!oldest_first) return;
  ask.set_from(*from);
  ask.set_to(*to);
  ask.set_limit(static_cast<std::uint32_t>(std::min<std::uint64_t>(*limit, std::numeric_limits<std::uint32_t>::max())));
  ask.set_oldest_first(*oldest_first);
  call->ask(frame, [call](v1::ServerFrame& answer) { call->answer(answer.history()); });
}

/// Sets channel and seq of `message` from the path.
template <class Message>
bool take_event(const Call& call, Message& message) {
  if (!take_channel(call, message)) return false;
  const auto seq = call->number(call->value(1), "seq");
  if (seq) message.set_seq(*seq);
  return seq.has_value();
}

void content(const Call& call) {
  v1::ClientFrame frame;
  if (!take_event(call, *frame.mutable_get_content())) return;
  call->ask(frame, [call](v1::ServerFrame& answer) { call->answer(answer.content()); });
}

void versions(const Call& call) {
  v1::ClientFrame frame;
  if (!take_event(call, *frame.mutable_get_versions())) return;
  call->ask(frame, [call](v1::ServerFrame& answer) { call->answer(answer.versions()); });
}

void receipts(const Call& call) {
  v1::ClientFrame frame;
  if (!take_event(call, *frame.mutable_get_receipts())) return;
  call->ask(frame, [call](v1::ServerFrame& answer) { call->answer(answer.receipts()); });
}

/// The three register requests differ in their body alone.
template <auto mutable_body>
void change_registers(const Call& call) {
  v1::ClientFrame frame;
  auto& body = *(frame.*mutable_body)();
  if (!call->read(body) || !take_channel(call, body)) return;
  call->ask(frame, [call](v1::ServerFrame& answer) { call->answer(answer.registers()); });
}

}  // namespace

void add_channel_routes(HttpApi& api) {
  api.signed_in("POST", "/v1/channels", create_channel);
  api.signed_in("GET", "/v1/channels/{id}", get_channel);
  api.signed_in("POST", "/v1/channels/{id}/commands", post_command);
  api.signed_in("GET", "/v1/channels/{id}/history", history);
  api.signed_in("GET", "/v1/channels/{id}/events/{seq}", content);
  api.signed_in("GET", "/v1/channels/{id}/events/{seq}/versions", versions);
  api.signed_in("GET", "/v1/channels/{id}/events/{seq}/receipts", receipts);
  api.signed_in("PUT", "/v1/channels/{id}/cursor", change_registers<&v1::ClientFrame::mutable_move_cursor>);
  api.signed_in("PATCH", "/v1/channels/{id}/registers", change_registers<&v1::ClientFrame::mutable_set_registers>);
  api.signed_in("POST", "/v1/channels/{id}/hide", change_registers<&v1::ClientFrame::mutable_hide_messages>);
}

}  // namespace parley
