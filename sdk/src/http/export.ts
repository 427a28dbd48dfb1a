import { ParleyError } from "../errors.ts";
import type { CallOptions, SignedInCaller } from "./caller.ts";
import { operations } from "./operations.ts";

/** A part of a person's export. */
export interface ExportPart {
  /** JSON Lines, each of them whole. */
  readonly lines: string;
  readonly channelsDone: number;
  readonly channels: number;
}

const tries = 5;
const firstWaitMs = 1_000;

/** The server names the request for each next part in lines of their own, which are no part of the export. */
export async function* exportParts(
  caller: SignedInCaller,
  options: CallOptions = {},
): AsyncGenerator<ExportPart, void> {
  const first = takePointers(await page(caller, {}, options));
  let channelsDone = 0;
  const channels = first.events.length;
  yield { lines: first.lines, channelsDone, channels };
  for (const events of first.events) {
    let next: string | undefined = events;
    while (next !== undefined) {
      const part = takePointers(await page(caller, queryOf(next), options));
      next = part.next;
      if (next === undefined) channelsDone++;
      yield { lines: part.lines, channelsDone, channels };
    }
  }
}

/** A long export does not end with one answer that was lost. */
async function page(caller: SignedInCaller, query: Readonly<Record<string, string>>, options: CallOptions) {
  for (let attempt = 1; ; attempt++) {
    try {
      return new TextDecoder().decode(await caller.send(operations.exportAccount, { query }, options));
    } catch (error) {
      if (!(error instanceof ParleyError) || error.retry !== "same" || attempt === tries) throw error;
      await wait(Math.max(error.retryAfterMs, firstWaitMs * 2 ** (attempt - 1)), options.signal);
    }
  }
}

function takePointers(text: string): { lines: string; events: string[]; next: string | undefined } {
  const events: string[] = [];
  let next: string | undefined;
  let lines = "";
  for (const line of text.split("\n")) {
    const pointer = /^\{"(events|next)":/.test(line) ? (JSON.parse(line) as { events?: string; next?: string }) : {};
    if (pointer.events !== undefined) events.push(pointer.events);
    else if (pointer.next !== undefined) next = pointer.next;
    else if (line !== "") lines += `${line}\n`;
  }
  return { lines, events, next };
}

function queryOf(path: string): Record<string, string> {
  const url = new URL(path, "http://server");
  if (url.pathname !== operations.exportAccount.path) {
    throw new ParleyError("bad_answer", "The export goes on at an address that is none of its own.");
  }
  return Object.fromEntries(url.searchParams);
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}
