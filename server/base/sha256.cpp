#include "base/sha256.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <memory>

#include "base/assert.hpp"

namespace parley {

namespace {

/// Fetched once: EVP_sha256() and SHA256() look the algorithm up in OpenSSL's tables for every digest, which costs as
/// much as hashing a message.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  PARLEY_ASSERT(fetched != nullptr);
  return fetched;
}

}  // namespace

Digest sha256(std::initializer_list<std::string_view> parts) {
  Digest digest{};
  // One context per thread: allocating one costs more than hashing a short message.
  static thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                                            &EVP_MD_CTX_free);
  PARLEY_ASSERT(context && EVP_DigestInit_ex2(context.get(), algorithm(), nullptr) == 1);
  for (std::string_view part : parts) PARLEY_ASSERT(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  unsigned int length = 0;
  PARLEY_ASSERT(EVP_DigestFinal_ex(context.get(), digest.data(), &length) == 1 && length == digest.size());
  return digest;
}

Digest hmac_sha256(std::string_view key, std::string_view message) {
  Digest digest{};
  unsigned int length = 0;
  PARLEY_ASSERT(HMAC(algorithm(), key.data(), static_cast<int>(key.size()),
                     reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
                     &length) != nullptr);
  PARLEY_ASSERT(length == digest.size());
  return digest;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace parley
