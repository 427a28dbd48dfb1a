import { describe, expect, test } from "vitest";
import { emojiOnly, type Inline, parseText, plainLine } from "./parse.ts";

const MENTIONS = new Map([
  ["anna", "a1"],
  ["anna.b", "a2"],
]);

function shown(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if (inline.kind === "text") return inline.text;
      if (inline.kind === "link") return `<${inline.text}|${inline.href}>`;
      if (inline.kind === "mention") return `<${inline.text}|${inline.account}>`;
      if (inline.kind === "code") return `<code ${inline.text}>`;
      return `<${inline.kind} ${shown(inline.children)}>`;
    })
    .join("");
}
const line = (text: string) => {
  const [block, ...others] = parseText(text, MENTIONS);
  if (block === undefined || block.kind !== "paragraph" || others.length > 0) throw new Error("not one paragraph");
  return block.lines.map(shown).join("\n");
};

describe("a line", () => {
  test.each([
    ["plain text", "Hello, world", "Hello, world"],
    ["strong", "a *bold* word", "a <strong bold> word"],
    ["marks in marks", "*very _much_ so*", "<strong very <emphasis much> so>"],
    ["strike", "~no~ yes", "<strike no> yes"],
    ["code, in which nothing else counts", "run `a *b* c`", "run <code a *b* c>"],
    ["a mark that is never closed", "2 *3", "2 *3"],
    ["arithmetic", "2 * 3 * 4", "2 * 3 * 4"],
    ["snake_case_names", "snake_case_names", "snake_case_names"],
    ["a mark that is closed inside of code only", "*a `b*` c", "*a <code b*> c"],
    ["crossed marks", "*a _b* c_", "<strong a _b> c_"],
    ["empty marks", "** __ ~~", "** __ ~~"],
    ["a link", "see https://example.org/a?b=c#d.", "see <https://example.org/a?b=c#d|https://example.org/a?b=c#d>."],
    [
      "a link with brackets of its own",
      "(https://x.example/a_(b))",
      "(<https://x.example/a_(b)|https://x.example/a_(b)>)",
    ],
    ["a link without scheme", "www.example.org", "<www.example.org|https://www.example.org/>"],
    ["a mail address", "write to a.b@example.org!", "write to <a.b@example.org|mailto:a.b@example.org>!"],
    ["a link inside of strong", "*https://example.org*", "<strong <https://example.org|https://example.org/>>"],
    ["marks inside of a link", "https://example.org/_a_b_c", "<https://example.org/_a_b_c|https://example.org/_a_b_c>"],
    ["a mention", "@anna, look", "<@anna|a1>, look"],
    ["a mention at the end of a sentence", "Ask @anna.", "Ask <@anna|a1>."],
    ["a mention with a dot", "Ask @Anna.B now", "Ask <@Anna.B|a2> now"],
    ["somebody who is not mentioned", "@bert", "@bert"],
    ["a handle inside of a word", "x@anna", "x@anna"],
    ["HTML is text", "<b onclick=x>hi</b>", "<b onclick=x>hi</b>"],
  ])("%s", (_what, text, expected) => {
    expect(line(text)).toBe(expected);
  });

  test.each([
    ["javascript:alert(1)"],
    ["data:text/html,x"],
    ["file:///etc/passwd"],
    ["https://bank.example@evil.example/"],
    ["https://"],
    ["http://nodots"],
    ["https://exa\u202emple.org"],
    ["https://example.org/\u202efdp.exe"],
    ["vbscript:https"],
  ])("no link: %s", (text) => {
    expect(line(text)).toBe(text);
  });
});

test("quotes, code blocks and paragraphs are blocks of their own", () => {
  const blocks = parseText("before\n> quoted *a*\n> more\n```ts\nlet *x* = 1;\n\n```\nafter");
  expect(blocks.map((block) => block.kind)).toEqual(["paragraph", "quote", "code", "paragraph"]);
  expect(blocks[2]).toEqual({ kind: "code", language: "ts", text: "let *x* = 1;\n" });
});

test("a fence that is never closed is text", () => {
  expect(parseText("```\nabc").map((block) => block.kind)).toEqual(["paragraph"]);
});

const MARKS: Partial<Record<Inline["kind"], string>> = { strong: "*", emphasis: "_", strike: "~" };

function written(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if (inline.kind === "code") return `\`${inline.text}\``;
      if (!("children" in inline)) return inline.text;
      return `${MARKS[inline.kind]}${written(inline.children)}${MARKS[inline.kind]}`;
    })
    .join("");
}

test.each([
  "*",
  "_a",
  "`",
  "``",
  "*a`b`",
  "~ ",
  "www.",
  "www.a.b ",
  "http://a.b/(",
  "@anna",
  "@anna ",
  "a@b.c ",
  "a.",
  "*a _b* c_ ",
])("100,000 characters of %j lose none of them", (unit) => {
  const text = unit.repeat(Math.floor(100_000 / unit.length));
  const [block] = parseText(text, MENTIONS);
  expect(block?.kind === "paragraph" && block.lines.map(written).join("\n") === text).toBe(true);
});

test("100,000 lines of quotes and fences are read", () => {
  expect(parseText("> \n".repeat(50_000))).toHaveLength(2);
  expect(parseText("```\n".repeat(50_000)).length).toBeGreaterThan(20_000);
});

test.each([
  ["😀", 1],
  ["👩‍👩‍👧‍👦", 1],
  ["👍🏽 🇯🇵 1️⃣", 3],
  ["❤️", 1],
  ["😀😀😀😀", 0],
  ["😀 ok", 0],
  ["7", 0],
  ["", 0],
])("emoji only: %s is %i", (text, count) => {
  expect(emojiOnly(text)).toBe(count);
});

test("one line has no marks and no line breaks, and never half an emoji", () => {
  expect(plainLine("*Hello*\n> there\n```\ncode\n```")).toBe("Hello there code");
  expect(plainLine(`\`\`\`ts\n${"code ".repeat(500)}\n\`\`\``, 20)).toBe("code code code code …");
  expect(plainLine("```\ncode that was cut")).toBe("code that was cut");
  expect(plainLine("😀".repeat(50), 11)).toBe(`${"😀".repeat(5)}…`);
});
