import { plainLine } from "../text/parse.ts";
import { fold } from "./normalise.ts";
import { queryOf, runsOf } from "./tokens.ts";

/** A piece of a message; `marked` where it is what was looked for. */
export interface Piece {
  readonly text: string;
  readonly marked: boolean;
}

/**
 * `text` in pieces, with what `query` finds in it marked. With `around` only so many UTF-16 code units about the first
 * mark are given, with "…" where text was left out.
 */
export function markText(text: string, query: string, around?: number): Piece[] {
  const ranges = rangesOf(text, query);
  let from = 0;
  let to = text.length;
  if (around !== undefined && text.length > around) {
    from = Math.max(0, Math.min((ranges[0]?.[0] ?? 0) - Math.floor(around / 4), text.length - around));
    to = from + around;
    [from, to] = [wholePoint(text, from), wholePoint(text, to)];
  }
  const pieces: Piece[] = [];
  const put = (start: number, end: number, marked: boolean) => {
    if (start < end) pieces.push({ text: text.slice(start, end), marked });
  };
  if (from > 0) pieces.push({ text: "…", marked: false });
  let at = from;
  for (const [start, end] of ranges) {
    if (end <= from || start >= to) continue;
    put(at, Math.max(start, at), false);
    put(Math.max(start, at), Math.min(end, to), true);
    at = Math.max(at, Math.min(end, to));
  }
  put(at, to, false);
  if (to < text.length) pieces.push({ text: "…", marked: false });
  return pieces;
}

/** A message in one line, cut about the first of what `query` finds in it, however far behind that stands. */
export function excerptOf(text: string, query: string, around: number): Piece[] {
  return markText(plainLine(text, Number.POSITIVE_INFINITY), query, around);
}

/** Ascending, disjoint. */
function rangesOf(text: string, query: string): [number, number][] {
  const { folded, origins } = fold(text);
  const { words, phrases } = queryOf(query);
  const found: [number, number][] = [];
  const mark = (start: number, length: number) => found.push([origins[start] ?? 0, endOf(origins, start + length)]);
  for (const run of runsOf(folded)) {
    if (!run.unspaced) {
      for (const word of words) if (run.text.startsWith(word)) mark(run.at, word.length);
      continue;
    }
    for (const phrase of phrases) {
      for (let at = run.text.indexOf(phrase); at >= 0; at = run.text.indexOf(phrase, at + phrase.length)) {
        mark(run.at + at, phrase.length);
      }
    }
  }
  found.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  const merged: [number, number][] = [];
  for (const [start, end] of found) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

/** A letter that folds to two is marked whole. */
function endOf(origins: Uint32Array, at: number): number {
  const last = origins[at - 1] ?? 0;
  for (let next = at; next < origins.length; next++) {
    const origin = origins[next] ?? 0;
    if (origin > last) return origin;
  }
  return origins.at(-1) ?? 0;
}

function wholePoint(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}
