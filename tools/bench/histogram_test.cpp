#include "bench/histogram.hpp"

#include <gtest/gtest.h>

namespace parley::bench {
namespace {

TEST(Histogram, EmptyHasNoPercentile) {
  EXPECT_EQ(Histogram().percentile(0.99), 0U);
}

TEST(Histogram, SmallValuesAreExact) {
  Histogram histogram;
  for (std::uint64_t ns = 1; ns <= 50; ++ns) histogram.add(ns);
  EXPECT_EQ(histogram.percentile(0.5), 25U);
  EXPECT_EQ(histogram.percentile(1.0), 50U);
  EXPECT_EQ(histogram.percentile(0.0), 1U);
}

TEST(Histogram, EveryValueFallsIntoABucketThatEndsWithinSixtyFourthsOfIt) {
  for (std::uint64_t ns = 1; ns < (std::uint64_t{1} << 40); ns = ns * 3 / 2 + 1) {
    Histogram histogram;
    histogram.add(ns);
    const std::uint64_t told = histogram.percentile(1.0);
    EXPECT_GE(told, ns);
    EXPECT_LE(told, ns + ns / 64 + 1);
  }
}

TEST(Histogram, TailIsNotHiddenByTheBulk) {
  Histogram histogram;
  for (int i = 0; i < 990; ++i) histogram.add(1'000'000);
  for (int i = 0; i < 10; ++i) histogram.add(900'000'000);
  EXPECT_LT(histogram.percentile(0.99), 1'020'000U);
  EXPECT_GT(histogram.percentile(0.991), 890'000'000U);
}

TEST(Histogram, HugeValueCountsAsTheLongest) {
  Histogram histogram;
  histogram.add(~std::uint64_t{0});
  EXPECT_GT(histogram.percentile(0.5), std::uint64_t{1} << 40);
}

TEST(Histogram, TravelsAsTextAndMerges) {
  Histogram one;
  Histogram other;
  for (std::uint64_t i = 0; i < 1000; ++i) (i % 3 == 0 ? one : other).add(i * i);
  Histogram all;
  EXPECT_TRUE(all.merge_text(one.text()));
  EXPECT_TRUE(all.merge_text(other.text()));
  one.merge(other);
  EXPECT_EQ(all.count(), 1000U);
  EXPECT_EQ(all.text(), one.text());
}

TEST(Histogram, NonsenseTextIsRefused) {
  for (const char* text : {"x", "1", "1:", "1:2;", "99999999:1", "1:2 :"}) {
    EXPECT_FALSE(Histogram().merge_text(text)) << text;
  }
  EXPECT_TRUE(Histogram().merge_text(""));
}

}  // namespace
}  // namespace parley::bench
