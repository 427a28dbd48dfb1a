import { dayOf } from "./days.ts";
import { Observable } from "./observable.ts";

const mostMs = 10 * 60_000;

/** Which day it is; what says "Today" or shows the time of day listens to it. */
export class Today {
  readonly day = new Observable(dayOf(Date.now()));

  constructor(page: { addEventListener(type: "visibilitychange", listener: () => void): void }) {
    // While a machine sleeps, no time passes for its timers.
    page.addEventListener("visibilitychange", () => this.#look());
    this.#wait();
  }

  #look(): void {
    this.day.set(dayOf(Date.now()));
  }

  #wait(): void {
    const midnight = new Date().setHours(24, 0, 0, 0);
    const wait = Math.min(midnight - Date.now(), mostMs);
    setTimeout(() => {
      this.#look();
      this.#wait();
    }, wait);
  }
}
