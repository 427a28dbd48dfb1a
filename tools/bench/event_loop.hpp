// One thread's epoll loop: sockets, timers, and work at the end of each turn.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "base/time.hpp"

namespace parley::bench {

/// Nanoseconds of the monotonic clock, the same for all processes of the machine.
std::int64_t now_ns();

/// What waits for a socket. Told of at most once per turn; may be told after unwatch() in the same turn never.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void on_ready(bool readable, bool writable) = 0;
};

class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// The watcher must live until unwatch(fd).
  void watch(int fd, Watcher& watcher, bool readable, bool writable);
  void change(int fd, bool readable, bool writable);
  void unwatch(int fd);

  /// Runs once, at `at_ns` or soon after. There is no cancellation.
  void at(std::int64_t at_ns, std::function<void()> task);
  /// Runs once before the loop waits again.
  void defer(std::function<void()> task);
  /// Runs at the end of every turn, before deferred tasks and `flush`es; false removes it.
  void every_turn(std::function<bool()> task);
  /// Runs last in this turn.
  void flush_later(std::function<void()> task);

  /// Runs turns until `done` says so (asked once per turn), at least one.
  void run_until(const std::function<bool()>& done);
  void run_for(Duration time);

  /// Of the last time the loop woke up: monotonic, and as wall-clock time that never goes back.
  [[nodiscard]] std::int64_t turn_ns() const { return turn_ns_; }
  [[nodiscard]] Time now() const;

 private:
  void turn(std::int64_t longest_ns);
  void run_tasks();
  [[nodiscard]] std::int64_t patience(std::int64_t longest_ns) const;

  struct Timer {
    std::int64_t at_ns;
    std::uint64_t order;
    std::function<void()> task;
  };
  static bool later(const Timer& a, const Timer& b);

  int epoll_ = -1;
  std::vector<Watcher*> watchers_;  // by descriptor
  std::vector<Timer> timers_;       // a heap
  std::uint64_t timers_made_ = 0;
  std::vector<std::function<void()>> deferred_;
  std::vector<std::function<bool()>> every_turn_;
  std::vector<std::function<void()>> flushes_;
  std::int64_t turn_ns_ = 0;
  Time wall_start_;
  std::int64_t start_ns_ = 0;
};

}  // namespace parley::bench
