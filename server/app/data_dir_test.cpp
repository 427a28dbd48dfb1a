#include "app/data_dir.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

namespace parley {
namespace {

class DataDirTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/parley-data-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    path = name;
  }
  void TearDown() override { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

TEST_F(DataDirTest, SecondServerIsRefusedAndToldWhoHasIt) {
  auto first = DataDir::lock(path / "deep" / "data");
  ASSERT_TRUE(first) << first.error().detail;
  auto second = DataDir::lock(path / "deep" / "data");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::store_unavailable);
  EXPECT_NE(second.error().detail.find(std::to_string(getpid())), std::string::npos) << second.error().detail;
}

TEST_F(DataDirTest, DirectoryIsFreeAgainAfterwards) {
  {
    auto first = DataDir::lock(path);
    ASSERT_TRUE(first);
  }
  EXPECT_TRUE(DataDir::lock(path));
}

TEST_F(DataDirTest, FileInTheWayIsAClearError) {
  auto first = DataDir::lock("/dev/null/data");
  ASSERT_FALSE(first);
  EXPECT_NE(first.error().detail.find("/dev/null/data"), std::string::npos);
}

TEST_F(DataDirTest, StoreItselfOrItsParentCanBeNamed) {
  EXPECT_EQ(DataDir::channels_of(path), path / "channels");
  std::filesystem::create_directories(path / "channels");
  fclose(fopen((path / "channels" / "CURRENT").c_str(), "w"));
  EXPECT_EQ(DataDir::channels_of(path / "channels"), path / "channels");
}

}  // namespace
}  // namespace parley
