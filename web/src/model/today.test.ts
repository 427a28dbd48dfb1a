import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { dayOf } from "./days.ts";
import { Today } from "./today.ts";

const evening = new Date(2026, 10, 26, 23, 58).getTime();
const days: number[] = [];
let show = () => {};
const page = {
  addEventListener: (_: string, listener: () => void) => {
    show = listener;
  },
};

beforeEach(() => {
  vi.useFakeTimers({ now: evening });
  days.length = 0;
  const { day } = new Today(page);
  day.subscribe(() => days.push(day.get()));
});
afterEach(() => vi.useRealTimers());

test("a page that stays open over midnight is told of the new day, and of the next one", () => {
  vi.advanceTimersByTime(119_999);
  expect(days).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(days).toEqual([dayOf(evening) + 1]);
  vi.advanceTimersByTime(24 * 3_600_000);
  expect(days).toEqual([dayOf(evening) + 1, dayOf(evening) + 2]);
});

test("a page that is looked at again after days of sleep is told at once", () => {
  vi.setSystemTime(evening + 3 * 24 * 3_600_000);
  show();
  expect(days).toEqual([dayOf(evening) + 3]);
});
