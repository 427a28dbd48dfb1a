import { createRequire } from "node:module";
import type { Plugin } from "vite";
import type { EmojiRow } from "../src/model/emoji/emoji.ts";

const PREFIX = "virtual:emoji/";
// Newer ones are boxes on most systems.
const LAST_VERSION = 15;
const COMPONENTS = 2;

interface Source {
  readonly hexcode: string;
  readonly emoji: string;
  readonly label: string;
  readonly group?: number;
  readonly order?: number;
  readonly version: number;
  readonly tags?: readonly string[];
  readonly skins?: readonly Source[];
}
type Annotations = Record<string, { readonly default?: readonly string[]; readonly tts?: readonly string[] }>;

const require = createRequire(import.meta.url);

/** Emoji of one language, in the order of Unicode's lists: names and keywords of CLDR, English short codes. */
export function emojiRows(language: string): EmojiRow[] {
  const emojis: Source[] = require("emojibase-data/en/data.json");
  const codes: Record<string, string | string[]>[] = [
    require("emojibase-data/en/shortcodes/github.json"),
    require("emojibase-data/en/shortcodes/emojibase.json"),
  ];
  const annotations: Annotations = require(`cldr-annotations-modern/annotations/${language}/annotations.json`)
    .annotations.annotations;
  return emojis
    .filter((emoji) => emoji.group !== undefined && emoji.group !== COMPONENTS && emoji.version <= LAST_VERSION)
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .map((emoji) => {
      const of = annotations[emoji.emoji] ?? annotations[emoji.emoji.replaceAll("\ufe0f", "")];
      const name = language === "en" ? emoji.label : (of?.tts?.[0] ?? emoji.label);
      const keywords = language === "en" ? (emoji.tags ?? []) : (of?.default ?? []);
      const shortCodes = new Set(codes.flatMap((table) => table[emoji.hexcode] ?? []));
      const tones = (emoji.skins ?? []).filter(
        (skin) => !/[\u{1f3fb}-\u{1f3ff}].*[\u{1f3fb}-\u{1f3ff}]/u.test(skin.emoji),
      );
      return [
        emoji.emoji,
        emoji.group ?? 0,
        name,
        [...shortCodes].join(" "),
        keywords.join("|"),
        tones.map((skin) => skin.emoji),
      ];
    });
}

/** Makes `import("virtual:emoji/de")` give that language's rows, as a file of their own that is loaded when asked for. */
export function emojiPlugin(): Plugin {
  return {
    name: "parley-emoji",
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load: (id) =>
      id.startsWith(`\0${PREFIX}`)
        ? `export default JSON.parse(${JSON.stringify(JSON.stringify(emojiRows(id.slice(PREFIX.length + 1))))});`
        : undefined,
  };
}
