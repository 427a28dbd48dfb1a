import { type Mentions, parseLine } from "./inline.ts";
import type { Block, Inline } from "./tree.ts";

export type { Mentions } from "./inline.ts";
export type { Block, Inline } from "./tree.ts";

const NO_MENTIONS: Mentions = new Map();
const FENCE = /^```([\w+#.-]{0,32})\s*$/u;

/** The text of a message as blocks. Whatever it is: it never throws, and takes time in proportion to the length. */
export function parseText(text: string, mentions: Mentions = NO_MENTIONS): Block[] {
  const lines = text.split(/\r\n|\n|\r/u);
  const fences = lines.flatMap((line, at) => (/^```\s*$/u.test(line) ? [at] : []));
  const blocks: Block[] = [];
  let open: { kind: "paragraph" | "quote"; lines: Inline[][] } | undefined;
  let nextFence = 0;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const fence = FENCE.exec(line);
    while ((fences[nextFence] ?? lines.length) <= at) nextFence++;
    const end = fences[nextFence];
    if (fence !== null && end !== undefined) {
      blocks.push({ kind: "code", language: fence[1] ?? "", text: lines.slice(at + 1, end).join("\n") });
      open = undefined;
      at = end;
      continue;
    }
    const quote = /^> ?/u.exec(line)?.[0];
    const kind = quote === undefined ? "paragraph" : "quote";
    if (open?.kind !== kind) {
      open = { kind, lines: [] };
      blocks.push(open);
    }
    open.lines.push(parseLine(line.slice(quote?.length ?? 0), mentions));
  }
  return blocks;
}

/** The beginning of a text: what its end would have closed is closed. */
export function withFencesClosed(beginning: string): string {
  let isOpen = false;
  for (const line of beginning.split(/\r\n|\n|\r/u)) isOpen = isOpen ? !/^```\s*$/u.test(line) : FENCE.test(line);
  return isOpen ? `${beginning}\n\`\`\`` : beginning;
}

// Flags are pairs; keycaps are digits with a mark; others may have skin tones and be joined.
const EMOJI =
  /^(?:\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3|\p{Extended_Pictographic}[\u{1f3fb}-\u{1f3ff}\ufe0f]*(?:[\u{e0020}-\u{e007f}]+)?(?:\u200d\p{Extended_Pictographic}[\u{1f3fb}-\u{1f3ff}\ufe0f]*)*)$/u;
const LARGE = 3;

/** How many emoji the text is, if it is one to three of them and nothing else; else 0. Such a message is drawn large. */
export function emojiOnly(text: string): number {
  if (text.length > 120) return 0;
  const letters = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text.trim())]
    .map((part) => part.segment)
    .filter((letter) => letter !== " ");
  return letters.length <= LARGE && letters.every((letter) => EMOJI.test(letter)) ? letters.length : 0;
}

/** The text in one line, as a list of channels or a notification shows it: without marks, a code block as its first line. */
export function plainLine(text: string, limit = 200): string {
  const flat = (inlines: readonly Inline[]): string =>
    inlines.map((inline) => ("children" in inline ? flat(inline.children) : inline.text)).join("");
  const parts: string[] = [];
  let length = 0;
  // Enough for one line, also of what is marks for the most part.
  // What was cut here, or before, may have lost the end of its code.
  for (const block of parseText(withFencesClosed(text.slice(0, limit * 4)))) {
    const lines = block.kind === "code" ? [block.text] : block.lines.map(flat);
    for (const line of lines) {
      const trimmed = line.replace(/\s+/gu, " ").trim();
      if (trimmed === "") continue;
      parts.push(trimmed);
      length += trimmed.length;
    }
    if (length > limit) break;
  }
  const line = parts.join(" ");
  if (line.length <= limit) return line;
  const cut = line.slice(0, limit);
  return `${/[\ud800-\udbff]$/u.test(cut) ? cut.slice(0, -1) : cut}…`;
}
