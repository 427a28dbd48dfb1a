#include "base/bytes_text.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace parley {
namespace {

TEST(BytesText, TellsTheLargestUnitThatFits) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(3ULL << 40U), "3.0 TiB");
  EXPECT_EQ(bytes_text(std::numeric_limits<std::uint64_t>::max()), "16777216.0 TiB");
}

}  // namespace
}  // namespace parley
