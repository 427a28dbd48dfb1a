import type { AccountId } from "@parley/sdk";
import { expect, test } from "vitest";
import { mentionsIn } from "./mentions.ts";

const chosen = [
  { name: "ana", account: "1" as AccountId },
  { name: "Ana_L", account: "2" as AccountId },
  { name: "ben", account: "3" as AccountId },
];

test("who was chosen is mentioned for as long as the text names them, in whichever case", () => {
  expect(mentionsIn("Hello @ANA, and @ben!", chosen)).toEqual(["1", "3"]);
  expect(mentionsIn("Hello ana", chosen)).toEqual([]);
  expect(mentionsIn("Hello @ana_l", chosen)).toEqual(["2"]);
  expect(mentionsIn("Hello @ana_l and @ana", chosen)).toEqual(["1", "2"]);
});

test("who was chosen twice is mentioned once", () => {
  expect(mentionsIn("@ben @ben", [...chosen, ...chosen])).toEqual(["3"]);
});
