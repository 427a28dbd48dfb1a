import type { ChannelEvent, ChannelState, OutboxEntry } from "@parley/sdk";
import { expect, test } from "vitest";
import { RowMaker, type RowsOf } from "./conversation_rows.ts";

const minute = 60_000;
const noon = new Date(2026, 2, 3, 12).getTime();

function message(seq: number, account: string, time = noon + seq * 1_000): ChannelEvent {
  const body = { kind: "message", replyTo: 0, mentions: [], forwarded: false } as const;
  return {
    seq,
    time,
    account,
    sendId: `send-${seq}`,
    count: seq,
    cryptoEpoch: 0,
    body,
    content: { kind: "text", text: `${seq}` },
  } as unknown as ChannelEvent;
}
function notice(seq: number, kind: "memberLeft" | "reacted"): ChannelEvent {
  return { ...message(seq, "anna"), body: { kind } } as unknown as ChannelEvent;
}

const channel = {
  kind: "group",
  registers: { hidden: [] },
  deliveredByAll: 2,
  readByAll: 1,
} as unknown as ChannelState;
const usual: RowsOf = {
  channel,
  events: [],
  atHead: true,
  pending: [],
  failed: [],
  me: "me",
  readAtOpening: undefined,
  reachedStart: true,
};
const made = (of: Partial<RowsOf>) => new RowMaker().make({ ...usual, ...of });
const kinds = (of: Partial<RowsOf>) => made(of).map((row) => row.kind);

test("a day stands before its first message, and each day once", () => {
  const events = [message(1, "anna"), message(2, "anna"), message(3, "anna", noon + 86_400_000)];
  expect(kinds({ events })).toEqual(["day", "message", "message", "day", "message"]);
});

test("messages of one author in a few minutes are one group; another author or a pause begins a new one", () => {
  const events = [
    message(1, "anna", noon),
    message(2, "anna", noon + minute),
    message(3, "bert", noon + 2 * minute),
    message(4, "bert", noon + 8 * minute),
  ];
  const rows = made({ events }).filter((row) => row.kind === "message");
  expect(rows.map(({ first, last }) => [first, last])).toEqual([
    [true, false],
    [false, true],
    [true, true],
    [true, true],
  ]);
});

test("the line of new messages stands before the first of others that was not read", () => {
  const events = [message(1, "anna"), message(2, "anna"), message(3, "anna")];
  expect(kinds({ events, readAtOpening: 1 })).toEqual(["day", "message", "new", "message", "message"]);
  expect(kinds({ events, readAtOpening: 3 })).not.toContain("new");
  expect(kinds({ events: [message(1, "anna"), message(2, "me")], readAtOpening: 1 })).not.toContain("new");
});

test("there is no line while the place where it belongs is not here", () => {
  const events = [message(5, "anna"), message(6, "anna"), message(7, "anna")];
  expect(kinds({ events, readAtOpening: 2, reachedStart: false })).not.toContain("new");
  expect(kinds({ events, readAtOpening: 0 })).toContain("new");
});

test("no row changes when older messages come before it", () => {
  const maker = new RowMaker();
  const day = 24 * 60 * minute;
  const events = [
    message(1, "anna", noon - day),
    message(2, "anna", noon),
    message(3, "anna", noon + minute),
    message(4, "bert", noon + 2 * minute),
    message(5, "bert", noon + 3 * minute),
  ];
  const older = (from: number) => maker.make({ ...usual, events: events.slice(from), reachedStart: from === 0 });
  for (const from of [3, 2, 1]) {
    const before = older(from);
    const after = older(from - 1);
    expect(before.length).toBeGreaterThan(0);
    expect(after.length).toBeGreaterThan(before.length);
    for (const [at, row] of after.slice(-before.length).entries()) expect(row).toBe(before[at]);
  }
});

test("one's own messages show how far they have got; others' do not", () => {
  const rows = made({ events: [message(1, "me"), message(2, "me"), message(3, "me"), message(4, "anna")] });
  expect(rows.flatMap((row) => (row.kind === "message" ? [row.tick] : []))).toEqual([
    "read",
    "delivered",
    "sent",
    undefined,
  ]);
});

test("what is hidden for me, and what is no message or notice, has no row", () => {
  const hidden = { ...channel, registers: { hidden: [{ from: 2, to: 2 }] } } as unknown as ChannelState;
  const events = [message(1, "anna"), message(2, "anna"), notice(3, "reacted"), notice(4, "memberLeft")];
  expect(kinds({ channel: hidden, events })).toEqual(["day", "message", "notice"]);
});

test("what waits stands at the end, and becomes a message in the same row", () => {
  const entry = { sendId: "send-2", created: noon, command: { kind: "post" } } as unknown as OutboxEntry;
  const waiting = made({ events: [message(1, "anna")], pending: [entry] });
  expect(waiting.at(-1)).toMatchObject({ kind: "pending", key: "send-2" });
  expect(made({ events: [message(1, "anna"), message(2, "me")] }).at(-1)).toMatchObject({
    kind: "message",
    key: "send-2",
  });
  expect(kinds({ events: [message(1, "anna")], pending: [entry], atHead: false })).not.toContain("pending");
});

test("a row that did not change is the same object, and one that did is another", () => {
  const maker = new RowMaker();
  const events = [message(1, "anna"), message(2, "me")];
  const before = maker.make({ ...usual, events });
  const after = maker.make({
    ...usual,
    events: [...events, message(3, "me")],
    channel: { ...channel, readByAll: 2 } as ChannelState,
  });
  expect(after[0]).toBe(before[0]);
  expect(after[1]).toBe(before[1]);
  expect(after[2]).not.toBe(before[2]);
  expect(after[2]).toMatchObject({ tick: "read", last: false });
});
