// The io threads: one event loop each. A connection lives on one of them for life.
#pragma once

#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "ports/executor.hpp"

namespace parley {

/// Executor port on an event loop. Tasks posted before the thread has come round to them cost one wake-up together.
class IoThread final : public Executor {
 public:
  struct Loop;  // event_loop.hpp

  explicit IoThread(std::size_t index);
  ~IoThread() override;
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  void post(Task task) override;
  void post_after(Duration delay, Task task) override;
  [[nodiscard]] std::size_t index() const { return index_; }
  /// True on this thread.
  [[nodiscard]] bool is_current() const;
  Loop& loop() { return *loop_; }

 private:
  friend class IoPool;
  void run();
  void run_inbox();
  void stop();

  std::size_t index_;
  std::unique_ptr<Loop> loop_;
  std::thread thread_;
};

/// Starts its threads at once.
class IoPool {
 public:
  explicit IoPool(std::size_t threads);
  /// Stops and joins.
  ~IoPool();
  IoPool(const IoPool&) = delete;
  IoPool& operator=(const IoPool&) = delete;

  [[nodiscard]] std::size_t size() const { return threads_.size(); }
  [[nodiscard]] IoThread& at(std::size_t index) { return *threads_.at(index); }
  /// Ends every loop after the task that it runs, joins, and destroys the waiting tasks. May be called twice; not from
  /// an io thread.
  void stop();

 private:
  std::vector<std::unique_ptr<IoThread>> threads_;
};

}  // namespace parley
