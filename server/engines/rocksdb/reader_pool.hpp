// A few threads that block on reads, behind a bounded queue. Internal to the engine.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace parley::rocks {

class ReaderPool {
 public:
  using Job = std::move_only_function<void()>;
  ReaderPool(std::size_t threads, std::size_t queue);
  /// Runs what was accepted, then stops.
  ~ReaderPool();
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  /// False, with `job` untouched: the queue is full. Any thread.
  [[nodiscard]] bool submit(Job& job);

 private:
  void run();

  const std::size_t queue_;
  std::mutex mutex_;
  std::condition_variable woken_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace parley::rocks
