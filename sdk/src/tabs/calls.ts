/** What was asked of whoever leads and is not answered yet, in order; asked again of the next leader. */

import { ParleyError } from "../errors.ts";
import type { PackedAnswer } from "./messages.ts";
import type { Method, MethodArguments, MethodResult } from "./methods.ts";

export interface Call {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
  readonly aborted: AbortController;
  /** Goes before all that wait, after others of its kind. */
  readonly goesFirst: boolean;
  /** The leadership that was asked last. */
  askedOf: number;
}

interface Settle {
  readonly resolve: (value: never) => void;
  readonly reject: (why: unknown) => void;
}

/** Who was asked leads no longer, and the next one will be asked. */
export function isOvertaken(why: unknown): boolean {
  return why instanceof ParleyError && why.name === "not_leading";
}

export class Calls {
  readonly #waiting = new Map<number, Call & Settle>();
  readonly #mayResolve: (call: Call) => boolean;
  #last = 0;

  /** A call that was done but may not resolve yet waits for `resolve()`, or is asked again of whoever leads next. */
  constructor(mayResolve: (call: Call) => boolean) {
    this.#mayResolve = mayResolve;
  }

  /** `ask` is given the call where there is somebody to ask. */
  make<Name extends Method>(
    method: Name,
    args: MethodArguments<Name>,
    signal: AbortSignal | undefined,
    ask: (call: Call) => void,
    abort: (call: Call) => void,
    goesFirst = false,
  ): Promise<MethodResult<Name>> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const id = ++this.#last;
      const onAbort = () => {
        if (!this.#waiting.delete(id)) return;
        call.aborted.abort(signal?.reason);
        abort(call);
        reject(signal?.reason);
      };
      const off = () => signal?.removeEventListener("abort", onAbort);
      const call: Call & Settle = {
        id,
        method,
        args,
        aborted: new AbortController(),
        goesFirst,
        askedOf: -1,
        resolve: (value) => {
          off();
          resolve(value);
        },
        reject: (why) => {
          off();
          reject(why);
        },
      };
      this.#waiting.set(id, call);
      signal?.addEventListener("abort", onAbort, { once: true });
      ask(call);
    });
  }

  /** In the order in which they are to be asked. */
  waiting(): readonly Call[] {
    const all = [...this.#waiting.values()];
    return [...all.filter((call) => call.goesFirst), ...all.filter((call) => !call.goesFirst)];
  }

  resolve(id: number, value: unknown): void {
    this.#take(id)?.resolve(value as never);
  }
  reject(id: number, why: unknown): void {
    this.#take(id)?.reject(why);
  }
  answered(id: number, answer: PackedAnswer): void {
    const call = this.#waiting.get(id);
    if (call === undefined) return;
    if ("value" in answer) {
      call.askedOf = -1;
      if (this.#mayResolve(call)) this.resolve(id, answer.value);
      return;
    }
    this.reject(id, "error" in answer ? ParleyError.fromRecord(answer.error) : new Error(answer.mistake));
  }
  rejectAll(why: ParleyError): void {
    for (const id of [...this.#waiting.keys()]) this.reject(id, why);
  }

  #take(id: number): (Call & Settle) | undefined {
    const call = this.#waiting.get(id);
    this.#waiting.delete(id);
    return call;
  }
}
