#include "base/text.hpp"

#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace parley {
namespace {

ErrorCode error_of(const Result<std::string>& result) {
  return result ? ErrorCode::ok : result.error().code;
}

TEST(DisplayName, IsTrimmedAndComposed) {
  EXPECT_EQ(clean_display_name("  Zoe\u0308 \u00A0\u2003", 64), "Zo\u00EB");
  EXPECT_EQ(clean_display_name("Ann Lee", 64), "Ann Lee");
  EXPECT_EQ(clean_display_name("\u0BA8\u0BBF \u4E2D\u6587 \U0001F468\u200D\U0001F469", 64),
            "\u0BA8\u0BBF \u4E2D\u6587 \U0001F468\u200D\U0001F469");
}

TEST(DisplayName, IsMeasuredAfterComposing) {
  EXPECT_EQ(clean_display_name("e\u0301e\u0301", 2), "\u00E9\u00E9");
  EXPECT_EQ(error_of(clean_display_name("abc", 2)), ErrorCode::invalid_name);
  EXPECT_EQ(error_of(clean_display_name(std::string(100000, 'x'), 64)), ErrorCode::invalid_name);
}

TEST(DisplayName, ThatShowsNothingIsRefused) {
  for (std::string_view name : {"", "   ", "\u00A0", "\u200B", "\u2060", "\uFEFF", "\u00AD", "\u3164", "\u115F",
                                "\u2800", "\u0301", "\u200D \u200C", "\U000E0041"}) {
    EXPECT_EQ(error_of(clean_display_name(name, 64)), ErrorCode::invalid_name) << name;
  }
}

TEST(DisplayName, WithControlOrDirectionCharactersIsRefused) {
  for (char32_t c : {0x00U,   0x07U,   0x09U,   0x0AU,   0x0DU,   0x1BU,   0x7FU,   0x85U,   0x061CU, 0x200EU,
                     0x200FU, 0x2028U, 0x2029U, 0x202AU, 0x202EU, 0x2066U, 0x2069U, 0xFDD0U, 0xFFFEU, 0x1FFFFU}) {
    for (std::string_view before : {"", "An"}) {
      for (std::string_view after : {"", "na"}) {
        std::string name(before);
        append_utf8(name, c);
        name += after;
        EXPECT_EQ(error_of(clean_display_name(name, 64)), ErrorCode::invalid_name) << static_cast<unsigned>(c);
      }
    }
  }
}

TEST(DisplayName, ThatIsNotUtf8IsRefused) {
  EXPECT_EQ(error_of(clean_display_name("Ann\xC0\x80", 64)), ErrorCode::invalid_text);
}

TEST(Paragraph, MayBeEmptyAndHaveLines) {
  EXPECT_EQ(clean_paragraph("", 10), "");
  EXPECT_EQ(clean_paragraph("one\n\ttwo", 10), "one\n\ttwo");
}

TEST(Paragraph, IsRefusedForLengthAndControls) {
  EXPECT_EQ(error_of(clean_paragraph("12345678901", 10)), ErrorCode::content_too_long);
  EXPECT_EQ(error_of(clean_paragraph(std::string(100000, 'x'), 10)), ErrorCode::content_too_long);
  EXPECT_EQ(error_of(clean_paragraph("a\u202Eb", 10)), ErrorCode::invalid_text);
  EXPECT_EQ(error_of(clean_paragraph("a\rb", 10)), ErrorCode::invalid_text);
  EXPECT_EQ(error_of(clean_paragraph("\xFF", 10)), ErrorCode::invalid_text);
}

TEST(Handle, HasThreeToThirtyTwoPlainCharacters) {
  for (std::string_view handle : {"abc", "a.b_c", "0123456789", "abcdefghijklmnopqrstuvwxyz012345"}) {
    EXPECT_TRUE(is_valid_handle(handle)) << handle;
  }
  for (std::string_view handle : {"", "ab", "abcdefghijklmnopqrstuvwxyz0123456", "Ann", "a b", "a-b", "an\u043D",
                                  "ann\n", "ann'--", "\u0430nn"}) {
    EXPECT_FALSE(is_valid_handle(handle)) << handle;
  }
  EXPECT_FALSE(is_valid_handle(std::string_view("an\0n", 4)));
}

}  // namespace
}  // namespace parley
