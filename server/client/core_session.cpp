// Connection states: when to connect, with which credential, and what an ending means.
#include <algorithm>

#include "base/assert.hpp"
#include "client/core.hpp"
#include "parley/v1/frames.pb.h"
#include "wire/frames.hpp"

namespace parley::client {
namespace {

constexpr std::uint32_t kProtocolVersion = 1;
constexpr std::uint16_t kCloseNormal = 1000;
constexpr std::uint16_t kCloseGoingAway = 1001;
/// What may be sent before the welcome, with room for framing (limit hello_bytes).
constexpr std::size_t kFirstFlight = 7'000;

}  // namespace

std::string_view name_of(State state) {
  switch (state) {
    case State::signed_out:
      return "signed_out";
    case State::waiting:
      return "waiting";
    case State::connecting:
      return "connecting";
    case State::greeting:
      return "greeting";
    case State::syncing:
      return "syncing";
    case State::live:
      return "live";
    case State::stopped:
      return "stopped";
  }
  return "";
}

Client::Core::Core(Settings settings, ClientStore& store, Host& host, Listener& listener, RandomFill random)
    : settings_(std::move(settings)),
      store_(store),
      host_(host),
      listener_(listener),
      random_(std::move(random)),
      outbox_(settings_.window, settings_.channel_window),
      backoff_(settings_.first_backoff, settings_.longest_backoff),
      token_backoff_(settings_.first_backoff, settings_.longest_backoff),
      questions_backoff_(settings_.first_backoff, settings_.longest_backoff),
      inbox_backoff_(settings_.first_backoff, settings_.longest_backoff),
      repair_backoff_(settings_.first_backoff, settings_.longest_backoff),
      sends_backoff_(Duration(20), settings_.longest_backoff) {}

Client::Core::~Core() = default;

Result<void> Client::Core::load() {
  if (loaded_) return {};
  auto stored = store_.load();
  if (!stored) return fail(stored.error());
  loaded_ = true;
  session_ = std::move(stored->session);
  for (auto& state : stored->channels) {
    Channel& channel = channels_[state.id];
    channel.state = std::move(state);
    channel.known = true;
    if (cursor_behind(channel)) {
      channel.cursor_due = true;
      cursors_due_.push_back(&channel);
    }
    queue_repair(channel);
  }
  std::sort(stored->outbox.begin(), stored->outbox.end(),
            [](const OutboxEntry& a, const OutboxEntry& b) { return a.order < b.order; });
  for (auto& entry : stored->outbox) adopt(kNever, std::move(entry));
  return {};
}

Result<void> Client::Core::start(Time now) {
  if (auto loaded = load(); !loaded) return loaded;
  if (connection_up() || state_ == State::connecting) return {};
  begin(now);
  return {};
}

void Client::Core::go(State state, const Error& why) {
  if (state_ == state && state != State::waiting) return;
  state_ = state;
  listener_.on_state(state, why);
}

void Client::Core::begin(Time now) {
  if (can_resume(now) || has_token(now)) {
    connect_now(now);
  } else {
    ask_token(now, Error(ErrorCode::unauthenticated));
  }
}

void Client::Core::connect_now(Time now) {
  wait_until_ = kNever;
  deadline_ = now + settings_.connect_timeout;
  retry_after_ms_ = 0;
  go(State::connecting);
  if (state_ == State::connecting) host_.connect();
}

void Client::Core::wait_until(Time until, const Error& why) {
  wait_until_ = until;
  go(State::waiting, why);
}

void Client::Core::connected(Time now) {
  if (state_ != State::connecting) return;
  last_heard_ = now;
  go(State::greeting);
  if (state_ == State::greeting) send_hello(now);
}

void Client::Core::send_hello(Time now) {
  v1::ClientFrame frame;
  v1::Hello& hello = *frame.mutable_hello();
  hello.set_version(kProtocolVersion);
  hello_resumes_ = can_resume(now);
  if (hello_resumes_) {
    hello.set_resume_token(session_.resume_token);
  } else {
    hello.set_access_token(token_);
    token_shown_ = true;
  }
  hello.set_mode(static_cast<v1::Mode>(settings_.mode));
  hello.set_client(settings_.client);
  const bool fits = frame.ByteSizeLong() + session_.version.size() < kFirstFlight;
  transmit_message(note_request(now, Asked::hello), frame);
  if (fits) ask_inbox(now, {});
}

void Client::Core::take_limits(const v1::Welcome& welcome) {
  for (const auto& limit : welcome.limits()) {
    const std::uint64_t value = limit.value();
    if (limit.name() == "sends_in_flight") requests_limit_ = std::max<std::uint64_t>(value, 1);
    if (limit.name() == "receipt_interval_ms") receipt_interval_ = Duration(value);
    if (limit.name() == "page_events") page_events_ = std::max<std::uint64_t>(value, 1);
  }
  // The server pings a silent client; some of that is on its way.
  if (welcome.heartbeat_ms() > 0) silence_ = Duration(welcome.heartbeat_ms()) + Duration(5'000);
}

void Client::Core::on_welcome(Time now, const v1::Welcome& welcome) {
  const auto account = AccountId::from_bytes(welcome.account());
  const auto incarnation = Incarnation::from_bytes(welcome.incarnation());
  if (!account || !incarnation) {
    return give_up_connection(now, {Reconnect::never, Error(ErrorCode::malformed, "The welcome cannot be read.")});
  }
  if (!session_.account.is_nil() && session_.account != *account) {
    return give_up_connection(
        now, {Reconnect::never, Error(ErrorCode::unauthenticated, "The stored state belongs to another account.")});
  }
  take_limits(welcome);
  const Time server_time = from_unix_ms(welcome.time());
  clock_offset_ = server_time - now;
  take_session_end(now, welcome);
  const bool restored = session_.incarnation != *incarnation && !session_.incarnation.is_nil();
  session_.account = *account;
  session_.device = DeviceId::from_bytes(welcome.device()).value_or(DeviceId{});
  session_.incarnation = *incarnation;
  session_.resume_token = welcome.resume_token();
  session_.resume_made = now;
  if (restored) session_.version.clear();
  if (!commit({.session = &session_})) return;

  deadline_ = kNever;
  live_since_ = now;
  go(State::syncing);
  if (!established()) return;
  if (restored && inbox_in_flight_) {
    // The question in flight named a version of the old incarnation.
    for (Pending& pending : pending_) pending.asked = Asked::nothing;
    inbox_in_flight_ = false;
  }
  if (!inbox_in_flight_) ask_inbox(now, {});
  if (!opened_.empty()) send_open_channels();
  for (Channel* channel : std::exchange(cursors_due_, {})) {
    channel->cursor_due = false;
    touch_cursor(now, *channel);
  }
}

void Client::Core::on_hello_error(Time now, const v1::Error& error) {
  const Error why = wire::to_error(error);
  retry_after_ms_ = error.retry_after_ms();
  CloseReason reason{Reconnect::backoff, why};
  switch (error_info(why.code).retry) {
    case Retry::never:
      reason.policy = Reconnect::never;
      break;
    case Retry::auth:
      reason.policy = Reconnect::auth;
      break;
    case Retry::resume:
    case Retry::same:
      break;
  }
  // A token of another incarnation: the store was restored, so only a new sign-in may be believed.
  if (why.code == ErrorCode::incarnation_changed) reason.policy = Reconnect::auth;
  give_up_connection(now, reason);
}

void Client::Core::take_back(Pending& pending) {
  Channel* channel = find(pending.channel);
  switch (pending.asked) {
    case Asked::history:
      if (channel == nullptr) break;
      channel->fetching = false;
      queue_repair(*channel);
      break;
    case Asked::channel:
      if (channel != nullptr) channel->refreshing = false;
      break;
    case Asked::cursor:
      if (channel == nullptr) break;
      channel->cursor_in_flight = false;
      if (!channel->cursor_due) cursors_due_.push_back(channel);
      channel->cursor_due = true;
      break;
    default:
      break;
  }
}

void Client::Core::drop_connection() {
  // Their channels' heads are known: what was held is fetched again.
  held_.clear();
  std::vector<std::unique_ptr<Question>> again;
  for (Pending& pending : pending_) {
    take_back(pending);
    if (pending.question) again.push_back(std::move(pending.question));
  }
  pending_.clear();
  for (auto& question : questions_) again.push_back(std::move(question));
  questions_ = std::move(again);
  fetching_ = 0;
  inbox_in_flight_ = inbox_again_ = false;
  inbox_retry_ = sends_paused_ = repair_retry_ = questions_paused_ = renew_at_ = deadline_ = kNever;
  fresh_.clear();
  sends_put_off_.clear();
  outbox_.put_all_back();
}

void Client::Core::give_up_connection(Time now, CloseReason reason) {
  host_.close(reason.policy == Reconnect::never ? kCloseNormal : kCloseGoingAway);
  lost(now, reason);
}

void Client::Core::disconnected(Time now, std::uint16_t close_code) {
  if (!connection_up() && state_ != State::connecting) return;
  lost(now, explain_close(close_code));
}

void Client::Core::lost(Time now, const CloseReason& reason) {
  const bool was_live = established();
  drop_connection();
  if (was_live && now - live_since_ >= settings_.steady) {
    backoff_.reset();
    token_refused_ = false;
  }
  switch (reason.policy) {
    case Reconnect::never:
      wait_until_ = kNever;
      go(State::stopped, reason.why);
      if (state_ == State::stopped) fail_questions();
      return;
    case Reconnect::auth:
      return credential_refused(now, reason.why);
    case Reconnect::now:
      if (was_live && backoff_.attempts() == 0) {
        (void)backoff_.next(random_);
        return begin(now);
      }
      break;
    case Reconnect::backoff:
      break;
  }
  const Duration delay = std::max(backoff_.next(random_), Duration(retry_after_ms_));
  wait_until(now + delay, reason.why);
}

void Client::Core::stop(Time now) {
  if (connection_up() || state_ == State::connecting) host_.close(kCloseNormal);
  drop_connection();
  (void)now;
  wait_until_ = kNever;
  token_asked_ = false;
  go(State::stopped);
  fail_questions();
}

void Client::Core::sign_out(Time now) {
  if (connection_up() || state_ == State::connecting) host_.close(kCloseNormal);
  drop_connection();
  (void)now;
  wait_until_ = kNever;
  token_asked_ = false;
  token_.clear();
  session_.resume_token.clear();
  if (loaded_ && !commit({.session = &session_})) return;
  go(State::signed_out);
  fail_questions();
}

void Client::Core::fail_questions() {
  for (auto& question : std::exchange(questions_, {})) {
    if (question->answer) question->answer(fail(ErrorCode::draining, "The client stopped before the answer."));
  }
}

bool Client::Core::commit(const Changes& changes) {
  auto committed = store_.commit(changes);
  if (committed) return true;
  if (connection_up()) host_.close(kCloseGoingAway);
  drop_connection();
  wait_until_ = kNever;
  go(State::stopped, committed.error());
  if (state_ == State::stopped) fail_questions();
  return false;
}

void Client::Core::check_connection(Time now) {
  if (state_ == State::waiting && wait_until_ != kNever && now >= wait_until_) return begin(now);
  if (deadline_ != kNever && now >= deadline_) {
    return give_up_connection(now, {Reconnect::backoff, Error(ErrorCode::timeout, "The server does not answer.")});
  }
  if (!established()) return;
  if (!pending_.empty() && now - pending_.front().since >= settings_.answer_timeout) {
    return give_up_connection(now, {Reconnect::now, Error(ErrorCode::timeout, "The server does not answer.")});
  }
  // The server should have pinged: a question finds out whether it is there, and whether something was missed.
  if (now - last_heard_ >= silence_ && pending_.empty()) ask_inbox(now, {});
  if (renew_at_ != kNever && now >= renew_at_) renew(now);
}

}  // namespace parley::client
