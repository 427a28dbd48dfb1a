// Passwords and signatures without their cost, the same for the same input: for the simulator and for tests of
// everything that is not cryptography. Never in a server.
#pragma once

#include "ports/password_hasher.hpp"
#include "ports/signer.hpp"

namespace parley {

class FakePasswordHasher final : public PasswordHasher {
 public:
  void hash(Executor& executor, std::string password, Completion<Result<std::string>> done) override;
  void verify(Executor& executor, std::string password, std::string hash, Completion<Result<bool>> done) override;
  /// How often `verify` was called without a hash.
  [[nodiscard]] int dummies() const { return dummies_; }

 private:
  std::uint64_t salt_ = 0;
  int dummies_ = 0;
};

/// The "public" key makes signatures as well as it checks them.
class FakeSigner final : public Signer {
 public:
  Ed25519PublicKey public_key(const Ed25519Seed& seed) const override;
  Ed25519Signature sign(const Ed25519Seed& seed, std::string_view message) const override;
  bool verify(const Ed25519PublicKey& key, std::string_view message, std::string_view signature) const override;
};

}  // namespace parley
