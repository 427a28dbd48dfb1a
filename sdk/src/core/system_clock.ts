import type { Clock } from "./ports.ts";

/** A timer that is set for longer fires at once in browsers. */
const longestTimer = 2 ** 31 - 1;

/** The system's time, which never goes back here: what steps back is passed over, what steps ahead (sleep) counts. */
export function systemClock(): Clock {
  let now = Date.now();
  let wall = now;
  let steady = performance.now();
  return {
    now() {
      const [wallNow, steadyNow] = [Date.now(), performance.now()];
      now += Math.max(wallNow - wall, steadyNow - steady, 0);
      wall = wallNow;
      steady = steadyNow;
      return Math.floor(now);
    },
    wakeAt(at, callback) {
      const timer = setTimeout(callback, Math.min(Math.max(at - this.now(), 0), longestTimer));
      return () => clearTimeout(timer);
    },
  };
}
