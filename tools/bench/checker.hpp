// Is what one member of a channel received what the others sent: all of it, once, in order?
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "base/id.hpp"

namespace parley::bench {

struct Faults {
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  friend bool operator==(const Faults&, const Faults&) = default;
  Faults& operator+=(const Faults& other) {
    lost += other.lost;
    duplicated += other.duplicated;
    reordered += other.reordered;
    return *this;
  }
};

/// One member's view of one channel. Each sender numbers its messages 0, 1, 2 …
class Checker {
 public:
  explicit Checker(std::size_t senders) : next_(senders) {}

  enum class Verdict : std::uint8_t { good, late, duplicate };
  /// A message as it came: `late` is one behind a later one of its sender or of the channel.
  Verdict take(Seq seq, std::uint32_t sender, std::uint64_t number);

  /// Faults up to now, and as lost what of `sent` (per sender) has not come.
  [[nodiscard]] Faults faults(std::span<const std::uint64_t> sent) const;
  /// Equal for two members who received the same messages under the same seqs in the same order.
  [[nodiscard]] std::uint64_t order() const { return order_; }

 private:
  std::vector<std::uint64_t> next_;
  std::map<std::uint32_t, std::set<std::uint64_t>> missing_;  // numbers that were skipped, by sender
  Seq last_seq_ = 0;
  std::uint64_t order_ = 0;
  Faults seen_;
};

/// Members whose order differs from that of most of them.
std::uint64_t count_differing(std::span<const std::uint64_t> orders);

}  // namespace parley::bench
