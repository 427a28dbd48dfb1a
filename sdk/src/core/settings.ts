import type { Mode, Want } from "../types.ts";

/** How the core behaves; times in milliseconds. */
export interface Settings {
  /** Name and version, for the operator's eyes. */
  readonly client: string;
  readonly mode: Mode;
  /** Of channels for which nothing else was said. */
  readonly want: Want;
  /** Tell `delivered` once events are stored. */
  readonly receipts: boolean;
  /** Ask for exact badges when only heads come. */
  readonly inboxOnHeads: boolean;
  /** Sends in flight, and of one channel. */
  readonly window: number;
  readonly channelWindow: number;
  readonly outboxEntries: number;
  readonly questions: number;
  /** Pages fetched at once. */
  readonly historyInFlight: number;
  /** Live events kept back while a hole before them is filled. */
  readonly heldEvents: number;
  readonly firstBackoff: number;
  readonly longestBackoff: number;
  /** A session that lived this long starts the back-off anew. */
  readonly steady: number;
  /** From the attempt to welcome. */
  readonly connectTimeout: number;
  /** A connection that leaves a request unanswered this long is given up, */
  readonly answerTimeout: number;
  /** and this long where the device woke up. */
  readonly wakeTimeout: number;
  /** A new token is asked for this long before the session ends. */
  readonly tokenLead: number;
  /** Resume tokens are not tried after this. */
  readonly resumeLife: number;
  /** How long an event that must exist may be on its way. */
  readonly gapPatience: number;
}

export const defaultSettings: Settings = {
  client: "parley-sdk 0.1.0",
  mode: "everything",
  want: "newest",
  receipts: true,
  inboxOnHeads: true,
  window: 32,
  channelWindow: 8,
  outboxEntries: 10_000,
  questions: 1_000,
  historyInFlight: 4,
  heldEvents: 1_024,
  firstBackoff: 500,
  longestBackoff: 30_000,
  steady: 10_000,
  connectTimeout: 20_000,
  answerTimeout: 20_000,
  wakeTimeout: 5_000,
  tokenLead: 60_000,
  resumeLife: 600_000,
  gapPatience: 1_000,
};
