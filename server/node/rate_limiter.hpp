// How often a key (an address, an account) may do something. One executor; deterministic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ports/executor.hpp"

namespace parley {

/// `burst` at once, then evenly again: as many within each `period`. Both at least 1.
struct Rate {
  std::uint32_t burst = 1;
  Duration period{1000};
};

class RateLimiter {
 public:
  /// Remembers at most `keys` keys; over that the one used longest ago is forgotten (and may begin anew).
  RateLimiter(const Clock& clock, Rate rate, std::size_t keys = 100'000);

  /// One of what the key may do; too_many_requests with retry_after_ms when there is none left (and none is taken).
  Result<void> take(std::string_view key);
  /// Undoes one `take`: it turned out not to count.
  void give_back(std::string_view key);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string key;
    std::int64_t free_at_us = 0;  // when all of the burst is there again
  };
  using Entries = std::list<Entry>;  // used last at the front

  const Clock& clock_;
  const std::int64_t period_us_;
  const std::int64_t interval_us_;
  const std::size_t capacity_;
  Entries entries_;
  std::map<std::string_view, Entries::iterator> by_key_;
};

/// What stands for one household among numeric addresses: an IPv4 address (mapped ones too), the /64 of an IPv6 one;
/// other texts as they are.
std::string address_key(std::string_view address);
/// The same as a number, not 0; 0 for an empty address.
std::uint64_t address_hash(std::string_view address);

}  // namespace parley
