#include "base/recently.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

TEST(Recently, KnowsTheLastKeysAndForgetsOlderOnes) {
  Recently<int> told(2);
  EXPECT_TRUE(told.is_new(1));
  EXPECT_FALSE(told.is_new(1));
  EXPECT_TRUE(told.is_new(2));
  EXPECT_FALSE(told.is_new(1));
  EXPECT_TRUE(told.is_new(3));
  EXPECT_TRUE(told.is_new(1));
  EXPECT_FALSE(told.is_new(3));
}

}  // namespace
}  // namespace parley
