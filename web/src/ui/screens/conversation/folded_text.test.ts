import { expect, test } from "vitest";
import { parseText } from "../../../model/text/parse.ts";
import { folded, isLong } from "./folded_text.ts";

const lines = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}`).join("\n");
const kinds = (text: string) => parseText(text).map(({ kind }) => kind);

test("code that is folded is code", () => {
  const text = `Look:\n\`\`\`ts\n${lines(200)}\n\`\`\`\nand so on`;
  expect(isLong(text)).toBe(true);
  expect(kinds(folded(text))).toEqual(["paragraph", "code"]);
  expect(folded(text)).not.toContain("line 199");
});

test("what is closed before the fold stays as it is", () => {
  const text = `\`\`\`\n${lines(3)}\n\`\`\`\n${lines(200)}`;
  expect(kinds(folded(text))).toEqual(["code", "paragraph"]);
  expect(folded(text).endsWith("…")).toBe(true);
});

test("half a character is not shown", () => {
  expect(folded("🎉".repeat(1_000))).toBe(`${"🎉".repeat(750)}…`);
  expect(folded(`x${"🎉".repeat(1_000)}`)).toBe(`x${"🎉".repeat(749)}…`);
});
