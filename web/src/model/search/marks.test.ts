import { expect, test } from "vitest";
import { excerptOf, markText } from "./marks.ts";

const shown = (text: string, query: string, around?: number) =>
  markText(text, query, around)
    .map((piece) => (piece.marked ? `[${piece.text}]` : piece.text))
    .join("");

test.each([
  ["a word's beginning", "Parley chat", "par", "[Par]ley chat"],
  ["every word of the query, wherever it is", "chat and chatter", "cha and", "[cha]t [and] [cha]tter"],
  ["not the middle of a word", "sparse", "par", "sparse"],
  ["letters with accents whole", "Un cafe\u0301 noir", "cafe", "Un [cafe\u0301] noir"],
  ["a letter that folds to two", "Straße", "stras", "[Straß]e"],
  ["letters of a script without spaces", "明日は東京駅で", "東京駅", "明日は[東京駅]で"],
  ["Latin next to Japanese", "今日はParleyの日", "parl", "今日は[Parl]eyの日"],
  ["marks that are ignored go with their letter", "مُحَمَّد", "محم", "[مُحَمَّ]د"],
  ["nothing where nothing is found", "hello", "x", "hello"],
])("marks %s", (_what, text, query, marked) => {
  expect(shown(text, query)).toBe(marked);
});

test("a long message is cut about its first mark", () => {
  const text = `${"a ".repeat(500)}needle ${"b ".repeat(500)}`;
  const pieces = shown(text, "needle", 80);
  expect(pieces).toMatch(/^….*\[needle\].*…$/u);
  expect(pieces.length).toBeLessThan(90);
});

test("a cut never halves an emoji", () => {
  const text = `${"😀".repeat(100)} needle ${"😀".repeat(100)}`;
  expect(markText(text, "needle", 51).every((piece) => !/^[\udc00-\udfff]|[\ud800-\udbff]$/u.test(piece.text))).toBe(
    true,
  );
});

test("the excerpt of a message has what was looked for, however far behind it stands", () => {
  const text = `${"many *words*\n".repeat(500)}and a needleword ${"and more ".repeat(500)}`;
  const pieces = excerptOf(text, "needle", 80);
  expect(pieces.filter((piece) => piece.marked)).toEqual([{ text: "needle", marked: true }]);
  expect(pieces.map((piece) => piece.text).join("")).toMatch(/^…[^*\n]+ needleword .*…$/u);
});
