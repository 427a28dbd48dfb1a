#include "bench/page_cache.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace parley::bench {
namespace {

TEST(PageCache, EveryFileBelowTheDirectoryIsDropped) {
  std::string directory = ::testing::TempDir() + "parley-cache-XXXXXX";
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  std::filesystem::create_directory(directory + "/below");
  for (const char* name : {"/a", "/below/b", "/below/c"}) std::ofstream(directory + name) << name;
  EXPECT_EQ(drop_from_page_cache(directory), 3U);
  std::filesystem::remove_all(directory);
  EXPECT_EQ(drop_from_page_cache(directory), 0U);
}

}  // namespace
}  // namespace parley::bench
