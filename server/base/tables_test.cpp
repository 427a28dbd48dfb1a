// The generated tables of errors and limits, as the rest of the server relies on them.
#include <gtest/gtest.h>

#include <set>

#include "base/assert.hpp"
#include "base/result.hpp"
#include "base/version.hpp"
#include "parley/limits.hpp"

namespace parley {
namespace {

TEST(ErrorTable, FindsEveryErrorByCodeNumberAndName) {
  std::set<std::string_view> names;
  for (const ErrorInfo& info : kErrors) {
    EXPECT_EQ(&error_info(info.code), &info);
    EXPECT_EQ(find_error(static_cast<std::uint16_t>(info.code)), &info);
    EXPECT_EQ(find_error(info.name), &info);
    EXPECT_FALSE(info.text.empty());
    EXPECT_TRUE(names.insert(info.name).second);
  }
  EXPECT_EQ(find_error("no_such_error"), nullptr);
  EXPECT_EQ(find_error(std::uint16_t{9999}), nullptr);
  EXPECT_EQ(error_info(ErrorCode::ok).name, "ok");
}

TEST(ErrorTable, NumbersOfTheProtocolStandStill) {
  EXPECT_EQ(static_cast<int>(ErrorCode::malformed), 1);
  EXPECT_EQ(static_cast<int>(ErrorCode::unauthenticated), 20);
  EXPECT_EQ(static_cast<int>(ErrorCode::channel_unknown), 40);
  EXPECT_EQ(static_cast<int>(ErrorCode::internal), 99);
}

TEST(Error, ShowsTheTableTextWhereThereIsNoDetail) {
  EXPECT_EQ(Error(ErrorCode::handle_taken).text(), error_info(ErrorCode::handle_taken).text);
  EXPECT_EQ(Error(ErrorCode::handle_taken, "Taken: ann").text(), "Taken: ann");
  EXPECT_EQ(Error(ErrorCode::handle_taken).name(), "handle_taken");
}

TEST(LimitTable, DefaultsLieWithinTheirRangeAndReachTheStruct) {
  const Limits limits;
  for (const LimitInfo& info : kLimits) {
    EXPECT_LE(info.min, info.default_value) << info.name;
    EXPECT_LE(info.default_value, info.max) << info.name;
    EXPECT_EQ(limits.*info.member, info.default_value) << info.name;
    EXPECT_EQ(find_limit(info.name), &info);
    EXPECT_TRUE(info.error.empty() || find_error(info.error) != nullptr) << info.name;
  }
  EXPECT_EQ(find_limit("no_such_limit"), nullptr);
}

TEST(AssertDeathTest, FailedAssertionSaysWhatAndWhereAndAborts) {
  EXPECT_DEATH(PARLEY_ASSERT(1 + 1 == 3), "tables_test.cpp:[0-9]+: 1 \\+ 1 == 3");
}

TEST(Version, IsNotEmpty) {
  EXPECT_FALSE(version().empty());
}

}  // namespace
}  // namespace parley
