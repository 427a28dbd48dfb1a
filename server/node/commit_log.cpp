#include "node/commit_log.hpp"

#include "base/log.hpp"

namespace parley {

void CommitLog::failed(PartitionId partition, const Error& error) {
  const bool is_news = failing_ != error.code;
  if (error.code != ErrorCode::stale_owner) {
    failing_ = error.code;
    ++failed_;
  }
  if (is_news) log::error("commit_failed", {{"partition", partition}, {"error", error.name()}, {"failed", failed_}});
}

void CommitLog::succeeded() {
  if (!failing_) return;
  log::info("commits_succeed", {{"failed", failed_}});
  failing_.reset();
  failed_ = 0;
}

}  // namespace parley
