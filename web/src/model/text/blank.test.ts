import { expect, test } from "vitest";
import { isBlank } from "./blank.ts";

test.each(["", " \n\t", "\u200b", "\u200b \u2060\ufeff", "\u202e\u202c", "\u3164", "\ufe0f"])(
  "%j says nothing",
  (text) => {
    expect(isBlank(text)).toBe(true);
  },
);

test.each([".", "\u200bx", "👩‍👩‍👧", "❤️", "\u0301", "۰", "　!"])("%j says something", (text) => {
  expect(isBlank(text)).toBe(false);
});
