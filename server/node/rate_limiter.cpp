#include "node/rate_limiter.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <functional>

#include "base/assert.hpp"
#include "base/hex.hpp"

namespace parley {

RateLimiter::RateLimiter(const Clock& clock, Rate rate, std::size_t keys)
    : clock_(clock),
      period_us_(std::chrono::microseconds(rate.period).count()),
      interval_us_(std::max<std::int64_t>(period_us_ / std::max(rate.burst, 1U), 1)),
      capacity_(keys) {
  PARLEY_ASSERT(period_us_ > 0 && keys > 0);
}

Result<void> RateLimiter::take(std::string_view key) {
  const std::int64_t now = std::chrono::microseconds(clock_.uptime()).count();
  const auto found = by_key_.find(key);
  const std::int64_t free_at = found == by_key_.end() ? now : std::max(found->second->free_at_us, now);
  const std::int64_t wait = free_at + interval_us_ - now - period_us_;
  if (wait > 0) return fail(ErrorCode::too_many_requests, {}, static_cast<std::uint32_t>((wait + 999) / 1000));
  if (found != by_key_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
  } else {
    if (entries_.size() >= capacity_) {
      by_key_.erase(entries_.back().key);
      entries_.pop_back();
    }
    entries_.push_front({.key = std::string(key)});
    by_key_.emplace(entries_.front().key, entries_.begin());
  }
  entries_.front().free_at_us = free_at + interval_us_;
  return {};
}

void RateLimiter::give_back(std::string_view key) {
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) found->second->free_at_us -= interval_us_;
}

std::uint64_t address_hash(std::string_view address) {
  if (address.empty()) return 0;
  return std::max<std::uint64_t>(1, std::hash<std::string>{}(address_key(address)));
}

std::string address_key(std::string_view address) {
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET6, std::string(address).c_str(), bytes.data()) != 1) return std::string(address);
  const std::string_view view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  if (view.starts_with(kMapped)) {
    std::array<char, INET_ADDRSTRLEN> text{};
    inet_ntop(AF_INET, bytes.data() + 12, text.data(), text.size());
    return text.data();
  }
  return hex_encode(view.substr(0, 8)) + "/64";
}

}  // namespace parley
