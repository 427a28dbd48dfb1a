#include "client/ranges.hpp"

#include <algorithm>
#include <limits>

#include "base/assert.hpp"

namespace parley::client {
namespace {

constexpr Seq kLast = std::numeric_limits<Seq>::max();

Seq end_of(const Interval& interval) {
  return interval.to == 0 ? kLast : interval.to;
}

/// The first interval that ends at or after `seq`.
Intervals::iterator at_or_after(Intervals set, Seq seq) {
  return std::lower_bound(set.begin(), set.end(), seq,
                          [](const Interval& interval, Seq value) { return end_of(interval) < value; });
}

std::optional<Interval> highest_outside(Intervals have, Seq from, Seq to) {
  Seq high = to;
  for (std::size_t i = have.size(); i-- > 0 && high >= from;) {
    if (have[i].from > high) continue;
    if (have[i].to < high) return Interval{std::max(from, have[i].to + 1), high};
    high = have[i].from - 1;
  }
  if (high < from || high == 0) return std::nullopt;
  return Interval{from, high};
}

std::optional<Interval> lowest_outside(Intervals have, Seq from, Seq to) {
  Seq low = from;
  for (auto it = at_or_after(have, from); it != have.end() && low <= to; ++it) {
    if (it->from > low) return Interval{low, std::min(to, it->from - 1)};
    low = it->to + 1;
  }
  if (low > to) return std::nullopt;
  return Interval{low, to};
}

}  // namespace

bool contains(Intervals set, Seq seq) {
  const auto it = at_or_after(set, seq);
  return it != set.end() && it->from <= seq;
}

void add_range(std::vector<Interval>& set, Seq from, Seq to) {
  PARLEY_ASSERT(from >= 1 && from <= to);
  if (set.empty() || from > set.back().to + 1) {
    set.push_back({from, to});
    return;
  }
  if (from >= set.back().from) {
    set.back().to = std::max(set.back().to, to);
    return;
  }
  auto first = std::lower_bound(set.begin(), set.end(), from,
                                [](const Interval& interval, Seq value) { return interval.to + 1 < value; });
  auto last = first;
  while (last != set.end() && last->from <= to + 1) {
    from = std::min(from, last->from);
    to = std::max(to, last->to);
    ++last;
  }
  first = set.erase(first, last);
  set.insert(first, Interval{from, to});
}

std::vector<Interval> only_visible(Intervals set, Intervals visible) {
  std::vector<Interval> both;
  for (const Interval& interval : set) {
    for (auto it = at_or_after(visible, interval.from); it != visible.end() && it->from <= interval.to; ++it) {
      both.push_back({std::max(interval.from, it->from), std::min(interval.to, end_of(*it))});
    }
  }
  return both;
}

Seq shown_until(Intervals set, Intervals visible) {
  const std::vector<Interval> shown = only_visible(set, visible);
  const auto [cut, rest] = std::ranges::mismatch(set, shown);
  if (cut == set.end()) return kNoSeqAbove;
  return rest != shown.end() && rest->from == cut->from ? rest->to : cut->from - 1;
}

void cut_after(std::vector<Interval>& set, Seq last) {
  while (!set.empty() && set.back().from > last) set.pop_back();
  if (!set.empty()) set.back().to = std::min(set.back().to, last);
}

Seq next_visible(Intervals visible, Seq after) {
  const auto it = at_or_after(visible, after + 1);
  return it == visible.end() ? 0 : std::max(it->from, after + 1);
}

bool nothing_between(Intervals visible, Seq a, Seq b) {
  const Seq next = next_visible(visible, a);
  return next == 0 || next >= b;
}

std::optional<Interval> newest_missing(Intervals visible, Intervals have, Seq from, Seq to) {
  from = std::max<Seq>(from, 1);
  for (std::size_t i = visible.size(); i-- > 0;) {
    const Seq low = std::max(from, visible[i].from);
    const Seq high = std::min(to, end_of(visible[i]));
    if (low > high) continue;
    if (auto found = highest_outside(have, low, high)) return found;
  }
  return std::nullopt;
}

std::optional<Interval> oldest_missing(Intervals visible, Intervals have, Seq from, Seq to) {
  from = std::max<Seq>(from, 1);
  for (const Interval& interval : visible) {
    const Seq low = std::max(from, interval.from);
    const Seq high = std::min(to, end_of(interval));
    if (low > high) continue;
    if (auto found = lowest_outside(have, low, high)) return found;
  }
  return std::nullopt;
}

}  // namespace parley::client
