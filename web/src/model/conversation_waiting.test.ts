import type { AccountId, ChannelEvent, ChannelId, Command, OutboxEntry, SendId } from "@parley/sdk";
import { expect, test } from "vitest";
import { textOf } from "./channel_list.ts";
import { withWaiting } from "./conversation_waiting.ts";

const channel = "here" as ChannelId;
const me = "me" as AccountId;

function message(seq: number): ChannelEvent {
  return {
    seq,
    time: seq,
    account: me,
    count: seq,
    cryptoEpoch: 0,
    body: { kind: "message", replyTo: 0, mentions: [], forwarded: false },
    content: { kind: "text", text: `said ${seq}` },
  };
}
const log = [message(1), message(2), message(3)];
const waits = (order: number, command: Command, to = channel): OutboxEntry => ({
  sendId: `send-${order}` as SendId,
  channel: to,
  order,
  created: 0,
  command,
});
const edit = (target: number, text: string): Command => ({ kind: "edit", target, content: { kind: "text", text } });
const react = (target: number, emoji?: string): Command => ({
  kind: "react",
  target,
  ...(emoji === undefined ? {} : { content: { kind: "text", text: emoji } }),
});

test("nothing waits: the same log", () => {
  expect(withWaiting(log, [waits(1, { kind: "leave" })], channel, me)).toBe(log);
});

test("the last edit that waits is what the message says, and others are the same objects", () => {
  const shown = withWaiting(log, [waits(1, edit(2, "once")), waits(2, edit(2, "twice"))], channel, me);
  expect(shown.map(textOf)).toEqual(["said 1", "twice", "said 3"]);
  expect(shown[0]).toBe(log[0]);
});

test("a reaction that waits is seen, and one that is taken back is gone", () => {
  const added = withWaiting(log, [waits(1, react(1, "🎉"))], channel, me);
  expect(added[0]?.annotation?.reactions).toMatchObject([{ account: me, content: { text: "🎉" } }]);
  const back = withWaiting(log, [waits(1, react(1, "🎉")), waits(2, react(1))], channel, me);
  expect(back[0]?.annotation?.reactions).toEqual([]);
});

test("a deletion that waits takes what was said, also where an edit waits behind it", () => {
  const shown = withWaiting(
    log,
    [waits(1, { kind: "delete", targets: [1, 3] }), waits(2, edit(3, "late"))],
    channel,
    me,
  );
  expect(shown.map((event) => event.contentGone)).toEqual(["deleted", undefined, "deleted"]);
});

test("what waits for another channel, or for a message that is not here, changes nothing", () => {
  const elsewhere = waits(1, edit(1, "no"), "there" as ChannelId);
  expect(withWaiting(log, [elsewhere, waits(2, react(9, "🎉"))], channel, me)).toBe(log);
});
