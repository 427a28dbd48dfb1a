// When to connect again: the policy that a close code carries, and how long to wait.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "base/result.hpp"
#include "base/time.hpp"

namespace parley::client {

enum class Reconnect : std::uint8_t {
  now,      // resume: the first time at once
  backoff,  // after a while
  auth,     // with another token
  never,
};

struct CloseReason {
  Reconnect policy = Reconnect::backoff;
  Error why;
};
/// From the table of errors; codes that are not in it (and 0, no close frame) are tried again with back-off, "going
/// away" (1001) at once.
CloseReason explain_close(std::uint16_t close_code);

/// Exponential with jitter: each delay is drawn from the upper half of first, 2 first, 4 first … longest.
class Backoff {
 public:
  Backoff(Duration first, Duration longest) : first_(first), longest_(longest) {}
  Duration next(const std::function<void(std::span<std::uint8_t>)>& random);
  /// When to try again after an error at `now`, `least` after it at the earliest. Errors that come before `until`, the
  /// end that was given last, are of the same attempt: eight at once are no reason to wait for eight doublings.
  Time again_at(Time now, Time until, Duration least, const std::function<void(std::span<std::uint8_t>)>& random);
  void reset() { attempts_ = 0; }
  [[nodiscard]] unsigned attempts() const { return attempts_; }

 private:
  Duration first_;
  Duration longest_;
  unsigned attempts_ = 0;
};

}  // namespace parley::client
