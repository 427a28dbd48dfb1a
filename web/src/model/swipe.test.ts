import { expect, test } from "vitest";
import { Swipe } from "./swipe.ts";

const width = 360;
const from = { x: 180, y: 300 };
const begin = (isRightToLeft = false, at = from) => new Swipe(at, width, isRightToLeft);

test("what is pulled follows the finger, and is let go once it has gone far enough", () => {
  const swipe = begin();
  expect(swipe.move(185, 300)).toBeUndefined();
  expect(swipe.move(210, 302)).toEqual({ distance: 20, isEnough: false });
  expect(swipe.move(246, 310)).toEqual({ distance: 56, isEnough: true });
  expect(swipe.move(205, 310)).toEqual({ distance: 15, isEnough: false });
});

test("beyond that it follows less and less", () => {
  expect(begin().move(286, 300)).toEqual({ distance: 66, isEnough: true });
});

test("it never goes to the other side", () => {
  const swipe = begin();
  swipe.move(210, 300);
  expect(swipe.move(100, 300)).toEqual({ distance: 0, isEnough: false });
});

test("from right to left it is pulled to the left", () => {
  expect(begin(true).move(114, 300)).toEqual({ distance: 56, isEnough: true });
  expect(begin(true).move(246, 300)).toBeUndefined();
});

test.each([
  ["goes down", 182, 320],
  ["goes up", 178, 280],
  ["goes aslant", 200, 311],
  ["goes aslant, and not yet far", 192, 308],
  ["goes the other way", 160, 300],
])("a finger that %s pulls nothing, whatever it does then", (_, x, y) => {
  const swipe = begin();
  expect(swipe.move(x, y)).toBeUndefined();
  expect(swipe.move(300, 300)).toBeUndefined();
});

test.each([4, 356])("a finger that begins at the edge of the screen, at %i, goes back or forward", (x) => {
  expect(begin(false, { x, y: 300 }).move(x + 70, 300)).toBeUndefined();
  expect(begin(true, { x, y: 300 }).move(x - 70, 300)).toBeUndefined();
});
