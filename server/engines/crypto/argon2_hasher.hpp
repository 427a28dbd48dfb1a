// PasswordHasher with Argon2id (RFC 9106), of libsodium, on its own small pool of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "ports/password_hasher.hpp"

namespace parley {

struct Argon2Options {
  std::uint64_t passes = 3;
  std::size_t memory_bytes = 19ULL << 20;
  std::uint32_t threads = 1;    // each uses `memory_bytes` while it works
  std::uint32_t queue = 1'000;  // calls waiting; more are `overloaded`

  /// As little as the algorithm allows: for tests and benchmarks, never where strangers can connect.
  static Argon2Options minimum() { return {.passes = 1, .memory_bytes = 8192}; }
};

/// Hashes are PHC strings ("$argon2id$v=19$…"), which carry their own cost. Must be destroyed after the executors given
/// to its calls have stopped, and before they are destroyed.
std::unique_ptr<PasswordHasher> make_argon2_hasher(const Argon2Options& options);

}  // namespace parley
