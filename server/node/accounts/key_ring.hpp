// The server's keys: which one signs, which still verify, and the secrets behind refresh and resume tokens.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/accounts/access_token.hpp"
#include "ports/executor.hpp"
#include "ports/server_keys.hpp"

namespace parley {

/// Lives on its `home` executor; every call and completion is there.
class KeyRing {
 public:
  struct Options {
    Duration signing_key_life;
    Duration token_life;  // how long the tokens of a key that no longer signs may still be shown
  };
  KeyRing(ServerKeys& store, const Signer& signer, const Clock& clock, Random& random, Executor& home, Options options);

  /// Loads the keys, makes those that are missing, and rotates. Again and again: a failure keeps what was known.
  void refresh(Completion<Result<void>> done);
  /// Called after a `refresh` that changed which keys verify.
  void on_change(std::function<void()> tell) { tell_ = std::move(tell); }

  /// The rest only after `refresh` has succeeded once.
  [[nodiscard]] const SigningKey& signing_key() const { return signing_keys_.back(); }
  [[nodiscard]] std::shared_ptr<const VerifyingKeys> verifying_keys() const { return published_; }
  [[nodiscard]] const Secret& refresh_key() const { return *refresh_key_; }
  [[nodiscard]] const Secret& resume_key() const { return *resume_key_; }
  [[nodiscard]] bool is_ready() const { return refresh_key_ && resume_key_ && published_; }

 private:
  Secret random_secret();
  void load_secret(const char* name, std::optional<Secret> KeyRing::* where, Completion<Result<void>> done);
  void load_signing_keys(Completion<Result<void>> done);
  void use(std::vector<SigningKey> keys);

  ServerKeys& store_;
  const Signer& signer_;
  const Clock& clock_;
  Random& random_;
  Executor& home_;
  const Options options_;
  std::function<void()> tell_;
  std::vector<SigningKey> signing_keys_;
  std::shared_ptr<const VerifyingKeys> published_;
  std::optional<Secret> refresh_key_, resume_key_;
};

}  // namespace parley
