// Sets of seqs as ascending, disjoint intervals. In `visible` the last one may be open (to = 0); in `have` all are
// closed.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "chat/channel.hpp"

namespace parley::client {

using Intervals = std::span<const Interval>;

bool contains(Intervals set, Seq seq);
/// Adds from..to (1 <= from <= to) to a set of closed intervals, joining what touches.
void add_range(std::vector<Interval>& set, Seq from, Seq to);
/// What of a set of closed intervals is visible.
std::vector<Interval> only_visible(Intervals set, Intervals visible);
constexpr Seq kNoSeqAbove = ~Seq{0};
/// The last seq before the first of a set of closed intervals that is not visible; kNoSeqAbove where all of it is.
Seq shown_until(Intervals set, Intervals visible);
/// Removes everything above `last` from a set of closed intervals.
void cut_after(std::vector<Interval>& set, Seq last);
/// The first seq above `after` in `visible`; 0 = none.
Seq next_visible(Intervals visible, Seq after);
/// True when no seq of `visible` lies strictly between a and b.
bool nothing_between(Intervals visible, Seq a, Seq b);

/// The highest, and the lowest, run of seqs within from..to that is visible and not had.
std::optional<Interval> newest_missing(Intervals visible, Intervals have, Seq from, Seq to);
std::optional<Interval> oldest_missing(Intervals visible, Intervals have, Seq from, Seq to);

}  // namespace parley::client
