// How a simulated device comes by its tokens.
#include <algorithm>
#include <utility>

#include "parley/v1/accounts.pb.h"
#include "sim/person.hpp"

namespace parley::sim {
namespace {

constexpr Duration kTypesPassword{3000};
constexpr Duration kOnItsWay{60'000};
constexpr Duration kLeastLife{20'000};

/// The sign-in has ended; anything else may pass.
bool ends_sign_in(const std::string& error) {
  return error == "refresh_reused" || error == "device_revoked" || error == "unauthenticated" ||
         error == "token_expired";
}

}  // namespace

void Device::need_token() {
  later([this](client::Client&) {
    if (disk_.disk.refresh_token.empty()) {
      sign_in();
    } else {
      refresh();
    }
  });
}

void Device::sign_in() {
  v1::SignIn body;
  body.set_handle(handle_);
  const Standing* known = standing();
  body.set_password(known == nullptr ? Cluster::password_of(handle_) : known->password);
  body.set_device_name(name_);
  body.set_platform("sim");
  web_.ask("POST", "/v1/auth/sign-in", "", &body,
           [this, life = life_, tried = body.password()](std::optional<HttpResponse> response) {
             if (life != life_ || !core_) return;
             if (response && response->status == 200) {
               // A fresh sign-in: nothing of what was done to the last one counts, unless it is done only now.
               may_be_out_ = world_.now() - reason_at_ < kOnItsWay;
               must_be_out_ = false;
               refreshes_ = 0;
               return take_tokens(*response);
             }
             const std::string error = response ? error_name(*response) : "timeout";
             world_.trace(name_ + " cannot sign in: " + error);
             if (!may_try_again(error, tried)) return give_up();
             core_->token_unavailable(now(), ErrorCode::overloaded);
           });
}

Standing* Device::standing() {
  return standings_ == nullptr ? nullptr : &standings_->accounts.at(account_);
}

/// After an answer that says that this person may not come in.
bool Device::may_try_again(const std::string& error, const std::string& password) {
  if (error != "wrong_credentials" && error != "account_disabled") return true;
  Standing* known = standing();
  if (known == nullptr || known->may_be_gone) return false;
  if (error == "account_disabled" && known->may_be_disabled) return true;
  if (error == "wrong_credentials" && known->other_password) std::swap(known->password, *known->other_password);
  if (error == "wrong_credentials" && (known->other_password || known->password != password)) return true;
  say("P9: does not get in: " + error);
  return false;
}

void Device::refresh() {
  v1::Refresh body;
  body.set_refresh_token(disk_.disk.refresh_token);
  // Where it comes after later ones it is, for the server, that of a thief.
  const auto late = [this] { may_be_signed_out(); };
  const auto answered = [this, life = life_, must_be_out = must_be_out_](std::optional<HttpResponse> response) {
    // Whoever died or was restored meanwhile has lost the answer.
    if (life != life_ || !core_) return;
    if (response && response->status == 200) {
      if (must_be_out) say("a refresh token that was stolen and used still works");
      ++refreshes_;
      return take_tokens(*response);
    }
    const std::string error = response ? error_name(*response) : "timeout";
    if (ends_sign_in(error)) return signed_out(error);
    if (!may_try_again(error, "")) return give_up();
    core_->token_unavailable(now(), ErrorCode::overloaded);
  };
  web_.ask("POST", "/v1/auth/refresh", "", &body, answered, late);
}

void Device::take_tokens(const HttpResponse& response) {
  v1::Tokens tokens;
  if (!tokens.ParseFromString(response.body)) return say("tokens cannot be read");
  if (tokens.account() != account_.view()) say("tokens of somebody else");
  disk_.disk.refresh_token = tokens.refresh_token();
  device_ = DeviceId::from_bytes(tokens.device()).value_or(DeviceId{});
  access_token_ = tokens.access_token();
  // Its clock may differ from the server's by more than a token lives.
  const Duration life = std::max(from_unix_ms(tokens.access_expires()) - now(), kLeastLife);
  core_->set_access_token(now(), tokens.access_token(), life);
}

void Device::signed_out(const std::string& why) {
  world_.trace(name_ + " is signed out: " + why);
  if (!may_be_out_) say("signed out without a reason: " + why);
  disk_.disk.refresh_token.clear();
  access_token_.clear();
  core_->sign_out(now());
  (void)core_->start(now());  // asks for a token, and so for the password
}

void Device::on_state(client::State state, const Error& why) {
  if (state != client::State::stopped) return;
  const bool ended = why.code == ErrorCode::device_revoked;
  if (ended && !may_be_out_) say("its session ended as revoked without a reason");
  const bool disabled = why.code == ErrorCode::account_disabled;
  if (disabled && !may_try_again("account_disabled", "")) {
    world_.at(Duration(0), [this, life = life_] {
      if (life == life_) give_up();
    });
    return;
  }
  // Somebody looks at the screen, and starts again or types the password.
  world_.at(kTypesPassword, [this, life = life_, ended] {
    if (life != life_ || !core_ || core_->state() != client::State::stopped) return;
    if (ended) {
      disk_.disk.refresh_token.clear();
      core_->sign_out(now());
    }
    (void)core_->start(now());
  });
}

}  // namespace parley::sim
