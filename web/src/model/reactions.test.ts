import type { AccountId, ChannelEvent } from "@parley/sdk";
import { expect, test } from "vitest";
import { reactionGroups } from "./reactions.ts";

const me = "me" as AccountId;
const message = (...reactions: readonly (readonly [account: string, emoji: string])[]) =>
  ({
    annotation: { reactions: reactions.map(([account, text]) => ({ account, content: { kind: "text", text } })) },
  }) as unknown as ChannelEvent;

test("reactions stand by emoji, the most frequent first, and oneself before the others", () => {
  expect(reactionGroups(message(["ana", "👍"], ["ben", "🎉"], ["me", "🎉"], ["cleo", "🎉"]), me)).toEqual([
    { emoji: "🎉", accounts: ["me", "ben", "cleo"], mine: true },
    { emoji: "👍", accounts: ["ana"], mine: false },
  ]);
});

test("a message without any, and a reaction that is no text, make no group", () => {
  expect(reactionGroups({} as ChannelEvent, me)).toEqual([]);
  const strange = { annotation: { reactions: [{ account: "ana", content: { kind: "data" } }] } };
  expect(reactionGroups(strange as unknown as ChannelEvent, me)).toEqual([]);
});
