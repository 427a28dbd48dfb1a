/** Who is told what a client tells: by name, or all of it in order. */
import type { Cancel, ClientEventName, ClientEvents, ParleyEvent } from "../client.ts";

type Listener = (event: never) => void;

/** Iterations that nobody reads keep so much, then they end: nothing grows without a bound. */
const mostWaiting = 100_000;

export class Listeners {
  readonly #byName = new Map<ClientEventName, Set<Listener>>();
  readonly #iterations = new Set<Iteration>();

  on<Name extends ClientEventName>(name: Name, listener: (event: ClientEvents[Name]) => void, options: Cancel = {}) {
    if (options.signal?.aborted) return () => {};
    const listeners = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, listeners);
    // Of its own, so that one function may listen twice.
    const own: Listener = (event) => listener(event as ClientEvents[Name]);
    listeners.add(own);
    const off = () => {
      listeners.delete(own);
      options.signal?.removeEventListener("abort", off);
    };
    options.signal?.addEventListener("abort", off, { once: true });
    return off;
  }

  iterate(options: Cancel = {}): AsyncIterableIterator<ParleyEvent> {
    const end = () => void iteration.return();
    const iteration = new Iteration(() => {
      this.#iterations.delete(iteration);
      options.signal?.removeEventListener("abort", end);
    });
    if (options.signal?.aborted) end();
    else this.#iterations.add(iteration);
    options.signal?.addEventListener("abort", end, { once: true });
    return iteration;
  }

  /** A listener that throws disturbs nobody else; what it threw is an uncaught error. */
  tell(event: ParleyEvent): void {
    for (const listener of this.#byName.get(event.type) ?? []) {
      try {
        listener(event as never);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
    for (const iteration of this.#iterations) iteration.push(event);
  }

  close(): void {
    for (const iteration of [...this.#iterations]) void iteration.return();
    this.#byName.clear();
  }
}

class Iteration implements AsyncIterableIterator<ParleyEvent> {
  readonly #ended: () => void;
  readonly #events: ParleyEvent[] = [];
  readonly #waiting: ((result: IteratorResult<ParleyEvent, undefined>) => void)[] = [];
  #isDone = false;

  constructor(ended: () => void) {
    this.#ended = ended;
  }

  push(event: ParleyEvent): void {
    const next = this.#waiting.shift();
    if (next !== undefined) next({ value: event, done: false });
    else if (this.#events.length < mostWaiting) this.#events.push(event);
    else void this.return();
  }

  async next(): Promise<IteratorResult<ParleyEvent, undefined>> {
    const event = this.#events.shift();
    if (event !== undefined) return { value: event, done: false };
    if (this.#isDone) return { value: undefined, done: true };
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async return(): Promise<IteratorResult<ParleyEvent, undefined>> {
    this.#isDone = true;
    this.#ended();
    for (const resolve of this.#waiting.splice(0)) resolve({ value: undefined, done: true });
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
