#include "node/load_gate.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace parley {
namespace {

constexpr std::uint32_t kLeastRetryMs = 250;
constexpr std::uint32_t kMostRetryMs = 10'000;
/// Many people may share one address, so it may hold several times what a single one would.
constexpr std::uint64_t kAddressSlack = 4;

std::unexpected<Error> overloaded(Duration delay) {
  const auto ms = static_cast<std::uint32_t>(std::clamp<std::int64_t>(delay.count(), kLeastRetryMs, kMostRetryMs));
  return fail(Error(ErrorCode::overloaded, {}, ms));
}

template <class Counts, class Key>
void take_off(Counts& counts, const Key& key, std::uint32_t count) {
  const auto found = counts.find(key);
  PARLEY_ASSERT(found != counts.end() && found->second >= count);
  found->second -= count;
  if (found->second == 0) counts.erase(found);
}

template <class Counts, class Key>
std::uint64_t held_by(const Counts& counts, const Key& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

}  // namespace

void QueueDelay::set(std::size_t owner, std::optional<Duration> since) {
  since_[owner].value.store(since.value_or(kNothing), std::memory_order_relaxed);
}

Duration QueueDelay::at(Duration now) const {
  Duration oldest = kNothing;
  for (const Since& since : since_) oldest = std::min(oldest, since.value.load(std::memory_order_relaxed));
  return oldest == kNothing ? Duration(0) : std::max(Duration(0), now - oldest);
}

LoadGate::LoadGate(const Clock& clock, Duration target, const QueueDelay& delay, const SharedMemoryState& memory)
    : clock_(clock), target_(target), delay_(delay), memory_(memory) {}

bool LoadGate::holds_too_much(const AccountId& account, std::uint64_t address) const {
  if (held_by(by_account_, account) * by_account_.size() > waiting_) return true;
  const std::uint64_t of_address = held_by(by_address_, address);
  if (address == 0 || by_address_.size() < 2) return false;
  return of_address * 2 > waiting_ || of_address * by_address_.size() > kAddressSlack * waiting_;
}

Result<void> LoadGate::enter(const AccountId& account, std::uint64_t address) {
  if (memory_.load(std::memory_order_relaxed) == MemoryState::full) return overloaded(target_);
  const Duration delay = delay_.at(clock_.uptime());
  if (delay > target_ && (delay > 2 * target_ || holds_too_much(account, address))) return overloaded(delay);
  ++waiting_;
  ++by_account_[account];
  if (address != 0) ++by_address_[address];
  return {};
}

void LoadGate::leave(const AccountId& account, std::uint64_t address, std::uint32_t count) {
  if (count == 0) return;
  PARLEY_ASSERT(waiting_ >= count);
  waiting_ -= count;
  take_off(by_account_, account, count);
  if (address != 0) take_off(by_address_, address, count);
}

}  // namespace parley
