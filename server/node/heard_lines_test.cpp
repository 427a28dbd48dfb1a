#include "node/heard_lines.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

TEST(HeardLines, ALineIsKnownUnderTheEpochInWhichItWasHeardOf) {
  HeardLines<int> lines(8);
  lines.hear(1, 5);
  EXPECT_TRUE(lines.heard(1, 5));
  EXPECT_FALSE(lines.heard(1, 6));
  EXPECT_FALSE(lines.heard(2, 5));
  lines.hear(1, 6);
  EXPECT_TRUE(lines.heard(1, 6));
}

TEST(HeardLines, TheOneThatIsSilentForLongestIsForgotten) {
  HeardLines<int> lines(8);
  lines.hear(0, 5);
  for (int line = 1; line < 100; ++line) {
    lines.hear(line, 5);
    lines.hear(0, 5);
  }
  EXPECT_TRUE(lines.heard(0, 5));
  EXPECT_TRUE(lines.heard(99, 5));
  EXPECT_TRUE(lines.heard(92, 5)) << "one of the last eight";
  EXPECT_FALSE(lines.heard(1, 5));
}

}  // namespace
}  // namespace parley
