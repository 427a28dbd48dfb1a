#include "base/sha256.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"

namespace parley {
namespace {

TEST(Sha256, MatchesTheExamplesOfFips180) {
  EXPECT_EQ(hex_encode(view(sha256({"abc"}))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_encode(view(sha256({}))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, HashesPartsAsTheirConcatenation) {
  EXPECT_EQ(sha256({"a", "", "bc"}), sha256({"abc"}));
  EXPECT_NE(sha256({"abd"}), sha256({"abc"}));
}

TEST(HmacSha256, MatchesTestCaseTwoOfRfc4231) {
  EXPECT_EQ(hex_encode(view(hmac_sha256("Jefe", "what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(ConstantTimeCompare, SaysWhetherBytesAreEqual) {
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_TRUE(equal_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_constant_time("secret", "secreT"));
  EXPECT_FALSE(equal_constant_time("secret", "secre"));
}

}  // namespace
}  // namespace parley
