import { findLinks } from "./links.ts";
import type { Inline } from "./tree.ts";

/** Handles that the message mentions, in lower case, and whose they are. */
export type Mentions = ReadonlyMap<string, string>;

const STYLES = { "*": "strong", _: "emphasis", "~": "strike" } as const;
type Mark = keyof typeof STYLES;
const isMark = (letter: string): letter is Mark => Object.hasOwn(STYLES, letter);

const WORD = /[\p{L}\p{N}]/u;
const HANDLE = /@[a-zA-Z0-9_.]{3,32}/y;
// Deeper is not read by anybody, and the screen draws it by recursion.
const DEPTH = 8;

interface Open {
  readonly mark: Mark;
  readonly children: Inline[];
}

/**
 * One line: `code`, *strong*, _emphasis_, ~strike~, links and mentions. A mark opens at the beginning of a word and
 * closes at the end of one; one that is never closed is a letter like others. Linear in the length of the line.
 */
export function parseLine(line: string, mentions: Mentions): Inline[] {
  const root: Inline[] = [];
  const stack: Open[] = [];
  const links = findLinks(line);
  const closers = closersOf(line);
  let plain = "";
  let nextLink = 0;
  const into = () => stack.at(-1)?.children ?? root;
  const flush = () => {
    if (plain !== "") into().push({ kind: "text", text: plain });
    plain = "";
  };
  let at = 0;
  while (at < line.length) {
    while ((links[nextLink]?.from ?? line.length) < at) nextLink++;
    const link = links[nextLink];
    if (link?.from === at) {
      flush();
      into().push({ kind: "link", href: link.href, text: line.slice(link.from, link.to) });
      at = link.to;
      continue;
    }
    const letter = line[at] ?? "";
    if (letter === "`") {
      const end = line.indexOf("`", at + 1);
      if (end > at + 1) {
        flush();
        into().push({ kind: "code", text: line.slice(at + 1, end) });
        at = end + 1;
        continue;
      }
    } else if (letter === "@") {
      const mention = mentionAt(line, at, mentions);
      if (mention !== undefined) {
        flush();
        into().push(mention);
        at += mention.text.length;
        continue;
      }
    } else if (isMark(letter)) {
      if (stack.some((open) => open.mark === letter) && closes(line, at)) {
        flush();
        while (stack.at(-1)?.mark !== letter) unopen(stack, root);
        const done = stack.pop();
        if (done !== undefined) into().push({ kind: STYLES[letter], children: done.children });
        at++;
        continue;
      }
      if (
        stack.length < DEPTH &&
        !stack.some((open) => open.mark === letter) &&
        opens(line, at) &&
        closers.has(letter, at)
      ) {
        flush();
        stack.push({ mark: letter, children: [] });
        at++;
        continue;
      }
    }
    plain += letter;
    at++;
  }
  flush();
  while (stack.length > 0) unopen(stack, root);
  return root;
}

/** The mark is not closed where it would have to be: it is a letter, and what follows stands beside it. */
function unopen(stack: Open[], root: Inline[]): void {
  const open = stack.pop();
  if (open === undefined) return;
  const into = stack.at(-1)?.children ?? root;
  into.push({ kind: "text", text: open.mark });
  for (const child of open.children) into.push(child);
}

function opens(line: string, at: number): boolean {
  const next = line[at + 1] ?? " ";
  return !WORD.test(line[at - 1] ?? " ") && !/\s/u.test(next) && next !== line[at];
}

function closes(line: string, at: number): boolean {
  return !/\s/u.test(line[at - 1] ?? " ") && !WORD.test(line[at + 1] ?? " ");
}

/** Where the last place is that could close each mark, so that a line of a thousand "*" is not searched from each. */
function closersOf(line: string): { has(mark: Mark, after: number): boolean } {
  const last = new Map<string, number>();
  for (let at = line.length - 1; at > 0 && last.size < 3; at--) {
    const letter = line[at] ?? "";
    if (isMark(letter) && !last.has(letter) && closes(line, at)) last.set(letter, at);
  }
  return { has: (mark, after) => (last.get(mark) ?? -1) > after + 1 };
}

function mentionAt(line: string, at: number, mentions: Mentions): (Inline & { kind: "mention" }) | undefined {
  if (mentions.size === 0 || WORD.test(line[at - 1] ?? " ")) return undefined;
  HANDLE.lastIndex = at;
  // A handle may end with a dot, and so may a sentence.
  for (let text = HANDLE.exec(line)?.[0] ?? ""; text.length > 1; text = text.slice(0, -1)) {
    const account = mentions.get(text.slice(1).toLowerCase());
    if (account !== undefined) return { kind: "mention", account, text };
    if (!text.endsWith(".")) break;
  }
  return undefined;
}
