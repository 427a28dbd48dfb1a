// PasswordHasher: slow, salted, one-way hashes of passwords, made away from the io threads.
#pragma once

#include <string>

#include "base/result.hpp"
#include "ports/executor.hpp"

namespace parley {

/// Any thread may call. The completion runs once, on `executor`. Work waits in a bounded queue; a full one answers
/// `overloaded` at once. Passwords and hashes are never logged.
class PasswordHasher {
 public:
  virtual ~PasswordHasher() = default;

  /// A text that holds algorithm, cost and a fresh salt, to be given to `verify` later. At most 256 bytes.
  virtual void hash(Executor& executor, std::string password, Completion<Result<std::string>> done) = 0;

  /// Whether `hash` was made from `password`. An empty `hash` (nobody has that handle) costs as much time as a real one
  /// of the present cost and is always false; so is a text that is no hash.
  virtual void verify(Executor& executor, std::string password, std::string hash, Completion<Result<bool>> done) = 0;
};

}  // namespace parley
