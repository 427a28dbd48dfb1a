import { describe, expect, test } from "vitest";
import type { ChannelRow } from "./channel_list.ts";
import { findChannels, findIn } from "./palette.ts";

const named = (...labels: string[]) => labels.map((label) => ({ id: label, label }));
const found = (labels: string[], words: string) => findIn(named(...labels), words).map(({ label }) => label);
const channel = (label: string, archived = false) => ({ label, row: { archived } as ChannelRow });

describe("what the palette finds", () => {
  test("names that begin with the words stand before those that have them further on", () => {
    expect(found(["Unwalkable", "Sunday walks", "Walks", "Boats"], "walk")).toEqual([
      "Walks",
      "Sunday walks",
      "Unwalkable",
    ]);
  });

  test("case and accents make no difference, in names and in words", () => {
    expect(found(["Café Übersee"], "ubersee")).toEqual(["Café Übersee"]);
    expect(found(["Cafe"], "CAFÉ")).toEqual(["Cafe"]);
    expect(found(["高橋 由紀"], "由紀")).toEqual(["高橋 由紀"]);
  });

  test("without words everything stands as it was", () => {
    expect(found(["b", "a"], "  ")).toEqual(["b", "a"]);
  });

  test("archived channels are found by their names alone, and never more than a handful", () => {
    const many = Array.from({ length: 20 }, (_, at) => channel(`Walk ${at}`));
    expect(findChannels(many, "walk")).toHaveLength(8);
    const some = [channel("Old", true), channel("New")];
    expect(findChannels(some, "").map(({ label }) => label)).toEqual(["New"]);
    expect(findChannels(some, "old").map(({ label }) => label)).toEqual(["Old"]);
  });
});
