#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "base/hex.hpp"

namespace parley {
namespace {

TEST(Base64, EncodesTheVectorsOfRfc4648) {
  EXPECT_EQ(base64_encode(""), "");
  EXPECT_EQ(base64_encode("f"), "Zg==");
  EXPECT_EQ(base64_encode("fo"), "Zm8=");
  EXPECT_EQ(base64_encode("foo"), "Zm9v");
  EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64_encode("\xFB\xFF"), "+/8=");
  EXPECT_EQ(base64url_encode("\xFB\xFF"), "-_8");
}

TEST(Base64, DecodesWhatItEncodes) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
    EXPECT_EQ(base64_decode_any(base64_encode(bytes)), bytes);
    EXPECT_EQ(base64_decode_any(base64url_encode(bytes)), bytes);
    bytes.push_back(static_cast<char>(i * 7));
  }
}

TEST(Base64, RefusesEverythingElse) {
  for (std::string_view text :
       {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm-_", "Zg==Zg=="}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
  for (std::string_view text : {"Z", "Zg==", "Zh", "Zm+/", "Zm 9"}) {
    EXPECT_EQ(base64url_decode(text), std::nullopt) << text;
  }
  for (std::string_view text : {"Zg=", "Z", "+_8", "Zg===", "Zh", "Zm9v="}) {
    EXPECT_EQ(base64_decode_any(text), std::nullopt) << text;
  }
}

TEST(Hex, RoundTripsAndRefusesTheRest) {
  EXPECT_EQ(hex_encode(std::string_view("\x00\xFF\x1a", 3)), "00ff1a");
  EXPECT_EQ(hex_decode("00Ff1A"), std::string("\x00\xFF\x1a", 3));
  EXPECT_EQ(hex_decode("0"), std::nullopt);
  EXPECT_EQ(hex_decode("0g"), std::nullopt);
  EXPECT_EQ(hex_decode("0x12"), std::nullopt);
}

}  // namespace
}  // namespace parley
