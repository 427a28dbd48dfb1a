#include "client/backoff.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace parley::client {
namespace {

constexpr std::uint16_t kGoingAway = 1001;
constexpr unsigned kMostDoublings = 20;

Reconnect policy_of(Retry retry) {
  switch (retry) {
    case Retry::never:
      return Reconnect::never;
    case Retry::auth:
      return Reconnect::auth;
    case Retry::resume:
      return Reconnect::now;
    case Retry::same:
      return Reconnect::backoff;
  }
  return Reconnect::backoff;
}

}  // namespace

CloseReason explain_close(std::uint16_t close_code) {
  if (close_code == kGoingAway) return {Reconnect::now, Error(ErrorCode::draining)};
  if (close_code == 0) return {Reconnect::backoff, Error(ErrorCode::draining, "The server cannot be reached.")};
  for (const ErrorInfo& info : kErrors) {
    if (info.close_code == close_code) return {policy_of(info.retry), Error(info.code)};
  }
  return {Reconnect::backoff, Error(ErrorCode::draining, "The connection was closed.")};
}

Duration Backoff::next(const std::function<void(std::span<std::uint8_t>)>& random) {
  const auto doublings = std::min(attempts_++, kMostDoublings);
  const std::int64_t ceiling = std::min<std::int64_t>(longest_.count(), first_.count() << doublings);
  std::array<std::uint8_t, 4> bytes{};
  random(bytes);
  std::uint32_t drawn = 0;
  std::memcpy(&drawn, bytes.data(), sizeof drawn);
  const std::int64_t half = ceiling / 2;
  return Duration(half + static_cast<std::int64_t>(drawn) % (ceiling - half + 1));
}

Time Backoff::again_at(Time now, Time until, Duration least,
                       const std::function<void(std::span<std::uint8_t>)>& random) {
  if (now < until) return std::max(until, now + least);
  return now + std::max(next(random), least);
}

}  // namespace parley::client
