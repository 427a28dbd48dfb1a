#include "node/accounts/access_token.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "base/sha256.hpp"
#include "engines/crypto/ed25519_signer.hpp"

namespace parley {
namespace {

class AccessToken : public testing::Test {
 protected:
  AccessToken() {
    key_.kid = "key-1";
    key_.seed.fill(7);
    keys_ = publish(*signer_, {key_});
    claims_.account = AccountId(make_uuid_v8("accountaccount!!"));
    claims_.device = DeviceId(make_uuid_v8("devicedevicedev!"));
    claims_.generation = 3;
    claims_.issued = Time(std::chrono::seconds(1000));
    claims_.expires = Time(std::chrono::seconds(2000));
    claims_.id = "jti";
    token_ = write_access_token(*signer_, key_, claims_);
  }

  ErrorCode refused(std::string_view token, Time now = Time(std::chrono::seconds(1500))) {
    const auto read = read_access_token(token, *signer_, *keys_, now);
    EXPECT_FALSE(read) << token;
    return read ? ErrorCode::internal : read.error().code;
  }
  /// Signed with the right key, whatever it says.
  std::string forged(const std::string& header, const std::string& body) {
    const std::string message = base64url_encode(header) + "." + base64url_encode(body);
    const auto signature = signer_->sign(key_.seed, message);
    return message + "." + base64url_encode({reinterpret_cast<const char*>(signature.data()), signature.size()});
  }
  std::string body() { return *base64url_decode(part(1)); }
  std::string part(std::size_t n) {
    std::string rest = token_;
    for (; n > 0; --n) rest.erase(0, rest.find('.') + 1);
    return rest.substr(0, rest.find('.'));
  }

  static constexpr const char* kHeader = R"({"alg":"EdDSA","typ":"JWT","kid":"key-1"})";
  std::unique_ptr<Signer> signer_ = make_ed25519_signer();
  SigningKey key_;
  std::shared_ptr<const VerifyingKeys> keys_;
  AccessClaims claims_;
  std::string token_;
};

TEST_F(AccessToken, SaysWhatWasWritten) {
  const auto read = read_access_token(token_, *signer_, *keys_, Time(std::chrono::seconds(1999)));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->account, claims_.account);
  EXPECT_EQ(read->device, claims_.device);
  EXPECT_EQ(read->generation, 3U);
  EXPECT_EQ(read->issued, claims_.issued);
  EXPECT_EQ(read->expires, claims_.expires);
  EXPECT_EQ(read->id, "jti");
  EXPECT_EQ(*base64url_decode(part(0)), kHeader);
}

TEST_F(AccessToken, ExpiresAtItsSecond) {
  EXPECT_EQ(refused(token_, Time(std::chrono::seconds(2000))), ErrorCode::token_expired);
}

TEST_F(AccessToken, OtherAlgorithmsAreRefusedEvenWhenSigned) {
  for (const char* alg : {"none", "None", "HS256", "RS256", "ES256", "eddsa", ""}) {
    const std::string header = std::string(R"({"alg":")") + alg + R"(","typ":"JWT","kid":"key-1"})";
    EXPECT_EQ(refused(forged(header, body())), ErrorCode::unauthenticated);
  }
  EXPECT_EQ(refused(base64url_encode(R"({"alg":"none","typ":"JWT","kid":"key-1"})") + "." + part(1) + "."),
            ErrorCode::unauthenticated);
}

TEST_F(AccessToken, PublicKeyIsNoHmacKey) {
  const auto& public_key = keys_->keys[0].key;
  const std::string message =
      base64url_encode(R"({"alg":"HS256","typ":"JWT","kid":"key-1"})") + "." + base64url_encode(body());
  const Digest mac = hmac_sha256({reinterpret_cast<const char*>(public_key.data()), public_key.size()}, message);
  EXPECT_EQ(refused(message + "." + base64url_encode(view(mac))), ErrorCode::unauthenticated);
}

TEST_F(AccessToken, HeaderMustBeExact) {
  ASSERT_TRUE(read_access_token(forged(kHeader, body()), *signer_, *keys_, claims_.issued));
  for (const char* header : {R"({"alg":"EdDSA","typ":"JWT","kid":"key-2"})", R"({"alg":"EdDSA","typ":"JWT"})",
                             R"({"alg":"EdDSA","kid":"key-1"})", R"({"alg":"EdDSA","typ":"JOSE","kid":"key-1"})",
                             R"({"alg":"EdDSA","typ":"JWT","kid":"key-1","crit":["x"]})",
                             R"({"alg":"EdDSA","typ":"JWT","kid":1})", R"(["EdDSA","JWT","key-1"])", "", "{", "null"}) {
    EXPECT_EQ(refused(forged(header, body())), ErrorCode::unauthenticated) << header;
  }
}

TEST_F(AccessToken, ClaimsMustBeExact) {
  const auto id = claims_.account.str();
  for (const std::string& claims :
       {std::string("{}"), std::string("[]"),
        R"({"sub":")" + id + R"(","did":"x","gen":1,"iat":1,"exp":2000,"jti":""})",
        R"({"sub":")" + id + R"(","did":")" + id + R"(","gen":-1,"iat":1,"exp":2000,"jti":""})",
        R"({"sub":")" + id + R"(","did":")" + id + R"(","gen":1,"iat":1,"exp":"2000","jti":""})",
        R"({"sub":")" + id + R"(","did":")" + id + R"(","gen":1,"iat":1,"exp":2e9,"jti":""})",
        R"({"sub":")" + id + R"(","did":")" + id + R"(","gen":1,"iat":1,"exp":9223372036854775807,"jti":""})",
        R"({"sub":")" + id + R"(","did":")" + id + R"(","gen":1,"iat":1,"exp":2000})",
        R"({"sub":")" + id + R"(","did":")" + id + R"(","gen":1,"iat":1,"exp":2000,"jti":"","x":1})"}) {
    EXPECT_EQ(refused(forged(kHeader, claims)), ErrorCode::unauthenticated) << claims;
  }
}

TEST_F(AccessToken, EveryChangedCharacterIsRefused) {
  for (std::size_t i = 0; i < token_.size(); ++i) {
    std::string changed = token_;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(refused(changed), ErrorCode::unauthenticated) << i;
    EXPECT_EQ(refused(token_.substr(0, i)), ErrorCode::unauthenticated);
  }
  EXPECT_EQ(refused(token_ + "="), ErrorCode::unauthenticated);
  EXPECT_EQ(refused(token_ + "."), ErrorCode::unauthenticated);
  EXPECT_EQ(refused(" " + token_), ErrorCode::unauthenticated);
  EXPECT_EQ(refused(std::string(100'000, 'A')), ErrorCode::unauthenticated);
}

TEST_F(AccessToken, DocumentOfKeysHoldsPublicKeysOnly) {
  EXPECT_NE(keys_->jwks.find(R"("kty":"OKP","crv":"Ed25519")"), std::string::npos);
  EXPECT_NE(keys_->jwks.find(R"("kid":"key-1")"), std::string::npos);
  EXPECT_EQ(keys_->jwks.find(R"("d":)"), std::string::npos);
}

}  // namespace
}  // namespace parley
