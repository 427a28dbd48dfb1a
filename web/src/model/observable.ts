/** A value that tells when it changed; the shape that React's `useSyncExternalStore` wants. */
export class Observable<T> {
  #value: T;
  #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  readonly get = (): T => this.#value;

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

const atMostEveryMs = 32;

/**
 * Runs `work` once after everything that asks for it in the same turn, and no more often than a screen can show: a burst
 * costs few computations, and a single change waits for nothing.
 */
export function coalesced(work: () => void): () => void {
  let asked = false;
  let last = Number.NEGATIVE_INFINITY;
  const run = () => {
    asked = false;
    work();
    last = performance.now();
  };
  return () => {
    if (asked) return;
    asked = true;
    const rest = last + atMostEveryMs - performance.now();
    if (rest > 0) setTimeout(run, rest);
    else queueMicrotask(run);
  };
}
