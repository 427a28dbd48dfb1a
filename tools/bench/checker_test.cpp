#include "bench/checker.hpp"

#include <gtest/gtest.h>

#include "bench/body.hpp"

namespace parley::bench {
namespace {

using Verdict = Checker::Verdict;

TEST(Checker, FindsNothingWhereAllCameInOrder) {
  Checker checker(2);
  Seq seq = 5;
  for (std::uint64_t i = 0; i < 10; ++i) {
    EXPECT_EQ(checker.take(++seq, 0, i), Verdict::good);
    EXPECT_EQ(checker.take(++seq, 1, i), Verdict::good);
  }
  EXPECT_EQ(checker.faults(std::vector<std::uint64_t>{10, 10}), Faults{});
}

TEST(Checker, CountsWhatNeverCame) {
  Checker checker(2);
  checker.take(1, 0, 0);
  checker.take(3, 0, 2);  // 1 is missing, and so are 3 and 4
  EXPECT_EQ(checker.faults(std::vector<std::uint64_t>{5, 1}), (Faults{.lost = 4}));
}

TEST(Checker, CountsADuplicateUnderTheSameSeqAndUnderAnother) {
  Checker checker(1);
  checker.take(1, 0, 0);
  EXPECT_EQ(checker.take(1, 0, 0), Verdict::duplicate);
  EXPECT_EQ(checker.take(2, 0, 0), Verdict::duplicate);
  EXPECT_EQ(checker.faults(std::vector<std::uint64_t>{1}), (Faults{.duplicated = 2}));
}

TEST(Checker, CountsALateMessageAsReorderedAndNotAsLost) {
  Checker checker(1);
  checker.take(1, 0, 1);
  EXPECT_EQ(checker.take(2, 0, 0), Verdict::late);
  EXPECT_EQ(checker.faults(std::vector<std::uint64_t>{2}), (Faults{.reordered = 1}));
}

TEST(Checker, CountsALateMessageThatComesTwiceAsDuplicated) {
  Checker checker(1);
  checker.take(1, 0, 1);
  checker.take(2, 0, 0);
  EXPECT_EQ(checker.take(3, 0, 0), Verdict::duplicate);
}

TEST(Checker, CountsAFallingSeqOfAnotherSenderAsReordered) {
  Checker checker(2);
  checker.take(2, 0, 0);
  EXPECT_EQ(checker.take(1, 1, 0), Verdict::late);
  EXPECT_EQ(checker.faults(std::vector<std::uint64_t>{1, 1}), (Faults{.reordered = 1}));
}

TEST(Checker, MembersWhoSawOneOrderAgreeAndOthersAreCounted) {
  Checker a(2);
  Checker b(2);
  Checker c(2);
  for (Checker* checker : {&a, &b}) {
    checker->take(1, 0, 0);
    checker->take(2, 1, 0);
  }
  c.take(1, 1, 0);
  c.take(2, 0, 0);
  EXPECT_EQ(count_differing(std::vector{a.order(), b.order(), a.order()}), 0U);
  EXPECT_EQ(count_differing(std::vector{a.order(), c.order(), b.order()}), 1U);
}

TEST(Body, ComesBackAsItWasWritten) {
  for (const std::size_t bytes : {std::size_t{48}, std::size_t{200}, std::size_t{100'000}}) {
    std::string text;
    write_body(text, {7, 99, 123'456, -5}, bytes);
    EXPECT_EQ(text.size(), bytes);
    const auto body = read_body(text);
    ASSERT_TRUE(body.has_value());
    EXPECT_EQ(body->run, 7U);
    EXPECT_EQ(body->sender, 99U);
    EXPECT_EQ(body->number, 123'456U);
    EXPECT_EQ(body->sent_ns, -5);
  }
}

TEST(Body, AnyChangedByteIsFound) {
  std::string text;
  write_body(text, {1, 2, 3, 4}, 200);
  for (std::size_t i = kBodyHeader; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(read_body(changed).has_value()) << i;
  }
  EXPECT_FALSE(read_body(text.substr(0, 40)).has_value());
}

}  // namespace
}  // namespace parley::bench
