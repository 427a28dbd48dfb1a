#include "engines/crypto/ed25519_signer.hpp"

#include <openssl/evp.h>

#include "base/assert.hpp"

namespace parley {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Key private_key(const Ed25519Seed& seed) {
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  PARLEY_ASSERT(key != nullptr);
  return key;
}

class Ed25519Signer final : public Signer {
 public:
  Ed25519PublicKey public_key(const Ed25519Seed& seed) const override {
    const Key key = private_key(seed);
    Ed25519PublicKey made{};
    std::size_t size = made.size();
    PARLEY_ASSERT(EVP_PKEY_get_raw_public_key(key.get(), made.data(), &size) == 1 && size == made.size());
    return made;
  }

  Ed25519Signature sign(const Ed25519Seed& seed, std::string_view message) const override {
    const Key key = private_key(seed);
    const Context context(EVP_MD_CTX_new());
    Ed25519Signature made{};
    std::size_t size = made.size();
    PARLEY_ASSERT(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
    PARLEY_ASSERT(EVP_DigestSign(context.get(), made.data(), &size, bytes_of(message), message.size()) == 1);
    return made;
  }

  bool verify(const Ed25519PublicKey& public_key, std::string_view message, std::string_view signature) const override {
    if (signature.size() != std::tuple_size_v<Ed25519Signature>) return false;
    const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()));
    const Context context(EVP_MD_CTX_new());
    return key != nullptr && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size()) ==
               1;
  }
};

}  // namespace

std::unique_ptr<Signer> make_ed25519_signer() {
  return std::make_unique<Ed25519Signer>();
}

}  // namespace parley
