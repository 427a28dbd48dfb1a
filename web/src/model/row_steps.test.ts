import { expect, test } from "vitest";
import { stepTo } from "./row_steps.ts";

const rows = (keys: string) => [...keys].map((key) => ({ key }));

/** Each step, and "<" where it keeps the place of what stays. */
function steps(has: string, wanted: string): string[] {
  const result: string[] = [];
  const goal = rows(wanted);
  for (let at: readonly { key: string }[] = rows(has); at !== goal; ) {
    const step = stepTo(at, goal);
    result.push((step.shift ? "<" : "") + step.rows.map(({ key }) => key).join(""));
    at = step.rows;
  }
  return result;
}

test("what comes or goes at one end takes one step", () => {
  expect(steps("cd", "cdef")).toEqual(["cdef"]);
  expect(steps("cdef", "cd")).toEqual(["cd"]);
  expect(steps("cd", "abcd")).toEqual(["<abcd"]);
  expect(steps("abcd", "cd")).toEqual(["<cd"]);
});

test("what comes and goes at both ends takes a step for each, the beginning first", () => {
  expect(steps("cd", "abcdef")).toEqual(["<abcd", "abcdef"]);
  expect(steps("abcd", "cdef")).toEqual(["<cd", "cdef"]);
  expect(steps("cdef", "abcd")).toEqual(["<abcdef", "abcd"]);
});

test("what is another part altogether keeps no place", () => {
  expect(steps("ab", "xy")).toEqual(["xy"]);
  expect(steps("", "ab")).toEqual(["ab"]);
  expect(steps("ab", "")).toEqual([""]);
  expect(steps("abc", "xc")).toEqual(["xc"]);
});
