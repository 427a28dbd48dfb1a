/** Who waits for which outcome, and the last outcomes for those who ask late. */
import { ParleyError } from "../errors.ts";
import type { SendId } from "../ids.ts";
import type { SendResult } from "../types.ts";

const remembered = 1_000;

interface Waiter {
  readonly resolve: (result: SendResult) => void;
  readonly reject: (why: unknown) => void;
}

export class Outcomes {
  readonly #last = new Map<SendId, SendResult>();
  readonly #waiting = new Map<SendId, Set<Waiter>>();

  /** `isWaiting`: the send is in the outbox. */
  of(sendId: SendId, isWaiting: boolean): Promise<SendResult> {
    const known = this.#last.get(sendId);
    if (known !== undefined) return Promise.resolve(known);
    if (!isWaiting) return Promise.reject(new ParleyError("not_found", "There is no such send here."));
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      const waiters = this.#waiting.get(sendId) ?? new Set();
      this.#waiting.set(sendId, waiters.add(waiter));
    });
  }

  has(sendId: SendId): boolean {
    return this.#last.has(sendId);
  }

  ended(result: SendResult): void {
    const { sendId } = result;
    this.#last.set(sendId, result);
    if (this.#last.size > remembered) this.#last.delete(this.#last.keys().next().value as SendId);
    for (const waiter of this.#waiting.get(sendId) ?? []) waiter.resolve(result);
    this.#waiting.delete(sendId);
  }

  close(why: ParleyError): void {
    for (const waiters of this.#waiting.values()) for (const waiter of waiters) waiter.reject(why);
    this.#waiting.clear();
  }
}
