import type { Clock } from "../core/ports.ts";

/** Browsers let the timers of a tab in the background wait; what other tabs say reaches it all the same. */
export class NudgedClock implements Clock {
  readonly #clock: Clock;
  readonly #timers = new Set<{ readonly at: number; readonly fire: () => void }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  wakeAt(at: number, callback: () => void): () => void {
    const cancel = () => {
      this.#timers.delete(timer);
      cancelTimer();
    };
    const fire = () => {
      cancel();
      callback();
    };
    const timer = { at, fire };
    this.#timers.add(timer);
    const cancelTimer = this.#clock.wakeAt(at, fire);
    return cancel;
  }

  /** Whatever is due happens now. */
  nudge(): void {
    const now = this.now();
    for (const timer of [...this.#timers]) if (timer.at <= now && this.#timers.has(timer)) timer.fire();
  }
}
