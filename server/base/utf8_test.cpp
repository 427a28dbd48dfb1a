#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

TEST(Utf8, CountsCodePoints) {
  EXPECT_EQ(count_code_points(""), 0U);
  EXPECT_EQ(count_code_points("hello, long enough for words"), 28U);
  EXPECT_EQ(count_code_points("grüße"), 5U);
  EXPECT_EQ(count_code_points("€\U0001F600x"), 3U);
  EXPECT_EQ(count_code_points("12345678é12345678"), 17U);
}

TEST(Utf8, AcceptsTheEdgesOfEveryLength) {
  for (char32_t c : {0x00U, 0x7FU, 0x80U, 0x7FFU, 0x800U, 0xD7FFU, 0xE000U, 0xFFFFU, 0x10000U, 0x10FFFFU}) {
    std::string text;
    append_utf8(text, c);
    EXPECT_EQ(count_code_points(text), 1U) << static_cast<unsigned>(c);
    std::string_view rest = text;
    EXPECT_EQ(pop_code_point(rest), c);
    EXPECT_TRUE(rest.empty());
  }
}

TEST(Utf8, RefusesWhatRfc3629Refuses) {
  for (std::string_view text : {
           "\x80",
           "\xBF",
           "\xC0\x80",
           "\xC1\xBF",
           "\xC2",
           "\xC2\x41",
           "\xE0\x80\x80",
           "\xE0\x9F\xBF",
           "\xE2\x82",
           "\xED\xA0\x80",
           "\xED\xBF\xBF",
           "\xF0\x80\x80\x80",
           "\xF0\x8F\xBF\xBF",
           "\xF4\x90\x80\x80",
           "\xF5\x80\x80\x80",
           "\xFE",
           "\xFF",
           "\xF0\x9F\x98",
           "12345678\x80",
           "1234567\xC2",
           "12345678\xE2\x82",
       }) {
    EXPECT_EQ(count_code_points(text), std::nullopt) << testing::PrintToString(text);
  }
}

TEST(Utf8, PrefixNeverCutsACodePoint) {
  const std::string_view text = "a€b";
  EXPECT_EQ(utf8_prefix_bytes(text, 0), "");
  EXPECT_EQ(utf8_prefix_bytes(text, 1), "a");
  EXPECT_EQ(utf8_prefix_bytes(text, 2), "a");
  EXPECT_EQ(utf8_prefix_bytes(text, 3), "a");
  EXPECT_EQ(utf8_prefix_bytes(text, 4), "a€");
  EXPECT_EQ(utf8_prefix_bytes(text, 100), text);
  EXPECT_EQ(utf8_prefix(text, 2), "a€");
  EXPECT_EQ(utf8_prefix(text, 3), text);
  EXPECT_EQ(utf8_prefix(text, 100), text);
}

}  // namespace
}  // namespace parley
