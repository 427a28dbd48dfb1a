// Executor, Clock, Random: all time, randomness and scheduling. The system in production, the seed in the simulator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "base/time.hpp"

namespace parley {

using Task = std::move_only_function<void()>;

/// Runs tasks one at a time, in the order posted. `post` may be called from any thread; everything else from the
/// executor's own tasks only. Tasks never run inside `post`. Tasks still waiting when the executor stops are destroyed
/// without running.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void post(Task task) = 0;
  /// Runs `task` once, not before `delay` has passed. Any thread. There is no cancellation: the task checks by itself
  /// (a weak_ptr, a generation) whether it is still wanted.
  virtual void post_after(Duration delay, Task task) = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall clock; may jump. Any thread.
  virtual Time now() const = 0;
  /// Never goes back; starts anywhere. Any thread.
  virtual Duration uptime() const = 0;
};

class Random {
 public:
  virtual ~Random() = default;
  /// Fills `out` with bytes nobody can predict (in the simulator: from the seed). Any thread.
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

/// Called exactly once, on the executor of the caller named by each port's contract.
template <class T>
using Completion = std::move_only_function<void(T)>;

}  // namespace parley
