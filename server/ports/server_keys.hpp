// ServerKeys: the secrets a server makes for itself and has to find again after a restart.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "ports/executor.hpp"
#include "ports/signer.hpp"

namespace parley {

using Secret = std::array<std::uint8_t, 32>;

struct SigningKey {
  std::string kid{};  // 1 to 64 characters of base64url
  Ed25519Seed seed{};
  Time created{};
};

/// Any thread may call; completions run once, on the executor given. Secrets lie in the store as they are: the engine
/// keeps the store readable by its owner alone.
class ServerKeys {
 public:
  virtual ~ServerKeys() = default;

  /// The secret of that name (1 to 32 bytes). Where there is none yet, `candidate` becomes it: of two callers at the
  /// same time both get the same one.
  virtual void secret(Executor& executor, std::string name, Secret candidate, Completion<Result<Secret>> done) = 0;

  /// All signing keys, oldest first.
  virtual void signing_keys(Executor& executor, Completion<Result<std::vector<SigningKey>>> done) = 0;

  /// Adds `key` if the newest key is still the one called `newest_kid` (empty: there is none); otherwise somebody else
  /// has rotated and nothing is added. Keys created before `drop_before` are removed, except the newest two. Answers
  /// with all keys, oldest first.
  virtual void rotate_signing_key(Executor& executor, std::string newest_kid, SigningKey key, Time drop_before,
                                  Completion<Result<std::vector<SigningKey>>> done) = 0;

  /// Forgets every secret and signing key. After a restore, together with SignIns::end_all_sign_ins.
  virtual void forget_all_keys(Executor& executor, Completion<Result<void>> done) = 0;
};

}  // namespace parley
