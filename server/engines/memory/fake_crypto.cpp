#include "engines/memory/fake_crypto.hpp"

#include <algorithm>

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "ports/complete_on.hpp"

namespace parley {
namespace {

template <std::size_t n>
std::string_view bytes_of(const std::array<std::uint8_t, n>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), n};
}

std::string fake_hash(std::string_view salt, std::string_view password) {
  return "fake$" + std::string(salt) + "$" + hex_encode(view(sha256({salt, "$", password})));
}

Ed25519Signature fake_signature(const Ed25519PublicKey& key, std::string_view message) {
  const Digest half = hmac_sha256(bytes_of(key), message);
  Ed25519Signature signature{};
  std::ranges::copy(half, signature.begin());
  std::ranges::copy(half, signature.begin() + half.size());
  return signature;
}

}  // namespace

void FakePasswordHasher::hash(Executor& executor, std::string password, Completion<Result<std::string>> done) {
  complete_on<std::string>(executor, std::move(done), fake_hash(std::to_string(++salt_), password));
}

void FakePasswordHasher::verify(Executor& executor, std::string password, std::string hash,
                                Completion<Result<bool>> done) {
  dummies_ += hash.empty() ? 1 : 0;
  bool equal = false;
  if (hash.starts_with("fake$")) {
    const auto end = hash.find('$', 5);
    equal = end != std::string::npos && fake_hash(hash.substr(5, end - 5), password) == hash;
  }
  complete_on<bool>(executor, std::move(done), equal);
}

Ed25519PublicKey FakeSigner::public_key(const Ed25519Seed& seed) const {
  return sha256({"public", bytes_of(seed)});
}

Ed25519Signature FakeSigner::sign(const Ed25519Seed& seed, std::string_view message) const {
  return fake_signature(public_key(seed), message);
}

bool FakeSigner::verify(const Ed25519PublicKey& key, std::string_view message, std::string_view signature) const {
  return equal_constant_time(bytes_of(fake_signature(key, message)), signature);
}

}  // namespace parley
