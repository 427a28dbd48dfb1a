// Group commit: one thread takes everything that waits, writes it with one sync, and completes it. Internal to the
// engine.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "engines/rocksdb/group.hpp"
#include "engines/rocksdb/holder.hpp"

namespace parley::rocks {

class Committer {
 public:
  /// `states`: of every partition, as stored.
  Committer(Holder& holder, std::vector<PartitionState> states);
  /// Finishes what was accepted.
  ~Committer();

  void commit(CommitRequest request) { submit(WriteRequest(std::move(request))); }
  void take_over(TakeOverRequest request) { submit(WriteRequest(std::move(request))); }
  void reopen(Executor& executor, Completion<Result<void>> done) { submit(Reopen{&executor, std::move(done)}); }

  /// Any thread.
  [[nodiscard]] Epoch highest_epoch() const { return highest_epoch_.load(); }

 private:
  struct Reopen {
    Executor* executor = nullptr;
    Completion<Result<void>> done;
  };
  using Request = std::variant<WriteRequest, Reopen>;

  void submit(Request request);
  void run();
  void serve_writes(std::deque<Request>& requests);
  Result<void> write(const Database& database, Group& group);
  Result<void> check_room();
  Result<void> write_failed(const Database& database, const rocksdb::Status& status);
  Result<void> reopen_now();
  void remember(const std::vector<PartitionState>& states);

  Holder& holder_;
  std::vector<PartitionState> states_;  // the committer's thread only
  bool ran_full_ = false;               // the committer's thread only
  std::chrono::steady_clock::time_point ran_full_at_;
  std::atomic<Epoch> highest_epoch_ = 0;

  std::mutex mutex_;
  std::condition_variable woken_;
  std::deque<Request> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace parley::rocks
