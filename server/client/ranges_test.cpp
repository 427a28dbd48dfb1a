#include "client/ranges.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace parley::client {
namespace {

constexpr Seq kLast = 40;

std::vector<Interval> intervals_of(const std::set<Seq>& set) {
  std::vector<Interval> list;
  for (const Seq seq : set) {
    if (!list.empty() && list.back().to + 1 == seq) {
      list.back().to = seq;
    } else {
      list.push_back({seq, seq});
    }
  }
  return list;
}

TEST(Ranges, AddedRangesAreTheSetTheyAre) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    std::set<Seq> model;
    std::vector<Interval> set;
    for (int i = 0; i < 12; ++i) {
      const Seq from = 1 + random() % kLast;
      const Seq to = std::min<Seq>(kLast, from + random() % 5);
      add_range(set, from, to);
      for (Seq seq = from; seq <= to; ++seq) model.insert(seq);
      ASSERT_EQ(set, intervals_of(model));
    }
    const Seq last = random() % kLast;
    cut_after(set, last);
    model.erase(model.upper_bound(last), model.end());
    ASSERT_EQ(set, intervals_of(model));
    for (Seq seq = 1; seq <= kLast; ++seq) ASSERT_EQ(contains(set, seq), model.contains(seq));
  }
}

TEST(Ranges, MissingIsVisibleAndNotHad) {
  std::mt19937 random(2);
  for (int round = 0; round < 2000; ++round) {
    std::set<Seq> visible;
    std::set<Seq> have;
    for (Seq seq = 1; seq <= kLast; ++seq) {
      if (random() % 4 != 0) visible.insert(seq);
      if (random() % 3 == 0) have.insert(seq);
    }
    const Seq from = 1 + random() % kLast;
    const Seq to = from + random() % kLast;
    std::set<Seq> missing;
    for (const Seq seq : visible) {
      if (seq >= from && seq <= to && !have.contains(seq)) missing.insert(seq);
    }
    const auto newest = newest_missing(intervals_of(visible), intervals_of(have), from, to);
    const auto oldest = oldest_missing(intervals_of(visible), intervals_of(have), from, to);
    ASSERT_EQ(newest.has_value(), !missing.empty());
    ASSERT_EQ(oldest.has_value(), !missing.empty());
    if (missing.empty()) continue;
    ASSERT_EQ(*newest, intervals_of(missing).back());
    ASSERT_EQ(*oldest, intervals_of(missing).front());
  }
}

TEST(Ranges, AnOpenEndGoesOnForEver) {
  const std::vector<Interval> visible{{5, 8}, {20, 0}};
  EXPECT_EQ(next_visible(visible, 0), 5u);
  EXPECT_EQ(next_visible(visible, 6), 7u);
  EXPECT_EQ(next_visible(visible, 8), 20u);
  EXPECT_EQ(next_visible(visible, 1'000'000), 1'000'001u);
  EXPECT_EQ(next_visible(std::vector<Interval>{{5, 8}}, 8), 0u);
  EXPECT_TRUE(nothing_between(visible, 8, 20));
  EXPECT_FALSE(nothing_between(visible, 8, 22));
  EXPECT_EQ(newest_missing(visible, {}, 1, 30), (Interval{20, 30}));
  EXPECT_EQ(oldest_missing(visible, {}, 1, 30), (Interval{5, 8}));
}

TEST(Ranges, ShownUntilEndsBeforeTheFirstThatIsNotVisible) {
  const std::vector<Interval> have{{3, 5}, {8, 9}};
  EXPECT_EQ(shown_until(have, std::vector<Interval>{{1, 0}}), kNoSeqAbove);
  EXPECT_EQ(shown_until(have, std::vector<Interval>{{4, 0}}), 2U);
  EXPECT_EQ(shown_until(have, std::vector<Interval>{{1, 4}, {7, 0}}), 4U);
  EXPECT_EQ(shown_until(have, std::vector<Interval>{{1, 6}}), 7U);
  EXPECT_EQ(shown_until({}, std::vector<Interval>{}), kNoSeqAbove);
}

}  // namespace
}  // namespace parley::client
