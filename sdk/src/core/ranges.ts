/**
 * Sets of seqs as rising, disjoint ranges. In `visible` the last one may be open (`to` is 0); in `have` all are closed.
 * Nothing is changed in place.
 */
import type { SeqRange } from "../types.ts";

export type Ranges = readonly SeqRange[];

function endOf(range: SeqRange): number {
  return range.to === 0 ? Number.MAX_SAFE_INTEGER : range.to;
}

/** Whether one of the ranges holds `seq`. */
export function contains(set: readonly SeqRange[], seq: number): boolean {
  return set.some((range) => range.from <= seq && seq <= endOf(range));
}

/** The range that holds `seq`. */
export function rangeAt(set: Ranges, seq: number): SeqRange | undefined {
  const found = set.find((range) => range.from <= seq && seq <= endOf(range));
  return found && { from: found.from, to: endOf(found) };
}

/** With from..to (1 <= from <= to) added to a set of closed ranges; what touches is joined. */
export function addRange(set: Ranges, from: number, to: number): Ranges {
  const before = set.filter((range) => range.to + 1 < from);
  const after = set.filter((range) => range.from > to + 1);
  const joined = set.slice(before.length, set.length - after.length);
  const low = Math.min(from, joined[0]?.from ?? from);
  const high = Math.max(to, joined.at(-1)?.to ?? to);
  return [...before, { from: low, to: high }, ...after];
}

/** What of a set of closed ranges is visible. */
export function onlyVisible(set: Ranges, visible: Ranges): Ranges {
  return set.flatMap((range) =>
    visible
      .filter((seen) => seen.from <= range.to && endOf(seen) >= range.from)
      .map((seen) => ({ from: Math.max(range.from, seen.from), to: Math.min(range.to, endOf(seen)) })),
  );
}

/** The last seq before the first of a set of closed ranges that is not visible; Infinity where all of it is. */
export function shownUntil(set: Ranges, visible: Ranges): number {
  const shown = onlyVisible(set, visible);
  const at = set.findIndex((range, index) => range.from !== shown[index]?.from || range.to !== shown[index]?.to);
  const cut = set[at];
  if (cut === undefined) return Number.POSITIVE_INFINITY;
  const rest = shown[at];
  return rest?.from === cut.from ? rest.to : cut.from - 1;
}

/** Without everything above `last`; of closed ranges. */
export function cutAfter(set: Ranges, last: number): Ranges {
  return set
    .filter((range) => range.from <= last)
    .map((range) => (range.to > last ? { from: range.from, to: last } : range));
}

/** The first seq above `after` in `visible`; 0: none. */
export function nextVisible(visible: Ranges, after: number): number {
  const range = visible.find((candidate) => endOf(candidate) > after);
  return range === undefined ? 0 : Math.max(range.from, after + 1);
}

/** The last seq of `visible` up to `most`; 0: none. */
export function lastVisible(visible: Ranges, most: number): number {
  const range = visible.findLast((candidate) => candidate.from <= most);
  return range === undefined ? 0 : Math.min(endOf(range), most);
}

/** True when no seq of `visible` lies strictly between a and b. */
export function nothingBetween(visible: Ranges, a: number, b: number): boolean {
  const next = nextVisible(visible, a);
  return next === 0 || next >= b;
}

/** The highest run of seqs within from..to that is visible and not had. */
export function newestMissing(visible: Ranges, have: Ranges, from: number, to: number): SeqRange | undefined {
  for (const range of visible.toReversed()) {
    const low = Math.max(from, range.from, 1);
    let high = Math.min(to, endOf(range));
    for (const had of have.toReversed()) {
      if (high < low) break;
      if (had.from > high) continue;
      if (had.to < high) return { from: Math.max(low, had.to + 1), to: high };
      high = had.from - 1;
    }
    if (low <= high) return { from: low, to: high };
  }
  return undefined;
}

/** The lowest one. */
export function oldestMissing(visible: Ranges, have: Ranges, from: number, to: number): SeqRange | undefined {
  for (const range of visible) {
    let low = Math.max(from, range.from, 1);
    const high = Math.min(to, endOf(range));
    for (const had of have) {
      if (low > high) break;
      if (had.to < low) continue;
      if (had.from > low) return { from: low, to: Math.min(high, had.from - 1) };
      low = had.to + 1;
    }
    if (low <= high) return { from: low, to: high };
  }
  return undefined;
}
