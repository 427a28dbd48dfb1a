import { describe, expect, test } from "vitest";
import { codeAtCaret, withLastCode } from "./completion.ts";
import { EMOJI_GROUPS, type Emoji, inTone, loadEmoji, readTone } from "./emoji.ts";

describe.each(["en", "de", "ja", "ar"])("%s", (language) => {
  test("has every group, and a name and a code for each emoji", async () => {
    const table = await loadEmoji(language);
    const all = EMOJI_GROUPS.flatMap((group) => table.group(group));
    expect(all.length).toBeGreaterThan(1_700);
    for (const group of EMOJI_GROUPS) expect(table.group(group).length).toBeGreaterThan(50);
    expect(
      all.filter((emoji) => emoji.name === "" || !emoji.codes.every((code) => /^[a-z0-9_+-]+$/u.test(code))),
    ).toEqual([]);
    expect(new Set(all.map((emoji) => emoji.emoji)).size).toBe(all.length);
  });
});

test.each([
  ["en", "tada", "🎉"],
  ["en", "+1", "👍️"],
  ["en", "red heart", "❤️"],
  ["en", "pizza", "🍕"],
  ["de", "torte", "🎂"],
  ["de", "tada", "🎉"],
  ["ja", "寿司", "🍣"],
  ["ja", "ケーキ", "🎂"],
  ["ar", "قلب", "❤️"],
])("in %s %s finds %s", async (language, query, emoji) => {
  const found = (await loadEmoji(language)).find(query).map((one) => one.emoji.replaceAll("\ufe0f", ""));
  expect(found).toContain(emoji.replaceAll("\ufe0f", ""));
});

test("the exact code comes first", async () => {
  expect((await loadEmoji("en")).find("cat")[0]?.emoji).toBe("🐱");
});

test("skin tones are five, from light to dark", async () => {
  expect((await loadEmoji("en")).byCode("wave")?.tones).toEqual(["👋🏻", "👋🏼", "👋🏽", "👋🏾", "👋🏿"]);
});

test("an emoji is shown in a tone where it has tones, and a tone that is none is the yellow one", async () => {
  const table = await loadEmoji("en");
  const [wave, tada] = [table.byCode("wave") as Emoji, table.byCode("tada") as Emoji];
  expect([inTone(wave, 0), inTone(wave, 1), inTone(wave, 5)]).toEqual(["👋", "👋🏻", "👋🏿"]);
  expect(inTone(tada, 3)).toBe("🎉");
  expect([readTone(4), readTone(undefined), readTone(6), readTone("2")]).toEqual([4, 0, 0, 0]);
});

test("another language falls back to English", async () => {
  expect((await loadEmoji("xx")).byCode("tada")?.name).toBe("party popper");
});

test.each([
  ["hello :ta", 9, { from: 6, to: 9, code: "ta", closed: false }],
  [":tada: x", 6, { from: 0, to: 6, code: "tada", closed: true }],
  ["(:smile", 7, { from: 1, to: 7, code: "smile", closed: false }],
  ["at 12:30", 8, undefined],
  ["http://x", 8, undefined],
  [":t", 2, undefined],
  [":tada ", 6, undefined],
  ["a::tada", 7, undefined],
])("the code at the caret of %j", (text, caret, expected) => {
  expect(codeAtCaret(text, caret)).toEqual(expected);
});

describe("what is sent", () => {
  const table = {
    byCode: (code: string) => (code === "wave" ? { emoji: "👋", name: "", codes: [], group: 0 } : undefined),
  };
  const sent = (text: string) => withLastCode(text, async () => table as never);

  test("has the emoji of the code that was closed last, however late the table came", async () => {
    expect(await sent("Hello :wave:")).toBe("Hello 👋");
    expect(await sent("Hello :nobody:")).toBe("Hello :nobody:");
    expect(await sent("it is 12:30:")).toBe("it is 12:30:");
  });

  test("goes as it was written where there is no table", async () => {
    expect(await withLastCode("Hello :wave:", () => Promise.reject(new Error("offline")))).toBe("Hello :wave:");
  });
});
