// SignIns: accounts with their passwords and devices, refresh tokens, sign-up invitations. Everything secret is here as
// a hash only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/sha256.hpp"
#include "base/time.hpp"
#include "ports/executor.hpp"

namespace parley {

/// Grows when every earlier sign-in of an account ends, or all but one.
using SignInGeneration = std::uint64_t;

struct Device {
  DeviceId id{};
  AccountId account{};
  std::string name{}, platform{};
  Time created{};
  Time last_used{};  // signed in or refreshed
  Time expires{};    // of its refresh token
  SignInGeneration generation = 0;
};

/// A new device together with the first refresh token of its chain.
struct NewDevice {
  DeviceId id{};
  std::string name{}, platform{};
  Digest refresh_hash{};
  Time now{};
  Time refresh_expires{};
};

struct NewAccount {
  AccountId id{};
  std::string handle{}, display_name{}, password_hash{};
  NewDevice device{};
  std::optional<Digest> invitation{};  // when sign-up needs one: it must be live, and one of its uses is taken
};

struct Credentials {
  AccountId account{};
  std::string handle{}, password_hash{};
  bool disabled = false;
  SignInGeneration generation = 0;
};

/// What is stored of a device's refresh tokens: the current one and the one before it. Counters start at 1.
struct RefreshChain {
  std::uint64_t counter = 0;
  Digest current{};
  Digest previous{};
  Time expires{};
};

/// A refresh token that a client showed. The caller has made sure that this server issued it for this device under this
/// counter; a token that cannot prove that must never come here, because an old one ends the device's sign-in.
struct RefreshUse {
  DeviceId device{};
  std::uint64_t counter = 0;
  Digest hash{};
  Digest successor_hash{};
  Time now{};
  Time successor_expires{};
};

enum class RefreshVerdict : std::uint8_t {
  advanced,  // it was the current one: its successor is the current one now
  repeated,  // its successor has not been used: the same successor again
  reused,    // anything older: theft
  expired,
  unknown,  // not of this chain
};

/// The rule of the chain, the same for every engine.
inline RefreshVerdict judge(const RefreshChain& chain, const RefreshUse& use) {
  if (use.counter == 0) return RefreshVerdict::unknown;
  if (use.counter + 1 < chain.counter) return RefreshVerdict::reused;
  const bool current = use.counter == chain.counter && equal_constant_time(view(use.hash), view(chain.current));
  const bool previous = use.counter + 1 == chain.counter && equal_constant_time(view(use.hash), view(chain.previous)) &&
                        equal_constant_time(view(use.successor_hash), view(chain.current));
  if (!current && !previous) return RefreshVerdict::unknown;
  if (use.now >= chain.expires) return RefreshVerdict::expired;
  return current ? RefreshVerdict::advanced : RefreshVerdict::repeated;
}

struct RefreshAnswer {
  RefreshVerdict verdict = RefreshVerdict::unknown;
  AccountId account{};
  SignInGeneration generation = 0;
  Time expires{};  // of the successor
};

struct RevokedDevice {
  DeviceId device{};
  Time at{};
};

struct SignUpInvitation {
  Digest hash{};
  AccountId by{};
  std::uint32_t uses = 1;
  Time created{};
  Time expires{};
};

/// Any thread may call; completions run once, on the executor given. Each call is one transaction, durable when it is
/// answered. An account that does not exist or is deleted is `account_unknown`.
class SignIns {
 public:
  virtual ~SignIns() = default;

  /// Writes JobKind::create_own_channels. Errors: handle_taken (also by a deleted account), invitation_needed.
  virtual void sign_up(Executor& executor, NewAccount account, Completion<Result<void>> done) = 0;
  /// nullopt if nobody has the handle now.
  virtual void credentials(Executor& executor, std::string handle,
                           Completion<Result<std::optional<Credentials>>> done) = 0;
  virtual void credentials_of(Executor& executor, AccountId account,
                              Completion<Result<std::optional<Credentials>>> done) = 0;
  /// Errors: wrong_credentials when `generation` is no longer the account's (the password was changed, or everything
  /// signed out, meanwhile), account_disabled, limit_reached with `limit` devices signed in (those whose refresh token
  /// has expired do not count).
  virtual void add_device(Executor& executor, AccountId account, SignInGeneration generation, NewDevice device,
                          std::uint32_t limit, Completion<Result<void>> done) = 0;
  /// See `judge`. `reused` has revoked the device when it is answered. Errors: device_revoked (also when it never was),
  /// account_disabled.
  virtual void refresh(Executor& executor, RefreshUse use, Completion<Result<RefreshAnswer>> done) = 0;

  /// Those signed in, oldest first.
  virtual void devices(Executor& executor, AccountId account, Completion<Result<std::vector<Device>>> done) = 0;
  /// device_unknown if it is not a signed-in device of `account`.
  virtual void rename_device(Executor& executor, AccountId account, DeviceId device, std::string name,
                             Completion<Result<void>> done) = 0;
  virtual void revoke_device(Executor& executor, AccountId account, DeviceId device, Time now,
                             Completion<Result<void>> done) = 0;
  /// These answer with the devices they signed out.
  virtual void sign_out_everywhere(Executor& executor, AccountId account, Time now,
                                   Completion<Result<std::vector<DeviceId>>> done) = 0;
  /// Signs out every device but `keep`. wrong_credentials when `generation` is no longer the account's.
  virtual void change_password(Executor& executor, AccountId account, SignInGeneration generation,
                               std::string password_hash, DeviceId keep, Time now,
                               Completion<Result<std::vector<DeviceId>>> done) = 0;
  /// The handle stays taken for ever; password, profile, contacts and blocks go. Writes JobKind::delete_account.
  virtual void delete_account(Executor& executor, AccountId account, bool erase, Time now,
                              Completion<Result<std::vector<DeviceId>>> done) = 0;
  /// Disabling signs out everywhere.
  virtual void set_disabled(Executor& executor, AccountId account, bool disabled, Time now,
                            Completion<Result<std::vector<DeviceId>>> done) = 0;

  /// Devices revoked at or after `since`, in no particular order.
  virtual void revoked_since(Executor& executor, Time since, Completion<Result<std::vector<RevokedDevice>>> done) = 0;
  /// Signs out everybody: after a restore.
  virtual void end_all_sign_ins(Executor& executor, Time now, Completion<Result<void>> done) = 0;

  virtual void add_invitation(Executor& executor, SignUpInvitation invitation, Completion<Result<void>> done) = 0;
};

}  // namespace parley
