#include "node/commit_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace parley {
namespace {

/// Whatever stands behind the time and the level of each line.
template <class Doing>
std::string logged(Doing doing) {
  testing::internal::CaptureStderr();
  doing();
  std::string all = testing::internal::GetCapturedStderr();
  std::string told;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\n', at);
    const std::string line = all.substr(at, end - at);
    told += line.substr(std::min(line.find("commit"), line.size())) + "\n";
    at = end + 1;
  }
  return told;
}

TEST(CommitLog, ADiskThatIsFullForLongIsOneLineWhenItBeginsAndOneWhenItEnds) {
  CommitLog commits;
  EXPECT_EQ(logged([&] { commits.succeeded(); }), "");
  EXPECT_EQ(logged([&] {
              for (PartitionId partition = 3; partition < 100; ++partition)
                commits.failed(partition, ErrorCode::disk_full);
            }),
            "commit_failed partition=3 error=disk_full failed=1\n");
  EXPECT_EQ(logged([&] {
              commits.succeeded();
              commits.succeeded();
            }),
            "commits_succeed failed=97\n");
  EXPECT_EQ(logged([&] { commits.failed(3, ErrorCode::disk_full); }),
            "commit_failed partition=3 error=disk_full failed=1\n");
}

TEST(CommitLog, AnotherReasonIsALineOfItsOwn) {
  CommitLog commits;
  EXPECT_EQ(logged([&] {
              commits.failed(1, ErrorCode::disk_full);
              commits.failed(2, ErrorCode::store_unavailable);
              commits.failed(2, ErrorCode::store_unavailable);
            }),
            "commit_failed partition=1 error=disk_full failed=1\n"
            "commit_failed partition=2 error=store_unavailable failed=2\n");
}

TEST(CommitLog, EveryPartitionThatAnotherOwnerHasIsTold) {
  CommitLog commits;
  EXPECT_EQ(logged([&] {
              commits.failed(1, ErrorCode::stale_owner);
              commits.failed(2, ErrorCode::stale_owner);
              commits.succeeded();
            }),
            "commit_failed partition=1 error=stale_owner failed=0\n"
            "commit_failed partition=2 error=stale_owner failed=0\n");
}

}  // namespace
}  // namespace parley
