// People and devices as a whole: what the program makes once and wires to HTTP and to the sessions.
#pragma once

#include <functional>
#include <memory>

#include "node/accounts/people_service.hpp"
#include "node/accounts/sign_in_service.hpp"

namespace parley {

/// Destroy it after `home` has stopped, and before the ports it was given.
class AccountsService {
 public:
  struct Ports {
    Accounts& accounts;
    PasswordHasher& hasher;
    const Signer& signer;
    const Clock& clock;
    Random& random;
    Executor& home;  // where the state lives (limits on guessing, keys, revoked devices); any one io executor
  };
  AccountsService(const Ports& ports, const AccountsConfig& config);
  ~AccountsService();

  /// Loads keys and revoked devices, and from then on keeps both up to date. Before `done` (on `home`) has said yes,
  /// nothing else may be called. Any executor.
  void start(Completion<Result<void>> done);
  /// Brings a verifier that lives on `io` up to date now and from now on; `done` runs on `io` after that. Any executor.
  void attach(Executor& io, std::shared_ptr<TokenVerifier> verifier, Completion<Result<void>> done);

  /// Both may be used from any executor.
  [[nodiscard]] SignInService& sign_ins() { return sign_ins_; }
  [[nodiscard]] PeopleService& people() { return people_; }

 private:
  void tick();

  const Ports ports_;
  const AccountsConfig config_;
  KeyRing keys_;
  Verifiers verifiers_;
  SignInService sign_ins_;
  PeopleService people_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace parley
