// Clock and Random ports on the real system.
#pragma once

#include "ports/executor.hpp"

namespace parley {

/// Wall clock and CLOCK_MONOTONIC.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override;
  [[nodiscard]] Duration uptime() const override;
};

/// getrandom(2). Cannot fail once the kernel's pool is initialised; waits for that.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace parley
