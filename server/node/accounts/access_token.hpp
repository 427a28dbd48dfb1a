// Access tokens: JWT (RFC 7519) signed with EdDSA over Ed25519 (RFC 8037). Pure.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "ports/server_keys.hpp"
#include "ports/sign_ins.hpp"
#include "ports/signer.hpp"

namespace parley {

struct AccessClaims {
  AccountId account{};              // sub
  DeviceId device{};                // did
  SignInGeneration generation = 0;  // gen
  Time issued{};                    // iat, whole seconds
  Time expires{};                   // exp, whole seconds
  std::string id{};                 // jti
};

/// The public side of the signing keys whose tokens may still live.
struct VerifyingKeys {
  struct Key {
    std::string kid{};
    Ed25519PublicKey key{};
  };
  std::vector<Key> keys;
  std::string jwks;  // the document of /.well-known/jwks.json (RFC 7517)
};

inline constexpr std::size_t kAccessTokenBytes = 1024;

/// Times are cut to whole seconds.
std::string write_access_token(const Signer& signer, const SigningKey& key, const AccessClaims& claims);

/// Errors: unauthenticated for anything that is not exactly what `write_access_token` makes with one of `keys` (another
/// algorithm, "none", an unknown key, more or fewer header fields, padding, a changed byte), token_expired.
Result<AccessClaims> read_access_token(std::string_view token, const Signer& signer, const VerifyingKeys& keys,
                                       Time now);

/// `keys` in the form that verifies, with the document that publishes them.
std::shared_ptr<const VerifyingKeys> publish(const Signer& signer, const std::vector<SigningKey>& keys);

}  // namespace parley
