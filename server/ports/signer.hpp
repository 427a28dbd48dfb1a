// Signer: Ed25519 (RFC 8032). Pure computation, any thread, about 0.1 ms per call.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace parley {

using Ed25519Seed = std::array<std::uint8_t, 32>;
using Ed25519PublicKey = std::array<std::uint8_t, 32>;
using Ed25519Signature = std::array<std::uint8_t, 64>;

class Signer {
 public:
  virtual ~Signer() = default;
  virtual Ed25519PublicKey public_key(const Ed25519Seed& seed) const = 0;
  virtual Ed25519Signature sign(const Ed25519Seed& seed, std::string_view message) const = 0;
  /// False for any signature that is not 64 bytes long and not made over exactly `message`.
  virtual bool verify(const Ed25519PublicKey& key, std::string_view message, std::string_view signature) const = 0;
};

}  // namespace parley
