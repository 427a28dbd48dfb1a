#include "node/accounts/sign_in_service.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "node/accounts/rules.hpp"

namespace parley {
namespace {

constexpr Duration kFailurePeriod = std::chrono::minutes(15);
// Many people may sit behind one address; each account at it has the limit for itself.
constexpr std::uint64_t kAccountsOfAddress = 10;
constexpr std::uint32_t kInvitationUses = 1000;
constexpr Duration kInvitationLife = std::chrono::days(30);
constexpr std::size_t kInvitationBytes = 16;

Rate rate_of(std::uint64_t burst, Duration period) {
  return {.burst = static_cast<std::uint32_t>(std::min<std::uint64_t>(burst, 100'000'000)), .period = period};
}

Digest invitation_hash(std::string_view secret) {
  return sha256({"parley sign-up invitation ", secret});
}

Duration ms(std::uint64_t count) {
  return Duration(static_cast<std::int64_t>(count));
}

}  // namespace

SignInService::SignInService(const Parts& parts, const AccountsConfig& config)
    : parts_(parts),
      config_(config),
      sign_ups_(parts.clock, rate_of(config.limits.signups_per_hour, std::chrono::hours(1))),
      failures_of_address_(parts.clock, rate_of(config.limits.signin_failures * kAccountsOfAddress, kFailurePeriod)),
      failures_of_account_(parts.clock, rate_of(config.limits.signin_failures, kFailurePeriod)) {}

// ---- what tokens are made of ----------------------------------------------------------------------------------------

template <class AnyId>
AnyId SignInService::new_id() {
  std::array<std::uint8_t, 10> random{};
  parts_.random.fill(random);
  return AnyId(make_uuid_v7(to_unix_ms(parts_.clock.now()), random));
}

Result<SignInService::Issued> SignInService::issue(std::string_view name, std::string_view platform) {
  auto cleaned_platform = clean_platform(platform);
  if (!cleaned_platform) return fail(std::move(cleaned_platform.error()));
  auto cleaned_name = clean_device_name(name, *cleaned_platform);
  if (!cleaned_name) return fail(std::move(cleaned_name.error()));
  const Time now = parts_.clock.now();
  Issued issued;
  issued.token.device = new_id<DeviceId>();
  parts_.random.fill(issued.token.secret);
  issued.device = {.id = issued.token.device,
                   .name = *std::move(cleaned_name),
                   .platform = *std::move(cleaned_platform),
                   .refresh_hash = hash_of(issued.token),
                   .now = now,
                   .refresh_expires = now + ms(config_.limits.refresh_token_ms)};
  return issued;
}

Tokens SignInService::tokens_for(const AccountId& account, SignInGeneration generation, const RefreshToken& token,
                                 Time expires) {
  const Time now = std::chrono::floor<std::chrono::seconds>(parts_.clock.now());
  std::array<std::uint8_t, 12> random{};
  parts_.random.fill(random);
  const AccessClaims claims{
      .account = account,
      .device = token.device,
      .generation = generation,
      .issued = now,
      .expires = std::chrono::floor<std::chrono::seconds>(now + ms(config_.limits.access_token_ms)),
      .id = base64url_encode({reinterpret_cast<const char*>(random.data()), random.size()})};
  return {.account = account,
          .device = token.device,
          .access_token = write_access_token(parts_.signer, parts_.keys.signing_key(), claims),
          .access_expires = claims.expires,
          .refresh_token = write_refresh_token(parts_.keys.refresh_key(), token),
          .refresh_expires = expires};
}

// ---- sign-up --------------------------------------------------------------------------------------------------------

void SignInService::sign_up(Executor& reply_to, SignUp request, Completion<Result<Tokens>> done) {
  at_home<Tokens>(reply_to, std::move(done), [this, request = std::move(request)](auto done) mutable {
    auto account = check_sign_up(request);
    if (!account) return done(fail(std::move(account.error())));
    auto issued = issue(request.device_name, request.platform);
    if (!issued) return done(fail(std::move(issued.error())));
    // Last, so that what was wrong with the form costs nothing.
    if (!request.address.empty()) {
      if (auto slow = sign_ups_.take(address_key(request.address)); !slow) return done(fail(std::move(slow.error())));
    }
    account->device = std::move(issued->device);
    parts_.hasher.hash(parts_.home, std::move(request.password),
                       [this, account = *std::move(account), token = issued->token,
                        done = std::move(done)](Result<std::string> hash) mutable {
                         if (!hash) return done(fail(std::move(hash.error())));
                         account.password_hash = *std::move(hash);
                         store_account(std::move(account), token, std::move(done));
                       });
  });
}

Result<NewAccount> SignInService::check_sign_up(const SignUp& request) {
  if (config_.sign_up == SignUpMode::closed && !request.by_operator) return fail(ErrorCode::signup_closed);
  if (!is_valid_handle(request.handle)) return fail(ErrorCode::invalid_handle);
  if (auto ok = check_new_password(request.password, config_.limits); !ok) return fail(std::move(ok.error()));
  auto name = clean_display_name(request.display_name, config_.limits.display_name_code_points);
  if (!name) return fail(std::move(name.error()));
  NewAccount account;
  if (config_.sign_up == SignUpMode::invitation && !request.by_operator) {
    const auto secret = base64url_decode(request.invitation);
    if (!secret || secret->size() != kInvitationBytes) return fail(ErrorCode::invitation_needed);
    account.invitation = invitation_hash(*secret);
  }
  account.id = new_id<AccountId>();
  account.handle = request.handle;
  account.display_name = *std::move(name);
  return account;
}

void SignInService::store_account(NewAccount account, RefreshToken token, Completion<Result<Tokens>> done) {
  const AccountId id = account.id;
  const Time expires = account.device.refresh_expires;
  parts_.sign_ins.sign_up(parts_.home, std::move(account),
                          [this, id, token, expires, done = std::move(done)](Result<void> stored) mutable {
                            if (!stored) return done(fail(std::move(stored.error())));
                            done(tokens_for(id, 1, token, expires));
                          });
}

// ---- sign-in --------------------------------------------------------------------------------------------------------

void SignInService::sign_in(Executor& reply_to, SignIn request, Completion<Result<Tokens>> done) {
  at_home<Tokens>(reply_to, std::move(done), [this, request = std::move(request)](auto done) mutable {
    check_sign_in(std::move(request), std::move(done));
  });
}

void SignInService::check_sign_in(SignIn request, Completion<Result<Tokens>> done) {
  if (request.password.size() > config_.limits.password_max_bytes) {
    return done(fail(ErrorCode::invalid_argument, "The password is too long."));
  }
  if (auto ok = clean_platform(request.platform); !ok) return done(fail(std::move(ok.error())));
  // A text that is no handle goes the same way as one that nobody has.
  std::string handle = is_valid_handle(request.handle) ? request.handle : std::string();
  parts_.sign_ins.credentials(
      parts_.home, std::move(handle),
      [this, request = std::move(request), done = std::move(done)](Result<std::optional<Credentials>> found) mutable {
        if (!found) return done(fail(std::move(found.error())));
        std::string password = request.password;
        const std::string handle_text = request.handle;
        const std::string address = request.address;
        check_password(*std::move(found), handle_text, address, std::move(password),
                       [this, request = std::move(request), done = std::move(done)](Result<Credentials> known) mutable {
                         if (!known) return done(fail(std::move(known.error())));
                         add_device(*known, std::move(request), std::move(done));
                       });
      });
}

void SignInService::add_device(const Credentials& credentials, SignIn request, Completion<Result<Tokens>> done) {
  if (credentials.disabled) return done(fail(ErrorCode::account_disabled));
  auto issued = issue(request.device_name, request.platform);
  if (!issued) return done(fail(std::move(issued.error())));
  const Time expires = issued->device.refresh_expires;
  parts_.sign_ins.add_device(
      parts_.home, credentials.account, credentials.generation, std::move(issued->device),
      static_cast<std::uint32_t>(config_.limits.devices_per_account),
      [this, account = credentials.account, generation = credentials.generation, token = issued->token, expires,
       request = std::move(request), done = std::move(done)](Result<void> added) mutable {
        // Everything was signed out meanwhile: the password may be right all the same.
        if (!added && added.error().code == ErrorCode::wrong_credentials) {
          return check_sign_in(std::move(request), std::move(done));
        }
        if (!added) return done(fail(std::move(added.error())));
        done(tokens_for(account, generation, token, expires));
      });
}

void SignInService::check_password(std::optional<Credentials> credentials, const std::string& handle,
                                   const std::string& address, std::string password,
                                   Completion<Result<Credentials>> done) {
  auto attempt = take_attempt(handle, address);
  if (!attempt) return done(fail(std::move(attempt.error())));
  std::string hash = credentials ? credentials->password_hash : std::string();
  parts_.hasher.verify(parts_.home, std::move(password), std::move(hash),
                       [this, attempt = *std::move(attempt), credentials = std::move(credentials),
                        done = std::move(done)](Result<bool> right) mutable {
                         if (!right) give_back(attempt);
                         if (!right) return done(fail(std::move(right.error())));
                         if (!*right || !credentials) return done(fail(ErrorCode::wrong_credentials));
                         give_back(attempt);
                         done(*std::move(credentials));
                       });
}

Result<SignInService::Attempt> SignInService::take_attempt(const std::string& handle, const std::string& address) {
  if (address.empty()) return Attempt{};
  Attempt attempt;
  attempt.address = address_key(address);
  // A text of any length would make the table of keys a matter of the attacker's choice.
  attempt.account_at_address = attempt.address + " " + handle.substr(0, 33);
  if (auto slow = failures_of_account_.take(attempt.account_at_address); !slow) return fail(std::move(slow.error()));
  if (auto slow = failures_of_address_.take(attempt.address); !slow) {
    failures_of_account_.give_back(attempt.account_at_address);
    return fail(std::move(slow.error()));
  }
  return attempt;
}

void SignInService::give_back(const Attempt& attempt) {
  if (attempt.address.empty()) return;
  failures_of_account_.give_back(attempt.account_at_address);
  failures_of_address_.give_back(attempt.address);
}

void SignInService::refresh(Executor& reply_to, std::string refresh_token, Completion<Result<Tokens>> done) {
  at_home<Tokens>(reply_to, std::move(done), [this, text = std::move(refresh_token)](auto done) mutable {
    use_refresh_token(text, std::move(done));
  });
}

void SignInService::use_refresh_token(const std::string& text, Completion<Result<Tokens>> done) {
  const auto token = read_refresh_token(parts_.keys.refresh_key(), text);
  if (!token) return done(fail(ErrorCode::unauthenticated));
  const RefreshToken next = successor_of(parts_.keys.refresh_key(), *token);
  const Time now = parts_.clock.now();
  const RefreshUse use{.device = token->device,
                       .counter = token->counter,
                       .hash = hash_of(*token),
                       .successor_hash = hash_of(next),
                       .now = now,
                       .successor_expires = now + ms(config_.limits.refresh_token_ms)};
  parts_.sign_ins.refresh(parts_.home, use, [this, next, done = std::move(done)](Result<RefreshAnswer> answer) mutable {
    if (!answer) return done(fail(std::move(answer.error())));
    switch (answer->verdict) {
      case RefreshVerdict::advanced:
      case RefreshVerdict::repeated:
        return done(tokens_for(answer->account, answer->generation, next, answer->expires));
      case RefreshVerdict::reused:
        parts_.verifiers.revoked({next.device});
        return done(fail(ErrorCode::refresh_reused));
      case RefreshVerdict::expired:
        return done(fail(ErrorCode::token_expired));
      case RefreshVerdict::unknown:
        return done(fail(ErrorCode::unauthenticated));
    }
  });
}

// ---- the end of sign-ins --------------------------------------------------------------------------------------------

Completion<Result<std::vector<DeviceId>>> SignInService::then_revoke(Completion<Result<void>> done, ErrorCode why) {
  return [this, why, done = std::move(done)](Result<std::vector<DeviceId>> ended) mutable {
    if (!ended) return done(fail(std::move(ended.error())));
    parts_.verifiers.revoked(*ended, why);
    done({});
  };
}

void SignInService::sign_out(Executor& reply_to, const Caller& caller, Completion<Result<void>> done) {
  revoke_device(reply_to, caller, caller.device, std::move(done));
}

void SignInService::revoke_device(Executor& reply_to, const Caller& caller, const DeviceId& device,
                                  Completion<Result<void>> done) {
  at_home<void>(reply_to, std::move(done), [this, account = caller.account, device](auto done) mutable {
    parts_.sign_ins.revoke_device(parts_.home, account, device, parts_.clock.now(),
                                  [this, device, done = std::move(done)](Result<void> revoked) mutable {
                                    if (revoked) parts_.verifiers.revoked({device});
                                    done(std::move(revoked));
                                  });
  });
}

void SignInService::sign_out_everywhere(Executor& reply_to, const Caller& caller, Completion<Result<void>> done) {
  at_home<void>(reply_to, std::move(done), [this, account = caller.account](auto done) mutable {
    parts_.sign_ins.sign_out_everywhere(parts_.home, account, parts_.clock.now(), then_revoke(std::move(done)));
  });
}

void SignInService::set_disabled(Executor& reply_to, const AccountId& account, bool disabled,
                                 Completion<Result<void>> done) {
  at_home<void>(reply_to, std::move(done), [this, account, disabled](auto done) mutable {
    parts_.sign_ins.set_disabled(parts_.home, account, disabled, parts_.clock.now(),
                                 then_revoke(std::move(done), ErrorCode::account_disabled));
  });
}

void SignInService::reset_password(Executor& reply_to, const AccountId& account, std::string password,
                                   Completion<Result<void>> done) {
  at_home<void>(reply_to, std::move(done), [this, account, password = std::move(password)](auto done) mutable {
    if (auto ok = check_new_password(password, config_.limits); !ok) return done(std::move(ok));
    auto with_hash = [this, account, done = std::move(done)](SignInGeneration generation,
                                                             Result<std::string> hash) mutable {
      if (!hash) return done(fail(std::move(hash.error())));
      parts_.sign_ins.change_password(parts_.home, account, generation, *std::move(hash), DeviceId{},
                                      parts_.clock.now(), then_revoke(std::move(done)));
    };
    parts_.sign_ins.credentials_of(
        parts_.home, account,
        [this, password = std::move(password),
         with_hash = std::move(with_hash)](Result<std::optional<Credentials>> known) mutable {
          if (!known) return with_hash(0, fail(std::move(known.error())));
          if (!*known) return with_hash(0, fail(ErrorCode::account_unknown));
          parts_.hasher.hash(parts_.home, std::move(password),
                             [generation = (*known)->generation, with_hash = std::move(with_hash)](
                                 Result<std::string> hash) mutable { with_hash(generation, std::move(hash)); });
        });
  });
}

void SignInService::remove_account(Executor& reply_to, const AccountId& account, bool erase,
                                   Completion<Result<void>> done) {
  at_home<void>(reply_to, std::move(done), [this, account, erase](auto done) mutable {
    parts_.sign_ins.delete_account(parts_.home, account, erase, parts_.clock.now(), then_revoke(std::move(done)));
  });
}

void SignInService::confirm(const Caller& caller, std::string password, std::string address,
                            Completion<Result<Credentials>> done) {
  if (password.size() > config_.limits.password_max_bytes) return done(fail(ErrorCode::wrong_credentials));
  parts_.sign_ins.credentials_of(parts_.home, caller.account,
                                 [this, password = std::move(password), address = std::move(address),
                                  done = std::move(done)](Result<std::optional<Credentials>> found) mutable {
                                   if (!found) return done(fail(std::move(found.error())));
                                   if (!*found) return done(fail(ErrorCode::account_unknown));
                                   const std::string handle = (*found)->handle;
                                   check_password(*std::move(found), handle, address, std::move(password),
                                                  std::move(done));
                                 });
}

void SignInService::change_password(Executor& reply_to, const Caller& caller, ChangePassword request,
                                    Completion<Result<void>> done) {
  at_home<void>(reply_to, std::move(done), [this, caller, request = std::move(request)](auto done) mutable {
    if (auto ok = check_new_password(request.new_password, config_.limits); !ok) return done(std::move(ok));
    auto with_hash = [this, caller, done = std::move(done)](const Credentials& known,
                                                            Result<std::string> hash) mutable {
      if (!hash) return done(fail(std::move(hash.error())));
      parts_.sign_ins.change_password(parts_.home, known.account, known.generation, *std::move(hash), caller.device,
                                      parts_.clock.now(), then_revoke(std::move(done)));
    };
    confirm(caller, std::move(request.old_password), std::move(request.address),
            [this, fresh = std::move(request.new_password),
             with_hash = std::move(with_hash)](Result<Credentials> known) mutable {
              if (!known) return with_hash({}, fail(std::move(known.error())));
              parts_.hasher.hash(parts_.home, std::move(fresh),
                                 [known = *std::move(known), with_hash = std::move(with_hash)](
                                     Result<std::string> hash) mutable { with_hash(known, std::move(hash)); });
            });
  });
}

void SignInService::delete_account(Executor& reply_to, const Caller& caller, DeleteAccount request,
                                   Completion<Result<void>> done) {
  at_home<void>(reply_to, std::move(done), [this, caller, request = std::move(request)](auto done) mutable {
    confirm(caller, std::move(request.password), std::move(request.address),
            [this, erase = request.erase, done = std::move(done)](Result<Credentials> known) mutable {
              if (!known) return done(fail(std::move(known.error())));
              parts_.sign_ins.delete_account(parts_.home, known->account, erase, parts_.clock.now(),
                                             then_revoke(std::move(done)));
            });
  });
}

// ---- devices and invitations ----------------------------------------------------------------------------------------

void SignInService::devices(Executor& reply_to, const Caller& caller, Completion<Result<std::vector<Device>>> done) {
  parts_.sign_ins.devices(reply_to, caller.account, std::move(done));
}

void SignInService::rename_device(Executor& reply_to, const Caller& caller, const DeviceId& device, std::string name,
                                  Completion<Result<void>> done) {
  auto cleaned = clean_display_name(name, kDeviceNameCodePoints);
  if (!cleaned) return complete_on<void>(reply_to, std::move(done), fail(std::move(cleaned.error())));
  parts_.sign_ins.rename_device(reply_to, caller.account, device, *std::move(cleaned), std::move(done));
}

void SignInService::create_invitation(Executor& reply_to, const Caller& caller, std::uint32_t uses, Duration life,
                                      Completion<Result<IssuedInvitation>> done) {
  if (uses < 1 || uses > kInvitationUses || life < Duration(1) || life > kInvitationLife) {
    return complete_on<IssuedInvitation>(
        reply_to, std::move(done),
        fail(ErrorCode::invalid_argument, "An invitation has 1 to 1,000 uses and lives for at most 30 days."));
  }
  std::array<std::uint8_t, kInvitationBytes> random{};
  parts_.random.fill(random);
  const std::string_view secret(reinterpret_cast<const char*>(random.data()), random.size());
  const Time now = parts_.clock.now();
  IssuedInvitation invitation{.text = base64url_encode(secret), .expires = now + life};
  const SignUpInvitation stored{.hash = invitation_hash(secret),
                                .by = caller.account,
                                .uses = uses,
                                .created = now,
                                .expires = invitation.expires};
  parts_.sign_ins.add_invitation(reply_to, stored,
                                 [invitation = std::move(invitation), done = std::move(done)](Result<void> ok) mutable {
                                   if (!ok) return done(fail(std::move(ok.error())));
                                   done(std::move(invitation));
                                 });
}

}  // namespace parley
