import type { ChannelId } from "@parley/sdk";
import { describe, expect, test } from "vitest";
import { SearchIndex } from "./search_index.ts";

const [A, B, C] = ["a" as ChannelId, "b" as ChannelId, "c" as ChannelId];

function indexOf(...texts: string[]): SearchIndex {
  const index = new SearchIndex();
  for (const [at, text] of texts.entries()) index.put({ channel: C, seq: at + 1, time: at }, text);
  return index;
}
const seqs = (index: SearchIndex, query: string) => index.search(query).hits.map((hit) => hit.seq);

describe("what is found", () => {
  test.each([
    ["the beginning of a word", "Parley is here", "par"],
    ["words in any order", "the quick brown fox", "bro qui"],
    ["capital letters", "HELLO", "hello"],
    ["accents that were not typed", "Ein Café in Köln", "cafe koln"],
    ["accents that were typed in two code points", "caf\u00e9", "cafe\u0301"],
    ["sharp s as ss", "Straße", "strass"],
    ["full width as half width", "ＰＡＲＬＥＹ", "parley"],
    ["Japanese inside a sentence", "明日は東京駅で会いましょう", "東京駅"],
    ["one kanji", "東京駅", "京"],
    ["katakana by hiragana", "ビール", "びーる"],
    ["half-width katakana by full width", "ﾊﾞﾅﾅ", "バナナ"],
    ["Latin next to Japanese", "今日はParleyの日", "parl"],
    ["Chinese", "我們明天見", "明天"],
    ["Thai", "สวัสดีครับ", "สวัส"],
    ["Korean by its beginning", "한국어를 공부해요", "한국"],
    ["Korean that came decomposed", "한국어".normalize("NFD"), "한국어"],
    ["Arabic without its vowels", "مُحَمَّد", "محمد"],
    ["Arabic alef with and without hamza", "أحمد", "احمد"],
    ["Arabic stretched with tatweel", "مـــرحبا", "مرحبا"],
    ["Hebrew without points", "שָׁלוֹם", "שלום"],
    ["Greek final sigma", "Οδυσσεύς", "οδυσσευσ"],
    ["Cyrillic io as ie", "Ещё", "еще"],
    ["Hindi with its vowel signs", "नमस्ते दुनिया", "नमस्ते"],
    ["numbers", "call 0123456789", "01234"],
    ["an emoji", "party 🎉 tonight", "🎉"],
    ["more of a very long word than the index keeps", `x${"a".repeat(100)}`, `x${"a".repeat(60)}`],
  ])("%s", (_what, text, query) => {
    expect(seqs(indexOf("something else", text), query)).toEqual([2]);
  });

  test.each([
    ["the middle of a word", "Parley", "arley"],
    ["a message that has one of two words", "the quick fox", "quick dog"],
    ["pairs of letters that do not stand together", "東京と京都駅", "東京都"],
    ["another voiced kana", "はし", "ばし"],
    ["nothing but punctuation", "what?!", "?!"],
    ["an empty query", "what", "  "],
  ])("not: %s", (_what, text, query) => {
    expect(seqs(indexOf(text), query)).toEqual([]);
  });
});

test("newest come first, at most the limit, and the total counts all", () => {
  const index = new SearchIndex();
  for (let seq = 1; seq <= 100; seq++) index.put({ channel: C, seq, time: 1_000 - seq }, "hello");
  const result = index.search("hel", { limit: 3 });
  expect(result.hits.map((hit) => hit.seq)).toEqual([1, 2, 3]);
  expect(result.total).toBe(100);
});

test("one channel alone can be searched", () => {
  const index = new SearchIndex();
  index.put({ channel: A, seq: 1, time: 1 }, "hello");
  index.put({ channel: B, seq: 1, time: 2 }, "hello");
  expect(index.search("hello", { channel: A }).hits).toEqual([{ channel: A, seq: 1 }]);
});

test("an edited message is found by what it says now only", () => {
  const index = indexOf("first words");
  index.put({ channel: C, seq: 1, time: 0 }, "other words");
  expect(seqs(index, "first")).toEqual([]);
  expect(seqs(index, "other")).toEqual([1]);
  expect(seqs(index, "words")).toEqual([1]);
  expect(index.size).toBe(1);
});

test("what was removed, alone or with its channel, is not found again", () => {
  const index = indexOf("one thing", "another thing");
  index.remove({ channel: C, seq: 1 });
  expect(seqs(index, "thing")).toEqual([2]);
  index.removeChannel(C);
  expect(seqs(index, "thing")).toEqual([]);
  expect(index.size).toBe(0);
});

test("words that come after a search are found by the next", () => {
  const index = indexOf("alpha");
  expect(seqs(index, "be")).toEqual([]);
  index.put({ channel: C, seq: 2, time: 2 }, "beta");
  index.put({ channel: C, seq: 3, time: 3 }, "bet");
  expect(seqs(index, "be")).toEqual([3, 2]);
});

test("after thousands of edits what is left is what was said last", () => {
  const index = new SearchIndex();
  for (let round = 0; round < 60; round++) {
    for (let seq = 1; seq <= 100; seq++) index.put({ channel: C, seq, time: seq }, `round${round} message${seq}`);
  }
  expect(index.size).toBe(100);
  expect(index.search("round58").total).toBe(0);
  expect(index.search("round59").total).toBe(100);
  expect(seqs(index, "message42")).toEqual([42]);
});

test("a range is removed, also one without an end", () => {
  const index = indexOf("x", "x", "x", "x", "x");
  index.removeRange(C, 2, 3);
  expect(seqs(index, "x")).toEqual([5, 4, 1]);
  index.removeRange(C, 4, 0);
  expect(seqs(index, "x")).toEqual([1]);
  index.removeRange(C, 1, 1_000_000_000);
  expect(seqs(index, "x")).toEqual([]);
});

test("a great many different words are found by their beginnings", () => {
  const index = new SearchIndex();
  const words = Array.from({ length: 150_000 }, (_, at) => `w${at}`);
  for (let at = 0; at < words.length; at += 1_000) {
    index.put({ channel: C, seq: at, time: at }, words.slice(at, at + 1_000).join(" "));
  }
  expect(index.search("w14999").hits).toEqual([
    { channel: C, seq: 149_000 },
    { channel: C, seq: 14_000 },
  ]);
});
