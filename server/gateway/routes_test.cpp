#include "gateway/routes.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

class Routes : public ::testing::Test {
 protected:
  Routes() {
    table.add("GET", "/");
    table.add("GET", "/v1/devices");
    table.add("PATCH", "/v1/devices/{id}");
    table.add("DELETE", "/v1/devices/{id}");
    table.add("POST", "/v1/people/lookup");
    table.add("GET", "/v1/people/{id}");
  }
  RouteTable table;
  std::string allowed;
};

TEST_F(Routes, PathAndMethodPickTheRoute) {
  EXPECT_EQ(table.find("GET", "/", allowed)->route, 0U);
  EXPECT_EQ(table.find("GET", "/v1/devices", allowed)->route, 1U);
  const auto match = table.find("DELETE", "/v1/devices/a%20b", allowed);
  ASSERT_TRUE(match);
  EXPECT_EQ(match->route, 3U);
  EXPECT_EQ(match->values, std::vector<std::string>{"a b"});
}

TEST_F(Routes, UnknownPathIsNotFound) {
  for (const char* path :
       {"/v1", "/v1/devices/", "/v1/devices/a/b", "//", "/v1//devices", "/v1/devices/%zz", "x", ""}) {
    const auto match = table.find("PATCH", path, allowed);
    ASSERT_FALSE(match) << path;
    EXPECT_EQ(match.error().code, ErrorCode::not_found) << path;
  }
}

TEST_F(Routes, WrongMethodSaysWhichAreRight) {
  const auto match = table.find("PUT", "/v1/devices/a", allowed);
  ASSERT_FALSE(match);
  EXPECT_EQ(match.error().code, ErrorCode::method_not_allowed);
  EXPECT_EQ(allowed, "PATCH, DELETE");
}

TEST_F(Routes, SpelledOutPartIsNoValue) {
  EXPECT_EQ(table.find("POST", "/v1/people/lookup", allowed)->route, 4U);
  EXPECT_EQ(table.find("GET", "/v1/people/lookup", allowed)->route, 5U);
}

}  // namespace
}  // namespace parley
