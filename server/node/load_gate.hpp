// Admission of requests by measured delay: when owners are too far behind, requests are refused with a named error
// before the wait grows without end, and first those of who already has more waiting than others.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "ports/executor.hpp"

namespace parley {

/// How full the memory is that the operator allows. Written by whoever measures it, read by any thread.
enum class MemoryState : std::uint8_t {
  roomy,
  tight,  // caches and outboxes are kept small
  full,   // no new connection and no request is taken
};
using SharedMemoryState = std::atomic<MemoryState>;

/// How long what waits for the owners of a node has waited. Each owner writes its own, any thread reads.
class QueueDelay {
 public:
  explicit QueueDelay(std::size_t owners) : since_(owners) {}
  /// Since when, by Clock::uptime, the oldest of what `owner` has not done waits; nullopt: nothing does.
  void set(std::size_t owner, std::optional<Duration> since);
  /// Of the owner that is furthest behind.
  [[nodiscard]] Duration at(Duration now) const;

 private:
  static constexpr Duration kNothing = Duration::max();
  struct Since {
    std::atomic<Duration> value{kNothing};
  };
  std::vector<Since> since_;
};

/// One per io executor, and used on it alone. Counts requests between enter() and leave().
class LoadGate {
 public:
  /// Below `target` all are let in. Between `target` and twice that, who has more than the mean of all accounts
  /// waiting, or whose address has more than half of all or four times the mean of all addresses, is refused. Beyond,
  /// and when memory is full, everybody is.
  LoadGate(const Clock& clock, Duration target, const QueueDelay& delay, const SharedMemoryState& memory);

  /// `address` stands for a client's address; 0: none. `overloaded` with retry_after_ms when the request is refused;
  /// else one leave() has to follow.
  Result<void> enter(const AccountId& account, std::uint64_t address);
  /// `count` requests of the account were answered, or nobody waits for them any more.
  void leave(const AccountId& account, std::uint64_t address, std::uint32_t count = 1);

  [[nodiscard]] std::uint64_t waiting() const { return waiting_; }

 private:
  [[nodiscard]] bool holds_too_much(const AccountId& account, std::uint64_t address) const;

  const Clock& clock_;
  const Duration target_;
  const QueueDelay& delay_;
  const SharedMemoryState& memory_;
  std::uint64_t waiting_ = 0;
  std::unordered_map<AccountId, std::uint32_t> by_account_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_address_;
};

}  // namespace parley
