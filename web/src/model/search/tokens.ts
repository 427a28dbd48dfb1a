import { foldText } from "./normalise.ts";
import type { Term } from "./postings.ts";

/**
 * What a text is found by. Scripts that put spaces between words give their words; scripts that do not (Chinese,
 * Japanese, Thai, Lao, Khmer, Burmese) give each letter and each pair of neighbours, since where a word ends there is a
 * guess, and a guess that differs between message and query finds nothing.
 */
const UNSPACED =
  "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}";
const RUN = new RegExp(`[${UNSPACED}]+|(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}])+|\\p{Extended_Pictographic}`, "gu");
const STARTS_UNSPACED = new RegExp(`^[${UNSPACED}]`, "u");

/** Longer words are found by their beginning: nobody types more, and a pasted key must not fill the index. */
export const TERM_UNITS = 32;

/** A word, or letters of a script without spaces that stand together. */
export interface Run {
  readonly text: string;
  /** In the folded text, UTF-16. */
  readonly at: number;
  readonly unspaced: boolean;
}

export function* runsOf(folded: string): Generator<Run> {
  for (const match of folded.matchAll(RUN)) {
    yield { text: match[0], at: match.index, unspaced: STARTS_UNSPACED.test(match[0]) };
  }
}

export interface Query {
  /** Beginnings of words: each has to be found. "par cha" finds "Parley chat". */
  readonly words: readonly string[];
  /** Letters of scripts without spaces: each has to be found as it is. */
  readonly phrases: readonly string[];
}

export function queryOf(text: string): Query {
  const words: string[] = [];
  const phrases: string[] = [];
  for (const run of runsOf(foldText(text))) {
    if (run.unspaced) phrases.push(run.text);
    else words.push(run.text.slice(0, TERM_UNITS));
  }
  return { words, phrases };
}

/** What an index has to have of a message that `query` may find. Phrases are still to be looked for in it. */
export function termsOfQuery(query: Query): Term[] {
  const terms: Term[] = query.words.map((term) => ({ term, prefix: true }));
  for (const phrase of query.phrases) {
    const letters = [...phrase];
    if (letters.length === 1) terms.push({ term: phrase, prefix: false });
    for (const pair of pairsOf(letters)) terms.push({ term: pair, prefix: false });
  }
  return terms;
}

/** Each term once. `folded` is what foldText() gave. */
export function termsOf(folded: string): Set<string> {
  const terms = new Set<string>();
  for (const run of runsOf(folded)) {
    if (!run.unspaced) {
      terms.add(run.text.slice(0, TERM_UNITS));
      continue;
    }
    const letters = [...run.text];
    for (const letter of letters) terms.add(letter);
    for (const pair of pairsOf(letters)) terms.add(pair);
  }
  return terms;
}

function* pairsOf(letters: readonly string[]): Generator<string> {
  for (let at = 0; at + 1 < letters.length; at++) yield `${letters[at]}${letters[at + 1]}`;
}
