// Makes content that was taken out leave the files (P6). A rewritten event's old value stays in the log and in table
// files until those are rewritten; which events wait for that is kept in the store ('r' keys). Internal to the engine.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>

#include "engines/rocksdb/holder.hpp"

namespace parley::rocks {

/// Rewrites the files with old values of all events that wait; how many those were. 0 while a snapshot needs old
/// values. Fails soon after `cancel` was set.
Result<std::size_t> purge_rewritten(const Database& database, std::atomic<bool>& cancel);

/// Does so by itself whenever the oldest has waited long enough.
class Purger {
 public:
  explicit Purger(Holder& holder);
  ~Purger();
  Purger(const Purger&) = delete;
  Purger& operator=(const Purger&) = delete;

 private:
  void run();
  void purge_if_due();

  Holder& holder_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool stopping_ = false;
  std::atomic<bool> cancel_ = false;
  std::thread thread_;
};

}  // namespace parley::rocks
