import { foldText } from "../search/normalise.ts";

/** Emoji, group (of Unicode's lists), name, short codes by space, keywords by "|", the same in each skin tone. */
export type EmojiRow = [
  emoji: string,
  group: number,
  name: string,
  codes: string,
  keywords: string,
  tones: readonly string[],
];

export interface Emoji {
  readonly emoji: string;
  /** In the language that was loaded. */
  readonly name: string;
  /** Without colons; the first is the common one. */
  readonly codes: readonly string[];
  /** From light to dark; empty where there is but one. */
  readonly tones: readonly string[];
}

/** In the order in which pickers show them. The titles are the app's own texts. */
export const EMOJI_GROUPS = [
  "smileys",
  "people",
  "nature",
  "food",
  "travel",
  "activities",
  "objects",
  "symbols",
  "flags",
] as const;
export type EmojiGroup = (typeof EMOJI_GROUPS)[number];
// Unicode's group 2 holds parts of emoji.
const GROUP_NUMBERS = [0, 1, 3, 4, 5, 6, 7, 8, 9];

interface Entry {
  readonly emoji: Emoji;
  readonly group: number;
  readonly codes: readonly string[];
  /** Folded words of name and keywords. */
  readonly words: readonly string[];
}

/** 0: the yellow of the emoji itself; then from light to dark. */
export const EMOJI_TONES = [0, 1, 2, 3, 4, 5] as const;
export type EmojiTone = (typeof EMOJI_TONES)[number];

/** It in a skin tone, where it has any. */
export function inTone({ emoji, tones }: Emoji, tone: EmojiTone): string {
  return (tone === 0 ? undefined : tones[tone - 1]) ?? emoji;
}

/** What was kept as the chosen tone. */
export function readTone(kept: unknown): EmojiTone {
  return EMOJI_TONES.find((tone) => tone === kept) ?? 0;
}

const SHOWN = 60;

/** The emoji of one language, to pick from and to find. */
export class EmojiTable {
  readonly #entries: readonly Entry[];
  readonly #byCode = new Map<string, Emoji>();

  constructor(rows: readonly EmojiRow[]) {
    this.#entries = rows.map(([emoji, group, name, codes, keywords, tones]) => ({
      emoji: { emoji, name, codes: codes.split(" "), tones },
      group,
      codes: codes.split(" "),
      words: foldText(`${name}|${keywords}`)
        .split(/[\s|:,()]+/u)
        .filter((word) => word !== ""),
    }));
    for (const { emoji } of this.#entries) {
      for (const code of emoji.codes) if (!this.#byCode.has(code)) this.#byCode.set(code, emoji);
    }
  }

  group(group: EmojiGroup): Emoji[] {
    const number = GROUP_NUMBERS[EMOJI_GROUPS.indexOf(group)];
    return this.#entries.filter((entry) => entry.group === number).map((entry) => entry.emoji);
  }

  /** "tada" without its colons. */
  byCode(code: string): Emoji | undefined {
    return this.#byCode.get(code.toLowerCase());
  }

  /** Best first: whose code is the query, whose code begins with it, then whose words do. */
  find(query: string, limit = SHOWN): Emoji[] {
    const wanted = foldText(query.trim());
    if (wanted === "") return [];
    const words = wanted.split(/[\s_]+/u);
    const asCode = words.join("_");
    const ranked: [rank: number, emoji: Emoji][] = [];
    for (const entry of this.#entries) {
      const rank = rankOf(entry, asCode, words);
      if (rank !== undefined) ranked.push([rank, entry.emoji]);
    }
    // Stable, so that equals stay in the order of the lists.
    ranked.sort((a, b) => a[0] - b[0]);
    return ranked.slice(0, limit).map(([, emoji]) => emoji);
  }
}

function rankOf(entry: Entry, asCode: string, words: readonly string[]): number | undefined {
  if (entry.codes.includes(asCode)) return 0;
  if (entry.codes.some((code) => code.startsWith(asCode))) return 1;
  if (words.every((word) => entry.words.some((own) => own.startsWith(word)))) return 2;
  // German writes words together, and Japanese writes no spaces.
  if (words.every((word) => word.length > 1 && entry.words.some((own) => own.includes(word)))) return 3;
  return undefined;
}

const tables = new Map<string, Promise<EmojiTable>>();

/** Loads a language's table once; of a language that the app does not have, English. A failed load may be tried again. */
export function loadEmoji(language: string): Promise<EmojiTable> {
  const load = LOADERS[language as keyof typeof LOADERS] ?? LOADERS.en;
  let table = tables.get(language);
  if (table === undefined) {
    table = load().then((module) => new EmojiTable(module.default));
    table.catch(() => tables.delete(language));
    tables.set(language, table);
  }
  return table;
}

const LOADERS = {
  en: () => import("virtual:emoji/en"),
  de: () => import("virtual:emoji/de"),
  ja: () => import("virtual:emoji/ja"),
  ar: () => import("virtual:emoji/ar"),
};
