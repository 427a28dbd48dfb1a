// Credentials: which one to greet with, when a new one is wanted, and what a refusal means.
#include <algorithm>

#include "client/core.hpp"
#include "parley/v1/frames.pb.h"

namespace parley::client {

bool Client::Core::can_resume(Time now) const {
  return !session_.resume_token.empty() && now - session_.resume_made < settings_.resume_life;
}

bool Client::Core::has_token(Time now) const {
  return !token_.empty() && now < token_ends_;
}

void Client::Core::ask_token(Time /*now*/, const Error& why) {
  wait_until_ = kNever;
  const bool asked = token_asked_;
  token_asked_ = true;
  go(State::waiting, why);
  if (!asked && token_asked_) host_.need_token();
}

void Client::Core::set_access_token(Time now, std::string token, Duration valid_for) {
  token_asked_ = token_shown_ = false;
  token_ = std::move(token);
  token_ends_ = now + valid_for;
  if (established()) {
    send_token(now);
  } else if (state_ == State::waiting && wait_until_ == kNever) {
    begin(now);
  }
}

void Client::Core::token_unavailable(Time now, const Error& why) {
  token_asked_ = false;
  const Time again = now + backoff_.next(random_);
  if (established()) {
    renew_at_ = again;
  } else if (state_ == State::waiting && wait_until_ == kNever) {
    wait_until(again, why);
  }
}

void Client::Core::renew(Time now) {
  renew_at_ = kNever;
  // The answer to the one on its way says when it is time again.
  if (std::ranges::any_of(pending_, [](const Pending& one) { return one.asked == Asked::token; })) return;
  if (!token_shown_ && has_token(now)) {
    send_token(now);
  } else if (!std::exchange(token_asked_, true)) {
    host_.need_token();
  }
}

void Client::Core::send_token(Time now) {
  v1::ClientFrame frame;
  frame.mutable_new_token()->set_access_token(token_);
  transmit_message(note_request(now, Asked::token), frame);
}

void Client::Core::on_token_taken(Time now, const v1::ServerFrame& frame) {
  token_shown_ = true;
  if (!frame.has_welcome()) return set_session_end(now, token_ends_);
  const v1::Welcome& welcome = frame.welcome();
  token_backoff_.reset();
  take_session_end(now, welcome);
  if (welcome.resume_token().empty()) return;
  session_.resume_token = welcome.resume_token();
  session_.resume_made = now;
  commit({.session = &session_});
}

/// By this device's clock; a session without an end is looked at once a day.
void Client::Core::take_session_end(Time now, const v1::Welcome& welcome) {
  const Duration lasts = from_unix_ms(welcome.session_ends()) - from_unix_ms(welcome.time());
  set_session_end(now, now + (welcome.session_ends() == 0 ? std::chrono::hours(24) : lasts));
}

void Client::Core::set_session_end(Time now, Time end) {
  renew_at_ = end - std::min<Duration>(settings_.token_lead, std::max<Duration>((end - now) / 2, Duration(0)));
}

void Client::Core::credential_refused(Time now, const Error& why) {
  const bool resume_refused = hello_resumes_ && state_ == State::greeting;
  session_.resume_token.clear();
  // A token that came meanwhile is a good one: to ask for the next would use up what others may still have to show.
  if (resume_refused || (has_token(now) && !token_shown_)) return begin(now);
  token_.clear();
  if (!std::exchange(token_refused_, true)) return ask_token(now, why);
  // New tokens are refused too: ask for the next one after a while.
  wait_until(now + backoff_.next(random_), why);
}

}  // namespace parley::client
