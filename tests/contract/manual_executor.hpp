// An executor that a test runs by hand. Engines with threads of their own may post to it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "ports/executor.hpp"

namespace parley::test {

class ManualExecutor final : public Executor {
 public:
  void post(Task task) override {
    // Told while it is locked: who waits may end this executor as soon as the task is there.
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    ++posted_;
    posted_or_due_.notify_all();
  }
  void post_after(Duration delay, Task task) override {
    const std::lock_guard lock(mutex_);
    delayed_.emplace(now_ + delay, std::move(task));
  }

  /// Runs what is posted, and what that posts, until nothing is left.
  void run_until_idle() {
    while (run_one()) {
    }
  }
  /// Runs tasks, waiting for other threads to post them, until `wanted()`. False: it did not come about in a minute.
  bool run_until(const std::function<bool()>& wanted) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!wanted()) {
      if (run_one()) continue;
      std::unique_lock lock(mutex_);
      if (!posted_or_due_.wait_until(lock, deadline, [&] { return !tasks_.empty(); })) return false;
    }
    return true;
  }
  /// Moves the time on; what becomes due is posted in order of its time.
  void advance(Duration by) {
    const std::lock_guard lock(mutex_);
    now_ += by;
    while (!delayed_.empty() && delayed_.begin()->first <= now_) {
      tasks_.push_back(std::move(delayed_.begin()->second));
      delayed_.erase(delayed_.begin());
    }
  }
  /// Tasks ever posted (without delay).
  [[nodiscard]] std::size_t posted() const {
    const std::lock_guard lock(mutex_);
    return posted_;
  }
  /// As when an executor stops: what waits is destroyed without running.
  void drop_all() {
    const std::lock_guard lock(mutex_);
    tasks_.clear();
    delayed_.clear();
  }

 private:
  bool run_one() {
    Task task;
    {
      const std::lock_guard lock(mutex_);
      if (tasks_.empty()) return false;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
    return true;
  }

  mutable std::mutex mutex_;
  std::condition_variable posted_or_due_;
  std::deque<Task> tasks_;
  std::multimap<Duration, Task> delayed_;
  Duration now_{};
  std::size_t posted_ = 0;
};

}  // namespace parley::test
