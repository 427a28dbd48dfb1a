// Sign-up, sign-in, devices and tokens: the rules of architecture §5 over the ports.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "node/accounts/key_ring.hpp"
#include "node/accounts/opaque_tokens.hpp"
#include "node/accounts/types.hpp"
#include "node/accounts/verifiers.hpp"
#include "node/io.hpp"
#include "node/rate_limiter.hpp"
#include "ports/accounts.hpp"
#include "ports/complete_on.hpp"
#include "ports/password_hasher.hpp"

namespace parley {

/// Every call may come from any executor; `done` runs on `reply_to`, once. The work happens on the home executor, one
/// step at a time. `caller` is who a verified access token says. Errors that every call may have: overloaded,
/// store_unavailable, disk_full.
class SignInService {
 public:
  struct Parts {
    SignIns& sign_ins;
    PasswordHasher& hasher;
    const Signer& signer;
    const Clock& clock;
    Random& random;
    Executor& home;
    KeyRing& keys;
    Verifiers& verifiers;
  };
  SignInService(const Parts& parts, const AccountsConfig& config);

  /// Errors: signup_closed, invitation_needed, invalid_handle, handle_taken, weak_password, invalid_name, invalid_text,
  /// invalid_argument, too_many_requests (per address).
  void sign_up(Executor& reply_to, SignUp request, Completion<Result<Tokens>> done);
  /// Errors: wrong_credentials (an unknown handle: the same answer after the same time), account_disabled (to who knows
  /// the password), limit_reached, too_many_requests (of this address, or of it for this account: nobody else's).
  void sign_in(Executor& reply_to, SignIn request, Completion<Result<Tokens>> done);
  /// Errors: unauthenticated, token_expired, device_revoked, account_disabled, refresh_reused (theft: the device has
  /// been signed out).
  void refresh(Executor& reply_to, std::string refresh_token, Completion<Result<Tokens>> done);

  /// Ends this device's sign-in.
  void sign_out(Executor& reply_to, const Caller& caller, Completion<Result<void>> done);
  /// Ends the sign-in of all devices of the account, this one too.
  void sign_out_everywhere(Executor& reply_to, const Caller& caller, Completion<Result<void>> done);
  /// Signs out all other devices. Errors: wrong_credentials, weak_password, invalid_argument, too_many_requests.
  void change_password(Executor& reply_to, const Caller& caller, ChangePassword request, Completion<Result<void>> done);
  /// Errors: wrong_credentials, too_many_requests.
  void delete_account(Executor& reply_to, const Caller& caller, DeleteAccount request, Completion<Result<void>> done);

  void devices(Executor& reply_to, const Caller& caller, Completion<Result<std::vector<Device>>> done);
  /// Errors: device_unknown, invalid_name, invalid_text.
  void rename_device(Executor& reply_to, const Caller& caller, const DeviceId& device, std::string name,
                     Completion<Result<void>> done);
  /// Its live sessions end at once. device_unknown unless it is a signed-in device of the caller's account.
  void revoke_device(Executor& reply_to, const Caller& caller, const DeviceId& device, Completion<Result<void>> done);

  /// For sign-up by invitation: 1 to 1,000 uses within at most 30 days, or invalid_argument.
  void create_invitation(Executor& reply_to, const Caller& caller, std::uint32_t uses, Duration life,
                         Completion<Result<IssuedInvitation>> done);

  // --- for the operator
  void set_disabled(Executor& reply_to, const AccountId& account, bool disabled, Completion<Result<void>> done);
  /// Signs out every device. Errors: account_unknown, weak_password, invalid_argument.
  void reset_password(Executor& reply_to, const AccountId& account, std::string password,
                      Completion<Result<void>> done);
  /// As delete_account, without the password.
  void remove_account(Executor& reply_to, const AccountId& account, bool erase, Completion<Result<void>> done);

 private:
  struct Issued {
    RefreshToken token;
    NewDevice device;
  };
  struct Attempt {
    std::string address, account_at_address;
  };

  template <class T, class Work>
  void at_home(Executor& reply_to, Completion<Result<T>> done, Work work) {
    parts_.home.post(
        [work = std::move(work), done = reply_on<T>(reply_to, std::move(done))]() mutable { work(std::move(done)); });
  }
  /// What a call that signs devices out ends with; their sessions end with `why`.
  Completion<Result<std::vector<DeviceId>>> then_revoke(Completion<Result<void>> done,
                                                        ErrorCode why = ErrorCode::device_revoked);

  Result<NewAccount> check_sign_up(const SignUp& request);
  void store_account(NewAccount account, RefreshToken token, Completion<Result<Tokens>> done);
  void check_sign_in(SignIn request, Completion<Result<Tokens>> done);
  void add_device(const Credentials& credentials, SignIn request, Completion<Result<Tokens>> done);
  void use_refresh_token(const std::string& text, Completion<Result<Tokens>> done);

  /// Whether `password` is that of `credentials`, with every limit on guessing; nullopt stands for an unknown account.
  void check_password(std::optional<Credentials> credentials, const std::string& handle, const std::string& address,
                      std::string password, Completion<Result<Credentials>> done);
  /// The caller's own credentials, if `password` is right.
  void confirm(const Caller& caller, std::string password, std::string address, Completion<Result<Credentials>> done);
  Result<Attempt> take_attempt(const std::string& handle, const std::string& address);
  void give_back(const Attempt& attempt);

  template <class AnyId>
  AnyId new_id();
  Result<Issued> issue(std::string_view name, std::string_view platform);
  Tokens tokens_for(const AccountId& account, SignInGeneration generation, const RefreshToken& token, Time expires);

  const Parts parts_;
  const AccountsConfig config_;
  RateLimiter sign_ups_, failures_of_address_, failures_of_account_;
};

}  // namespace parley
