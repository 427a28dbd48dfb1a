import type { EmojiTable } from "./emoji.ts";

/** A `:name` that is being typed, or was just closed with a colon. Offsets are UTF-16. */
export interface CodeAtCaret {
  readonly from: number;
  readonly to: number;
  /** Without colons. */
  readonly code: string;
  /** The closing colon is there: it can be replaced at once if there is such an emoji. */
  readonly closed: boolean;
}

const BEFORE_CARET = /(?<![\p{L}\p{N}:/]):([\p{L}\p{N}_+-]{2,40})(:?)$/u;

/** A code begins after a space or at the beginning, so that "12:30" and "https://" begin none. */
export function codeAtCaret(text: string, caret: number): CodeAtCaret | undefined {
  const match = BEFORE_CARET.exec(text.slice(Math.max(0, caret - 48), caret));
  const code = match?.[1];
  if (match === null || code === undefined) return undefined;
  return { from: caret - match[0].length, to: caret, code, closed: match[2] === ":" };
}

/** What is sent: a code that was closed last is its emoji, also where the table was not there while it was typed. */
export async function withLastCode(text: string, load: () => Promise<Pick<EmojiTable, "byCode">>): Promise<string> {
  const last = codeAtCaret(text, text.length);
  if (last === undefined || !last.closed) return text;
  const found = await load().then(
    (table) => table.byCode(last.code),
    () => undefined,
  );
  return found === undefined ? text : text.slice(0, last.from) + found.emoji;
}
