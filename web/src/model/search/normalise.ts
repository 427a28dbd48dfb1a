/**
 * One form for what people type and what they look for, so that "Cafe" finds "café", "ガ" finds "が" and "احمد" finds
 * "أَحْمَد". Compatibility decomposition (UAX #15, NFKD) without combining marks, lower case, and the letters that
 * people of a script use for one another.
 *
 * `origins[i]` is the index in `text` (UTF-16) of what the i-th code unit of `folded` came from; it has one entry more
 * than `folded`, the end of `text`.
 */
export interface Folded {
  readonly folded: string;
  readonly origins: Uint32Array;
}

// What who searches leaves out: accents, Hebrew points, Arabic vowels and tatweel, variation selectors, soft hyphens,
// zero-width characters, direction marks. Not the voiced sound marks of kana and the vowel signs of Indic scripts: they
// make another letter.
const IGNORED: readonly (readonly [number, number])[] = [
  [0xad, 0xad],
  [0x300, 0x36f],
  [0x483, 0x489],
  [0x591, 0x5bd],
  [0x5bf, 0x5bf],
  [0x5c1, 0x5c2],
  [0x5c4, 0x5c5],
  [0x5c7, 0x5c7],
  [0x610, 0x61a],
  [0x640, 0x640],
  [0x64b, 0x65f],
  [0x670, 0x670],
  [0x6d6, 0x6ed],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x2069],
  [0x20d0, 0x20ff],
  [0xfe00, 0xfe0f],
  [0xfe20, 0xfe2f],
  [0xfeff, 0xfeff],
];

const SAME_LETTER: ReadonlyMap<string, string> = new Map([
  ["ß", "ss"],
  ["æ", "ae"],
  ["œ", "oe"],
  ["ø", "o"],
  ["đ", "d"],
  ["ħ", "h"],
  ["ı", "i"],
  ["ł", "l"],
  ["þ", "th"],
  ["ς", "σ"],
  ["ё", "е"],
  ["\u0671", "\u0627"], // alef wasla
  ["\u0649", "\u064a"], // alef maksura as yeh
  ["\u06cc", "\u064a"], // Farsi yeh
  ["\u06a9", "\u0643"], // keheh as kaf
  ["\u0629", "\u0647"], // teh marbuta as heh
]);

const KATAKANA_FIRST = 0x30a1;
const KATAKANA_LAST = 0x30f6;
const KATAKANA_TO_HIRAGANA = 0x60;

function foldLetter(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  if (IGNORED.some(([first, last]) => code >= first && code <= last)) return "";
  if (code >= KATAKANA_FIRST && code <= KATAKANA_LAST) return String.fromCharCode(code - KATAKANA_TO_HIRAGANA);
  return SAME_LETTER.get(letter) ?? letter;
}

// A letter with its marks, or jamo that make a syllable: folded together, since only together they compose.
const CLUSTER = /[\u1100-\u11ff]+|\P{M}?[\p{M}\uff9e\uff9f]+|\P{M}/gu;
const ASCII = /^[\0-\x7f]*$/u;

/** Folding a cluster has no context, so each is folded once; a language has a few thousand. */
const foldedClusters = new Map<string, string>();
const CLUSTERS_KEPT = 50_000;

function foldCluster(cluster: string): string {
  let folded = foldedClusters.get(cluster);
  if (folded === undefined) {
    folded = "";
    for (const letter of cluster.normalize("NFKD").toLowerCase().normalize("NFKD")) folded += foldLetter(letter);
    folded = folded.normalize("NFC");
    if (foldedClusters.size >= CLUSTERS_KEPT) foldedClusters.clear();
    foldedClusters.set(cluster, folded);
  }
  return folded;
}

/** Only the folded text; quicker than fold() where nobody asks where it came from. */
export function foldText(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  let folded = "";
  for (const [cluster] of text.matchAll(CLUSTER)) folded += foldCluster(cluster);
  return folded;
}

export function fold(text: string): Folded {
  let folded = "";
  const origins: number[] = [];
  for (const match of text.matchAll(CLUSTER)) {
    const part = foldCluster(match[0]);
    for (let unit = 0; unit < part.length; unit++) origins.push(match.index);
    folded += part;
  }
  origins.push(text.length);
  return { folded, origins: Uint32Array.from(origins) };
}
