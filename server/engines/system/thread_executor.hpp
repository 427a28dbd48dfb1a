// Executor port: one thread of its own. Partition owners run here, because their commits block.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ports/executor.hpp"

namespace parley {

/// Everything posted while a batch of tasks runs costs one lock and no wake-up. Timers are never early; they run in the
/// order of their deadlines, equal ones in the order posted.
class ThreadExecutor final : public Executor {
 public:
  /// Starts the thread; `name` is cut to 15 characters.
  explicit ThreadExecutor(std::string name);
  /// Stops, as stop() does.
  ~ThreadExecutor() override;
  ThreadExecutor(const ThreadExecutor&) = delete;
  ThreadExecutor& operator=(const ThreadExecutor&) = delete;

  void post(Task task) override;
  void post_after(Duration delay, Task task) override;

  /// Ends after the task that is running; those still waiting, and those posted later, are destroyed without running.
  /// Not from the executor's own tasks. May be called twice.
  void stop();
  [[nodiscard]] bool is_current() const;

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Timer {
    Instant due;
    std::uint64_t order;
    Task task;
  };
  static bool later(const Timer& a, const Timer& b) { return a.due != b.due ? a.due > b.due : a.order > b.order; }

  void run(const std::string& name);
  void collect(std::vector<Task>& batch);  // under mutex_

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Task> inbox_;
  std::vector<Timer> timers_;  // heap
  std::uint64_t timer_order_ = 0;
  bool sleeping_ = false;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace parley
