// The simulated world: virtual time, seeded randomness, and executors whose tasks the seed interleaves. One thread; the
// same seed gives the same run.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/sha256.hpp"
#include "ports/executor.hpp"

namespace parley::sim {

/// SplitMix64: small, fast, the same everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// 0 … n-1; n > 0.
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  /// True once in n.
  bool once_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

class World;

class SimExecutor final : public Executor {
 public:
  explicit SimExecutor(World& world) : world_(world) {}
  void post(Task task) override { ready_.push_back(std::move(task)); }
  void post_after(Duration delay, Task task) override;
  /// The process died: what waits is destroyed without running.
  void kill();
  /// The thread stands still: what waits goes on waiting, for as long as it is so.
  void pause(bool on) { paused_ = on; }

 private:
  friend class World;
  World& world_;
  std::deque<Task> ready_;
  std::uint64_t life_ = 0;
  bool paused_ = false;
};

/// A clock on a wall somewhere in the world: it runs as fast as all others, and may be wrong.
class SkewedClock final : public Clock {
 public:
  explicit SkewedClock(const Clock& world) : world_(world) {}
  [[nodiscard]] Time now() const override { return world_.now() + off_; }
  [[nodiscard]] Duration uptime() const override { return world_.uptime(); }
  void set_off_by(Duration off) { off_ = off; }

 private:
  const Clock& world_;
  Duration off_{0};
};

class World final : public Clock, public Random {
 public:
  explicit World(std::uint64_t seed);

  SimExecutor& make_executor();
  /// Runs one task, moving time on when nothing is ready. False: nothing is left to do.
  bool step();
  void run_for(Duration span);
  /// Until `wanted`, at most `span` of virtual time. Returns whether it came about.
  bool run_until(const std::function<bool()>& wanted, Duration span);
  /// At a moment of virtual time, outside every executor: cables, crashes, the test's own doings.
  void at(Duration delay, Task task);
  /// Between two tasks, when `steps` more have run: amid whatever is going on then.
  void in_steps(std::uint64_t steps, Task task) { interruptions_.emplace(steps_ + steps, std::move(task)); }

  [[nodiscard]] Time now() const override { return from_unix_ms(1'700'000'000'000) + time_; }
  [[nodiscard]] Duration uptime() const override { return time_; }
  void fill(std::span<std::uint8_t> out) override;

  Dice& dice() { return dice_; }
  /// Runs `task` with chance of its own, so that what it draws changes nothing of what comes after it.
  void with(Dice dice, const std::function<void()>& task);
  /// A line of the trace. Two runs of one seed have the same digest.
  void trace(std::string_view line);
  /// Every line is told to it as well; empty: to nobody.
  void listen(std::function<void(std::string_view line)> listener) { listener_ = std::move(listener); }
  [[nodiscard]] const Digest& digest() const { return digest_; }
  bool verbose = false;

 private:
  friend class SimExecutor;
  Dice dice_;
  Duration time_{0};
  std::uint64_t order_ = 0;
  std::uint64_t steps_ = 0;
  std::multimap<std::uint64_t, Task> interruptions_;
  std::map<std::pair<Duration, std::uint64_t>, Task> timers_;
  std::vector<std::unique_ptr<SimExecutor>> executors_;
  std::function<void(std::string_view)> listener_;
  Digest digest_{};
};

}  // namespace parley::sim
