// Time as Parley stores and speaks it: milliseconds. Only the Clock port reads a clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace parley {

using Duration = std::chrono::milliseconds;
/// Wall-clock time, milliseconds since the Unix epoch. The zero value means "never" / "none" where a field is optional.
using Time = std::chrono::sys_time<Duration>;

inline std::int64_t to_unix_ms(Time t) {
  return t.time_since_epoch().count();
}
inline Time from_unix_ms(std::int64_t ms) {
  return Time(Duration(ms));
}
inline constexpr Time kNever{};

}  // namespace parley
