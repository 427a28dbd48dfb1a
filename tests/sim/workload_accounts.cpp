// What becomes of sign-ins, passwords, accounts that are kept out for a while, and invitations to sign up.
#include <memory>

#include "parley/v1/accounts.pb.h"
#include "sim/workload.hpp"

namespace parley::sim {
namespace {

constexpr Duration kPatience{15'000};
constexpr Duration kTriesAgain{5000};
/// Until what is told to one executor of a process is known to all of them, and to those of other nodes.
constexpr Duration kKnownHere{2000};
constexpr Duration kKnownEverywhere{20'000};
/// Between two tries of a token that was refused.
constexpr Duration kBetweenTries{4000};
/// What was not answered may still be done by a process that stands still.
constexpr Duration kMayStillBeDone{130'000};
constexpr std::uint64_t kKeptOut = 40'000;

}  // namespace

void Workload::act_on_accounts() {
  Device& device = some_device();
  if (!device.running() || device.access_token().empty()) return;
  switch (dice().below(7)) {
    case 0:
      return sign_out(device, device);
    case 1:
      return revoke(device);
    case 2:
    case 3:
      return change_password(device);
    case 4:
      return keep_out(some_account());
    case 5:
      return guess_password(device);
    default:
      return invite(device);
  }
}

// ---- the end of sign-ins -----------------------------------------------------------------------------------------

Workload::SignIn Workload::sign_in_of(const Device& device) {
  return {device.id(), device.access_token(), device.refresh_token()};
}

/// The server has said so.
void Workload::ended(const SignIn& sign_in) {
  if (sign_in.device.is_nil()) return;
  standings_.ended.emplace(sign_in.device, world_.uptime());
  const Duration token_lives(static_cast<std::int64_t>(cluster_.limits().access_token_ms));
  world_.at(standings_.grace ? kKnownHere : kKnownEverywhere,
            [this, sign_in, until = world_.uptime() + token_lives] { come_back(sign_in, until); });
}

void Workload::come_back(const SignIn& sign_in, Duration until) {
  if (!sign_in.access.empty()) try_token(sign_in.access, until, false);
  if (sign_in.refresh.empty()) return;
  v1::Refresh body;
  body.set_refresh_token(sign_in.refresh);
  web_.ask("POST", "/v1/auth/refresh", "", &body, [this](const std::optional<HttpResponse>& response) {
    if (response && response->status == 200) broken_.emplace_back("P9: a device that was signed out refreshes");
  });
}

/// Again and again for as long as the token would have lived: what a server knows it must not forget before that.
void Workload::try_token(const std::string& token, Duration until, bool got_in_before) {
  // Other nodes learn of it when they can read what was stored.
  const bool known = standings_.grace || cluster_.people_known_for() >= kKnownEverywhere;
  web_.ask("GET", "/v1/account", token, nullptr, [=, this](const std::optional<HttpResponse>& response) {
    const bool got_in = known && response && response->status == 200;
    // Whoever answered may have learned of it just then.
    if (got_in && got_in_before) {
      broken_.emplace_back("P9: a token of a device that was signed out is still let in");
    } else if (world_.uptime() < until) {
      world_.at(got_in ? kKnownHere : kBetweenTries, [=, this] { try_token(token, until, got_in); });
    }
  });
}

void Workload::sign_out(Device& device, Device& other) {
  other.may_be_signed_out();
  const bool itself = &device == &other;
  world_.trace(device.name() + " signs out " + other.name());
  device.ask(itself ? "POST" : "DELETE", itself ? "/v1/auth/sign-out" : "/v1/devices/" + other.id().str(), nullptr,
             [this, sign_in = sign_in_of(other)](const std::optional<HttpResponse>& response) {
               if (response && response->status == 204) ended(sign_in);
             });
}

/// Another device of the same person, in the middle of what it does.
void Workload::revoke(Device& device) {
  for (const auto& other : devices_) {
    if (other.get() == &device || other->account() != device.account() || other->id().is_nil()) continue;
    return sign_out(device, *other);
  }
}

std::vector<Workload::SignIn> Workload::sign_ins_of(const AccountId& account, const Device* but) {
  std::vector<SignIn> all;
  for (const auto& other : devices_) {
    if (other->account() != account || other.get() == but) continue;
    other->may_be_signed_out();
    // What it has is of another sign-in where it was restored from a backup.
    if (other->running()) all.push_back(sign_in_of(*other));
  }
  return all;
}

void Workload::sign_out_everywhere(Device& device) {
  device.ask("POST", "/v1/auth/sign-out-everywhere", nullptr,
             [this, all = sign_ins_of(device.account(), nullptr)](const std::optional<HttpResponse>& response) {
               if (!response || response->status != 204) return;
               for (const SignIn& sign_in : all) ended(sign_in);
             });
}

// ---- passwords ---------------------------------------------------------------------------------------------------

void Workload::change_password(Device& device) {
  Standing& standing = standings_.accounts.at(device.account());
  if (standing.other_password || standing.may_be_gone) return;
  v1::ChangePassword body;
  body.set_old_password(standing.password);
  body.set_new_password("password number " + std::to_string(++passwords_));
  // Signing in meanwhile may need either.
  standing.other_password = body.new_password();
  world_.trace(device.name() + " changes the password");
  device.ask("POST", "/v1/account/password", &body,
             [this, &standing, body, handle = device.handle(),
              all = sign_ins_of(device.account(), &device)](const std::optional<HttpResponse>& response) {
               if (!response) return;
               if (response->status >= 500) return;
               standing.other_password.reset();
               if (response->status != 204) return;
               standing.password = body.new_password();
               for (const SignIn& sign_in : all) ended(sign_in);
               try_password(handle, body.old_password(),
                            [this] { broken_.emplace_back("P9: a password lets in that was changed"); });
             });
}

/// Somebody else holds the device, which is signed in.
void Workload::guess_password(Device& device) {
  const std::string guess = "a guess at a password";
  world_.trace(device.name() + " is asked for the password, and guesses");
  const auto refused = [this](std::string_view what) {
    return [this, what](const std::optional<HttpResponse>& response) {
      if (response && response->status < 300) broken_.push_back("P9: a wrong password " + std::string(what));
    };
  };
  if (dice().once_in(2)) {
    v1::DeleteAccount body;
    body.set_password(guess);
    return device.ask("DELETE", "/v1/account", &body, refused("deletes an account"));
  }
  v1::ChangePassword body;
  body.set_old_password(guess);
  body.set_new_password("the password of whoever guessed");
  device.ask("POST", "/v1/account/password", &body, refused("changes a password"));
}

void Workload::try_password(const std::string& handle, const std::string& password, std::function<void()> let_in) {
  v1::SignIn body;
  body.set_handle(handle);
  body.set_password(password);
  body.set_platform("sim");
  web_.ask("POST", "/v1/auth/sign-in", "", &body,
           [let_in = std::move(let_in)](const std::optional<HttpResponse>& response) {
             if (response && response->status == 200) let_in();
           });
}

// ---- accounts that are kept out ----------------------------------------------------------------------------------

/// As an operator. `done`: whether it is certain; once.
void Workload::set_disabled(const AccountId& account, bool on, std::function<void(bool)> done) {
  const auto place = cluster_.some_front();
  if (!place) return done(false);
  auto once = std::make_shared<std::function<void(bool)>>(std::move(done));
  const auto end = [once](bool certain) {
    if (*once) std::exchange(*once, nullptr)(certain);
  };
  world_.at(kPatience, [end] { end(false); });
  place->executor->post([place = *place, account, on, end] {
    place.front->sign_ins().set_disabled(*place.executor, account, on,
                                         [end](const Result<void>& result) { end(result.has_value()); });
  });
}

void Workload::keep_out(const Account& account) {
  Standing& standing = standings_.accounts.at(account.id);
  if (standing.may_be_disabled || standing.may_be_gone || account.id == accounts_.front().id) return;
  standing.may_be_disabled = true;
  world_.trace("an operator keeps " + account.handle + " out");
  set_disabled(account.id, true, [this, &standing, &account, all = sign_ins_of(account.id, nullptr)](bool certain) {
    if (!certain) return let_in(account, kMayStillBeDone);
    for (const SignIn& sign_in : all) ended(sign_in);
    auto in = std::make_shared<bool>(false);
    try_password(account.handle, standing.password, [this, in] {
      if (!*in) broken_.emplace_back("P9: an account that is disabled gets in");
    });
    world_.at(Duration(static_cast<std::int64_t>(kPatience.count() + dice().below(kKeptOut))), [this, in, &account] {
      *in = true;
      let_in(account, Duration(0));
    });
  });
}

void Workload::let_in(const Account& account, Duration when) {
  world_.at(when, [this, &account] {
    (void)sign_ins_of(account.id, nullptr);  // what ended them may still be on its way
    set_disabled(account.id, false, [this, &account](bool certain) {
      if (!certain) return let_in(account, kTriesAgain);
      world_.trace("an operator lets " + account.handle + " in again");
      // Somebody may be told of the time before.
      world_.at(kPatience, [this, id = account.id] { standings_.accounts.at(id).may_be_disabled = false; });
    });
  });
}

// ---- invitations -------------------------------------------------------------------------------------------------

void Workload::invite(Device& device) {
  v1::CreateSignUpInvitation body;
  body.set_uses(static_cast<std::uint32_t>(1 + dice().below(2)));
  body.set_life_ms(std::int64_t{24} * 3600 * 1000);
  const bool revoked = dice().once_in(3);
  device.ask("POST", "/v1/sign-up-invitations", &body,
             [this, revoked, uses = body.uses(), by = device.account()](const std::optional<HttpResponse>& response) {
               v1::SignUpInvitation invitation;
               if (!response || response->status >= 300 || !invitation.ParseFromString(response->body)) return;
               if (!revoked) return sign_up_strangers(invitation.invitation(), uses);
               revoke_invitations(by, [this, text = invitation.invitation()] { sign_up_strangers(text, 0); });
             });
}

void Workload::revoke_invitations(const AccountId& by, std::function<void()> then) {
  Oversight& oversight = cluster_.accounts().oversight();
  oversight.invitations(
      cluster_.outside(), world_.now(),
      [this, by, &oversight, then = std::move(then)](const Result<std::vector<SignUpInvitation>>& live) {
        if (!live) return;
        for (const auto& one : *live) {
          if (one.by == by) oversight.revoke_invitation(cluster_.outside(), one.hash, [](auto) {});
        }
        world_.at(kKnownHere, then);
      });
}

/// More of them at once than it lets in.
void Workload::sign_up_strangers(const std::string& invitation, std::uint32_t uses) {
  auto let_in = std::make_shared<std::uint32_t>(0);
  for (std::uint32_t i = 0; i < uses + 1 + dice().below(2); ++i) {
    v1::SignUp body;
    body.set_handle("stranger" + std::to_string(++strangers_));
    body.set_password("a password of a stranger");
    body.set_invitation(invitation);
    web_.ask("POST", "/v1/accounts", "", &body, [this, let_in, uses](const std::optional<HttpResponse>& response) {
      if (!response || response->status != 201) return;
      if (++*let_in > uses) broken_.emplace_back("P9: an invitation let in more people than it has uses");
    });
  }
}

}  // namespace parley::sim
