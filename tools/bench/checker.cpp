#include "bench/checker.hpp"

#include <algorithm>

namespace parley::bench {
namespace {

/// Far more than a run can lose without being called failed; keeps a nonsense number from filling the memory.
constexpr std::uint64_t kMostMissing = 100'000;

std::uint64_t mix(std::uint64_t state, std::uint64_t value) {
  state = (state ^ value) * 0x9E3779B97F4A7C15ULL;
  return state ^ (state >> 29);
}

}  // namespace

Checker::Verdict Checker::take(Seq seq, std::uint32_t sender, std::uint64_t number) {
  order_ = mix(mix(mix(order_, seq), sender), number);
  const bool behind = seq <= last_seq_;
  last_seq_ = std::max(last_seq_, seq);
  std::uint64_t& next = next_.at(sender);
  if (number < next) {
    const auto missing = missing_.find(sender);
    if (missing == missing_.end() || missing->second.erase(number) == 0) {
      ++seen_.duplicated;
      return Verdict::duplicate;
    }
    ++seen_.reordered;
    return Verdict::late;
  }
  for (; next < number; ++next) {
    auto& skipped = missing_[sender];
    if (skipped.size() >= kMostMissing) {
      ++seen_.lost;
    } else {
      skipped.insert(next);
    }
  }
  ++next;
  if (!behind) return Verdict::good;
  ++seen_.reordered;
  return Verdict::late;
}

Faults Checker::faults(std::span<const std::uint64_t> sent) const {
  Faults all = seen_;
  for (const auto& [sender, numbers] : missing_) all.lost += numbers.size();
  for (std::size_t sender = 0; sender < sent.size() && sender < next_.size(); ++sender) {
    if (sent[sender] > next_[sender]) all.lost += sent[sender] - next_[sender];
  }
  return all;
}

std::uint64_t count_differing(std::span<const std::uint64_t> orders) {
  std::map<std::uint64_t, std::uint64_t> votes;
  std::uint64_t most = 0;
  for (const std::uint64_t order : orders) most = std::max(most, ++votes[order]);
  return orders.size() - most;
}

}  // namespace parley::bench
