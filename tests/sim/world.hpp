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

 private:
  friend class World;
  World& world_;
  std::deque<Task> ready_;
  std::uint64_t life_ = 0;
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

  [[nodiscard]] Time now() const override { return from_unix_ms(1'700'000'000'000) + time_; }
  [[nodiscard]] Duration uptime() const override { return time_; }
  void fill(std::span<std::uint8_t> out) override;

  Dice& dice() { return dice_; }
  /// A line of the trace. Two runs of one seed have the same digest.
  void trace(std::string_view line);
  [[nodiscard]] const Digest& digest() const { return digest_; }
  bool verbose = false;

 private:
  friend class SimExecutor;
  Dice dice_;
  Duration time_{0};
  std::uint64_t order_ = 0;
  std::map<std::pair<Duration, std::uint64_t>, Task> timers_;
  std::vector<std::unique_ptr<SimExecutor>> executors_;
  Digest digest_{};
};

}  // namespace parley::sim
