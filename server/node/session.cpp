#include "node/session.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "node/hub.hpp"
#include "node/requests.hpp"
#include "parley/v1/frames.pb.h"

namespace parley {
namespace {

/// Hints are not sent to whom this much is waiting for: they must not queue behind messages.
constexpr std::size_t kHintBytes = 16 * 1024;
constexpr std::uint32_t kVersion = 1;
/// More missed heads than this are told by one Resync.
constexpr std::size_t kMissedHeads = 1000;
/// Questions of one session that may wait for their answer: an answer may be a whole page.
constexpr std::uint8_t kQuestions = 16;
constexpr std::uint32_t kRetryMs = 100;
constexpr std::size_t kOutboxFactor = 4;

/// Parsing reuses one message per thread: its strings and arrays keep their memory.
v1::ClientFrame& scratch_frame() {
  static thread_local v1::ClientFrame frame;
  return frame;
}

/// What may go without a number, and is not answered then.
bool is_hint(const v1::ClientFrame& frame) {
  return frame.has_typing() || frame.has_watch() || frame.has_set_active() || frame.has_open_channels();
}

}  // namespace

Session::Session(Io& io, Connection& connection, std::uint64_t address)
    : io_(io), connection_(connection), id_(io.next_session_id()), address_(address) {}

Session::~Session() = default;

Session::Rare& Session::rare() {
  if (!rare_) rare_ = std::make_unique<Rare>();
  return *rare_;
}

SessionInfo Session::info() const {
  return {.id = id_,
          .account = identity_.account,
          .device = identity_.device,
          .address = connection_.peer_address(),
          .opened = from_unix_ms(std::int64_t{opened_s_} * 1000),
          .mode = mode_,
          .outbox_bytes = connection_.queued_bytes(),
          .json = kind_ == FrameKind::text};
}

void Session::on_message(FrameKind kind, std::string_view payload) {
  if (state_ == State::ended) return;
  // Who sends without ever reading would grow without end.
  if (connection_.queued_bytes() > kOutboxFactor * io_.outbox_limit()) return end(ErrorCode::too_slow);
  if (state_ == State::greeting) kind_ = kind;
  v1::ClientFrame& frame = scratch_frame();
  const auto encoding = kind == FrameKind::text ? wire::Encoding::json : wire::Encoding::binary;
  if (auto parsed = wire::parse(encoding, payload, frame); !parsed) {
    const bool newer = parsed.error().code == ErrorCode::unknown_request;
    if (state_ == State::greeting && newer) return end(ErrorCode::hello_expected);
    // A request of a newer client is understood but for its body, and is answered like any other; a hint is passed
    // over.
    if (state_ == State::live && (newer || frame.request() != 0)) {
      return refuse(frame.request(), ErrorCode::unknown_request);
    }
    return end(parsed.error());
  }
  const std::uint64_t request = frame.request();
  if (request == 0 && !is_hint(frame)) return end({ErrorCode::malformed, "request: a number above 0 is needed"});
  if (state_ == State::greeting) {
    if (!frame.has_hello()) return end(ErrorCode::hello_expected);
    return hello(frame);
  }
  if (frame.has_command()) return command(frame);
  if (frame.has_hello()) return refuse(request, {ErrorCode::invalid_argument, "hello was said already"});
  if (frame.has_new_token()) {
    auto identity = io_.authenticator().access_token(frame.new_token().access_token());
    if (!identity) return refuse(request, identity.error());
    if (identity->account != identity_.account || identity->device != identity_.device) {
      return refuse(request, {ErrorCode::unauthenticated, "the token is another device's"});
    }
    identity_ = *identity;
    return welcome(request);
  }
  if (frame.has_open_channels()) {
    rare().open.clear();
    for (const auto& bytes : frame.open_channels().channel_ids()) {
      auto id = ChannelId::from_bytes(bytes);
      if (!id) return refuse(request, {ErrorCode::invalid_argument, "channel_ids: an id has to be 16 bytes"});
      if (rare().open.size() >= kMissedHeads) {
        return refuse(request, {ErrorCode::invalid_argument, "channel_ids: at most 1,000 channels can be open"});
      }
      rare().open.insert(*id);
    }
    if (request == 0) return;
    v1::ServerFrame ok;
    ok.mutable_ok();
    ok.set_request(request);
    return send(ok);
  }
  if (questions_ >= kQuestions || connection_.queued_bytes() > io_.outbox_limit()) {
    return refuse(request, {ErrorCode::too_many_requests, "read the answers before asking more", 100});
  }
  ++questions_;
  Reply reply = [&io = io_, alive = io_.alive(), id = id_, request](v1::ServerFrame& answer) {
    if (alive.expired()) return;
    Session* session = io.find(id);
    if (session == nullptr) return;
    --session->questions_;
    if (request == 0) return;
    answer.set_request(request);
    session->send(answer);
  };
  if (frame.has_set_active() || frame.has_watch()) {
    return io_.node().hub->hint(io_, identity_.account, {io_.index(), id_, identity_.device}, frame, std::move(reply));
  }
  io_.handle({identity_.account, identity_.device, address_}, frame, std::move(reply));
}

void Session::hello(const v1::ClientFrame& frame) {
  const auto& hello = frame.hello();
  if (hello.version() != kVersion) return end(ErrorCode::unsupported_version);
  if (!v1::Mode_IsValid(hello.mode())) return end({ErrorCode::malformed, "hello.mode: not a known value"});
  auto identity = hello.resume_token().empty() ? io_.authenticator().access_token(hello.access_token())
                                               : io_.authenticator().resume_token(hello.resume_token());
  if (!identity) return end(identity.error());
  identity_ = *identity;
  mode_ = static_cast<std::uint8_t>(hello.mode());
  opened_s_ = static_cast<std::uint32_t>(to_unix_ms(io_.now()) / 1000);
  state_ = State::live;
  connection_.established();
  connection_.set_message_limit(io_.node().limits.frame_bytes);
  io_.add(*this);
  welcome(frame.request());
}

void Session::welcome(std::uint64_t request) {
  const NodeContext& node = io_.node();
  v1::ServerFrame frame;
  frame.set_request(request);
  auto& welcome = *frame.mutable_welcome();
  welcome.set_incarnation(std::string(node.store->incarnation().view()));
  welcome.set_account(std::string(identity_.account.view()));
  welcome.set_device(std::string(identity_.device.view()));
  welcome.set_session(std::string(reinterpret_cast<const char*>(&id_), sizeof id_));
  welcome.set_resume_token(io_.authenticator().make_resume_token(identity_));
  welcome.set_time(to_unix_ms(io_.now()));
  welcome.set_heartbeat_ms(static_cast<std::uint32_t>(node.limits.heartbeat_ms));
  for (const auto& info : kLimits) {
    if (!info.wire) continue;
    auto& limit = *welcome.add_limits();
    limit.set_name(std::string(info.name));
    limit.set_value(node.limits.*info.member);
  }
  welcome.set_server(node.server_name);
  welcome.set_session_ends(to_unix_ms(identity_.expires));
  send(frame);
}

// ---- commands ----------------------------------------------------------------------------------------------------

void Session::command(const v1::ClientFrame& frame) {
  auto command = wire::to_command(frame.command(), identity_.account);
  if (!command) return refuse(frame.request(), command.error());
  std::uint64_t number = ++commands_;
  if (auto taken = take(*command, number); !taken) {
    hold_up(command->channel, command->stamp.send_id, number, taken.error());
    return refuse(frame.request(), taken.error());
  }
  io_.stamp({identity_.account, identity_.device, address_}, *command);
  unanswered_.push_back({frame.request(), number, command->channel});
  submit(std::move(*command), {io_.node().node, io_.index(), id_, frame.request()});
}

Result<void> Session::take(const Command& command, std::uint64_t& number) {
  if (unanswered_.size() >= io_.node().limits.sends_in_flight) {
    return fail(Error(ErrorCode::too_many_requests, "wait for answers before sending more", kRetryMs));
  }
  if (is_behind(command, number)) return fail(behind_another_send());
  return io_.gate().enter(identity_.account, address_);
}

/// Asked for each command that is about to go: what is behind it may follow then.
bool Session::is_behind(const Command& command, std::uint64_t& number) {
  return rare_ && rare_->order.is_behind(command.channel, command.stamp.send_id, number);
}

/// After an error that lets the same send come again, what was sent behind it must not go before it.
void Session::hold_up(const ChannelId& channel, const SendId& send_id, std::uint64_t number, const Error& error) {
  if (may_come_again(error)) rare().order.refused(channel, send_id, number, io_.node().clock->uptime());
}

void Session::submit(Command command, const Origin& origin) {
  if (facts_pending_ > 0) {
    rare().held.emplace_back(std::move(command), origin);
    return;
  }
  if (command.named_accounts().empty()) return pass_on(std::move(command), origin);
  ++facts_pending_;
  Answer refusal{origin, command.channel, command.stamp.send_id, Error(ErrorCode::ok)};
  io_.add_facts(std::move(command),
                [&io = io_, alive = io_.alive(), refusal = std::move(refusal)](Result<Command> ready) mutable {
                  if (alive.expired()) return;
                  Session* session = io.find(refusal.origin.session);
                  if (session != nullptr) session->facts_came(std::move(ready), std::move(refusal));
                });
}

void Session::pass_on(Command command, const Origin& origin) {
  const auto mine = std::ranges::find(unanswered_, origin.request, &Unanswered::request);
  if (mine == unanswered_.end()) return;
  // It was taken before what it is behind was refused.
  if (is_behind(command, mine->number)) {
    return answer({origin, command.channel, command.stamp.send_id, behind_another_send()});
  }
  const bool behind = std::ranges::any_of(unanswered_, [&](const Unanswered& other) {
    return other.channel == command.channel && other.number < mine->number;
  });
  io_.submit({std::move(command), origin, mine->number, behind});
}

/// `refusal`: what it is answered with where there are none, once their error is in it.
void Session::facts_came(Result<Command> command, Answer refusal) {
  --facts_pending_;
  if (command) {
    pass_on(std::move(*command), refusal.origin);
  } else {
    refusal.body = command.error();
    answer(refusal);
  }
  auto& held = rare().held;
  while (facts_pending_ == 0 && !held.empty()) {
    auto [next, to] = std::move(held.front());
    held.pop_front();
    submit(std::move(next), to);
  }
}

void Session::answer(const Answer& answer) {
  if (state_ != State::live) return;
  const std::uint64_t request = answer.origin.request;
  const auto open = std::ranges::find(unanswered_, request, &Unanswered::request);
  if (open == unanswered_.end()) return;
  const std::uint64_t number = open->number;
  unanswered_.erase(open);
  io_.gate().leave(identity_.account, address_);
  if (const auto* outcome = std::get_if<wire::StoredOutcome>(&answer.body)) {
    const std::string bytes = wire::encode_outcome_frame(request, answer.channel, answer.send_id, *outcome);
    if (kind_ == FrameKind::binary) return connection_.send(kind_, bytes);
    return connection_.send(kind_, wire::binary_to_json(bytes));
  }
  if (const auto* error = std::get_if<Error>(&answer.body)) {
    if (!answer.send_id.is_nil()) hold_up(answer.channel, answer.send_id, number, *error);
    return refuse(request, *error);
  }
  v1::ServerFrame frame;
  frame.set_request(request);
  frame.mutable_registers()->ParseFromString(*std::get<RegistersAnswer>(answer.body).registers);
  send(frame);
}

// ---- pushes ------------------------------------------------------------------------------------------------------

bool Session::wants_events_of(const ChannelId& channel) const {
  if (mode_ == v1::MODE_EVERYTHING) return true;
  return mode_ == v1::MODE_OPEN_CHANNELS && rare_ && rare_->open.contains(channel);
}

void Session::push(const Push& push, std::shared_ptr<const std::string>& json) {
  if (state_ != State::live) return;
  const std::size_t queued = connection_.queued_bytes();
  const bool hint = push.kind == PushKind::typing || push.kind == PushKind::presence;
  if (hint && queued > kHintBytes) return;
  if (overflowing_since_ == kHasRoom && queued > io_.outbox_limit()) {
    overflowing_since_ = io_.node().clock->uptime();
  }
  const bool overflowing = overflowing_since_ != kHasRoom;
  if (push.kind == PushKind::events && (overflowing || !wants_events_of(push.channel))) {
    rare().missed[push.channel] = {push.head, push.time};
    if (!overflowing) send_heads();
    return;
  }
  if (overflowing) {
    if (!hint) rare().missed_more = true;
    return;
  }
  io_.node().metrics->deliveries.add();
  if (Tracer* tracer = push.kind == PushKind::events ? io_.node().tracing() : nullptr) {
    tracer->pushed(push.channel, push.head, id_, identity_.account);
  }
  if (kind_ == FrameKind::binary) return connection_.send(kind_, push.frame);
  if (!json) json = std::make_shared<const std::string>(wire::binary_to_json(*push.frame));
  connection_.send(kind_, json);
}

void Session::send_heads() {
  if (!rare_) return;
  auto missed = std::exchange(rare_->missed, {});
  const bool resync = std::exchange(rare_->missed_more, false) || missed.size() > kMissedHeads;
  v1::ServerFrame frame;
  if (resync) {
    frame.mutable_resync();
  } else if (!missed.empty()) {
    for (const auto& [channel, head] : missed) {
      auto& out = *frame.mutable_heads()->add_heads();
      out.set_channel_id(std::string(channel.view()));
      out.set_head(head.first);
      out.set_time(to_unix_ms(head.second));
    }
  } else {
    return;
  }
  send(frame);
}

void Session::on_drained() {
  if (Tracer* tracer = io_.node().tracing()) tracer->flushed(id_);
  if (overflowing_since_ == kHasRoom) return;
  overflowing_since_ = kHasRoom;
  send_heads();
}

void Session::tick(Time now) {
  if (state_ != State::live) return;
  count_outbox(static_cast<std::uint32_t>(connection_.queued_bytes()));
  if (now >= identity_.expires) return end(ErrorCode::token_expired);
  const Duration grace(static_cast<std::int64_t>(io_.node().limits.outbox_drain_ms));
  if (overflowing_since_ == kHasRoom) return;
  if (io_.node().clock->uptime() - overflowing_since_ > grace) end(ErrorCode::too_slow);
}

void Session::count_outbox(std::uint32_t bytes) {
  io_.node().metrics->outbox_bytes.add(static_cast<std::int64_t>(bytes) - counted_outbox_);
  counted_outbox_ = bytes;
}

// ---- the end -----------------------------------------------------------------------------------------------------

void Session::send(const v1::ServerFrame& frame) {
  connection_.send(kind_, wire::serialize(encoding(), frame));
}

void Session::refuse(std::uint64_t request, const Error& error) {
  if (request == 0) return io_.node().metrics->refused(error.code);
  tell(request, error);
}

/// Without a number it is why the session ends.
void Session::tell(std::uint64_t request, const Error& error) {
  io_.node().metrics->refused(error.code);
  v1::ServerFrame frame;
  frame.set_request(request);
  wire::from_error(error, *frame.mutable_error());
  send(frame);
}

void Session::end(const Error& error) {
  if (state_ == State::ended) return;
  tell(0, error);
  const std::uint16_t code = error_info(error.code).close_code;
  connection_.close(code != 0 ? code : error_info(ErrorCode::malformed).close_code, error.name());
  const bool was_live = state_ == State::live;
  state_ = State::ended;
  if (!was_live) return;
  forget_unanswered();
  count_outbox(0);
  io_.remove(*this);
}

/// Their answers will find no session.
void Session::forget_unanswered() {
  io_.gate().leave(identity_.account, address_, std::exchange(unanswered_, {}).size());
}

void Session::on_closed() {
  const bool was_live = state_ == State::live;
  state_ = State::ended;
  if (!was_live) return;
  forget_unanswered();
  count_outbox(0);
  io_.remove(*this);
}

}  // namespace parley
