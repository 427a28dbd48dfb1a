#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <vector>

#include "base/hex.hpp"
#include "engines/crypto/argon2_hasher.hpp"
#include "engines/crypto/ed25519_signer.hpp"

namespace parley {
namespace {

class Direct final : public Executor {
 public:
  void post(Task task) override { task(); }
  void post_after(Duration, Task task) override { task(); }
};

class Argon2 : public testing::Test {
 protected:
  Result<std::string> hash(const std::string& password) {
    std::promise<Result<std::string>> answer;
    hasher_->hash(executor_, password, [&](Result<std::string> r) { answer.set_value(std::move(r)); });
    return answer.get_future().get();
  }
  bool verify(const std::string& password, const std::string& hash) {
    std::promise<bool> answer;
    hasher_->verify(executor_, password, hash, [&](Result<bool> r) { answer.set_value(r.value()); });
    return answer.get_future().get();
  }

  Direct executor_;
  std::unique_ptr<PasswordHasher> hasher_ = make_argon2_hasher(Argon2Options::minimum());
};

TEST_F(Argon2, OnlyTheSamePasswordIsAccepted) {
  const std::string secret("correct horse\0battery", 21);
  const auto made = hash(secret);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->starts_with("$argon2id$v=19$"));
  EXPECT_LE(made->size(), 256U);
  EXPECT_TRUE(verify(secret, *made));
  EXPECT_FALSE(verify("correct horse", *made));
  EXPECT_FALSE(verify("", *made));
}

TEST_F(Argon2, TwoHashesOfOnePasswordDiffer) {
  EXPECT_NE(*hash("password"), *hash("password"));
}

TEST_F(Argon2, NoHashAndBrokenHashAreNeverRight) {
  for (const char* broken :
       {"", "x", "$argon2id$", "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAA", "$argon2id$v=19$m=8"}) {
    EXPECT_FALSE(verify("nobody has this password", broken)) << broken;
  }
  EXPECT_FALSE(verify("x", std::string(10'000, 'a')));
}

TEST_F(Argon2, HashOfAnotherCostIsStillUnderstood) {
  const auto made = hash("password");
  hasher_ = make_argon2_hasher({.passes = 2, .memory_bytes = 1 << 20});
  EXPECT_TRUE(verify("password", *made));
}

TEST_F(Argon2, FullQueueIsOverloadedAtOnce) {
  std::promise<void> gate;
  std::promise<void> held;
  std::vector<ErrorCode> refused;
  hasher_ = make_argon2_hasher({.passes = 1, .memory_bytes = 8192, .threads = 1, .queue = 2});
  hasher_->hash(executor_, "a", [&](Result<std::string>) {
    held.set_value();
    gate.get_future().wait();
  });
  held.get_future().wait();
  std::promise<void> last;
  for (int i = 0; i < 5; ++i) {
    hasher_->hash(executor_, "b", [&, i](Result<std::string> r) {
      if (!r) refused.push_back(r.error().code);
      if (i == 1) last.set_value();
    });
  }
  EXPECT_EQ(refused, std::vector<ErrorCode>(3, ErrorCode::overloaded));
  gate.set_value();
  last.get_future().wait();
}

std::array<std::uint8_t, 32> bytes32(std::string_view hex) {
  const auto bytes = hex_decode(hex);
  std::array<std::uint8_t, 32> array{};
  std::copy(bytes->begin(), bytes->end(), array.begin());
  return array;
}

// RFC 8032 §7.1, test 2.
TEST(Ed25519, AgreesWithTheRfc) {
  const auto signer = make_ed25519_signer();
  const auto seed = bytes32("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  const auto key = bytes32("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(signer->public_key(seed), key);
  const auto signature = signer->sign(seed, "\x72");
  const std::string_view text(reinterpret_cast<const char*>(signature.data()), signature.size());
  EXPECT_EQ(hex_encode(text),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(signer->verify(key, "\x72", text));
}

TEST(Ed25519, AnyOtherSignatureMessageOrKeyIsRefused) {
  const auto signer = make_ed25519_signer();
  Ed25519Seed seed{};
  const auto key = signer->public_key(seed);
  const auto signature = signer->sign(seed, "message");
  std::string text(reinterpret_cast<const char*>(signature.data()), signature.size());
  EXPECT_TRUE(signer->verify(key, "message", text));
  EXPECT_FALSE(signer->verify(key, "Message", text));
  EXPECT_FALSE(signer->verify(key, "message", text + "x"));
  EXPECT_FALSE(signer->verify(key, "message", text.substr(1)));
  EXPECT_FALSE(signer->verify(key, "message", ""));
  seed[0] = 1;
  EXPECT_FALSE(signer->verify(signer->public_key(seed), "message", text));
  text[10] = static_cast<char>(text[10] ^ 1);
  EXPECT_FALSE(signer->verify(key, "message", text));
}

}  // namespace
}  // namespace parley
