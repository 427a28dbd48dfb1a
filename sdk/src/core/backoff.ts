/** When to connect again: the policy that a close code carries, and how long to wait. */
import { ParleyError } from "../errors.ts";
import { type ErrorName, errors, type Retry } from "../gen/tables.ts";
import type { RandomFill } from "../ids.ts";

export type Reconnect = "now" | "backoff" | "auth" | "never";

export interface CloseReason {
  readonly policy: Reconnect;
  readonly why: ParleyError;
}

const policies: Readonly<Record<Retry, Reconnect>> = { never: "never", auth: "auth", resume: "now", same: "backoff" };
const goingAway = 1001;

/** Codes that are not in the table of errors, and 0 (no close frame), are tried again with back-off. */
export function explainClose(code: number): CloseReason {
  if (code === goingAway) return { policy: "now", why: new ParleyError("draining", "The server is going away.") };
  for (const [name, info] of Object.entries(errors)) {
    if (info.close === code && code !== 0) {
      return {
        policy: policies[info.retry],
        why: new ParleyError(name as ErrorName, `The server closed with ${code}.`),
      };
    }
  }
  const text = code === 0 ? "The server cannot be reached." : "The connection was closed.";
  return { policy: "backoff", why: new ParleyError("unreachable", text) };
}

/** What an error says about connecting again. */
export function policyOf(why: ParleyError): Reconnect {
  // A token of another incarnation: the store was restored, so only a new sign-in may be believed.
  if (why.name === "incarnation_changed") return "auth";
  return why.retry === "resume" ? "backoff" : policies[why.retry];
}

const mostDoublings = 20;

/** Exponential with jitter: each delay is drawn from the upper half of first, 2 first, 4 first … longest. */
export class Backoff {
  attempts = 0;
  readonly #first: number;
  readonly #longest: number;
  readonly #random: RandomFill;

  constructor(first: number, longest: number, random: RandomFill) {
    this.#first = first;
    this.#longest = longest;
    this.#random = random;
  }

  next(): number {
    const ceiling = Math.min(this.#longest, this.#first * 2 ** Math.min(this.attempts++, mostDoublings));
    const drawn = new DataView(this.#random(new Uint8Array(4)).buffer).getUint32(0);
    const half = Math.floor(ceiling / 2);
    return half + (drawn % (ceiling - half + 1));
  }

  /**
   * When to try again after an error at `now`, `least` after it at the earliest. Errors that come before `until`, the end
   * that was given last, are of the same attempt: eight at once are no reason to wait for eight doublings.
   */
  againAt(now: number, until: number, least: number): number {
    if (now < until) return Math.max(until, now + least);
    return now + Math.max(this.next(), least);
  }

  reset(): void {
    this.attempts = 0;
  }
}
