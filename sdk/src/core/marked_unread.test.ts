import { describe, it } from "vitest";
import { readScenario, Stage, type Step } from "./scenario_for_test.ts";

const play = (steps: readonly Step[]) => new Stage(readScenario(JSON.stringify({ about: "", steps }))).play();

const message = (seq: number) => ({
  header: { seq: String(seq), time: "1700000000000", account: "@2", count: String(seq), message: {} },
  content: { text: "hello" },
});
const push = (...seqs: number[]): Step => ({ push: { events: { channelId: "@7", events: seqs.map(message) } } });
const row = { channelId: "@7", kind: "CHANNEL_KIND_GROUP", role: "ROLE_MEMBER", members: 2, visible: [{ from: "1" }] };
const connected: readonly Step[] = [
  { connects: true },
  { opens: {} },
  { asks: { hello: {} } },
  {
    answer: {
      welcome: {
        ...{ incarnation: "@100", account: "@1", device: "@3", resumeToken: "cjE=", heartbeatMs: 30_000 },
        ...{ time: "1700000000000", sessionEnds: "1700003600000" },
      },
    },
  },
  { asks: { getInbox: {} } },
];
const inbox = (head: number, registers: object = {}): Step => ({
  answer: {
    inbox: { incarnation: "@100", rows: [{ ...row, head: String(head), registers }], version: "djE=" },
  },
});
const live: readonly Step[] = [
  { start: {} },
  { token: { token: "t1", holdsMs: 3_600_000 } },
  ...connected,
  inbox(0),
  { shows: { state: "live" } },
  push(1),
  { asks: { moveCursor: { delivered: "1" } } },
  { answer: { registers: { delivered: "1" } } },
];
const reads = (seq: number): Step => ({ read: { channel: "@7", seq } });
const marks = (on: boolean): Step => ({ marksUnread: { channel: "@7", on } });
const asksToMark = (on: boolean): Step => ({ asks: { setRegisters: { channelId: "@7", markedUnread: on } } });
const told: readonly Step[] = [
  { wait: 250 },
  { asks: { moveCursor: { read: "1" } } },
  { asksNot: ["setRegisters"] },
  { answer: { registers: { delivered: "1", read: "1" } } },
];

describe("the mark unread", () => {
  it("is set after what was read before it is told, which would take it away", () =>
    play([...live, reads(1), marks(true), { asksNot: ["setRegisters"] }, ...told, asksToMark(true)]));

  it("is set after it also where the connection broke in between", () =>
    play([
      ...live,
      reads(1),
      marks(true),
      { closes: 4001 },
      ...connected,
      { asksNot: ["setRegisters"] },
      inbox(1, { delivered: "1" }),
      ...told,
      asksToMark(true),
    ]));

  it("is set at once where all that was read is told", () => play([...live, marks(true), asksToMark(true)]));

  it("is set and taken away in that order", () =>
    play(
      [...live, reads(1), marks(true), marks(false), { asksNot: ["setRegisters"] }, ...told].concat([
        asksToMark(true),
        asksToMark(false),
      ]),
    ));

  it("is set where what was read is refused", () =>
    play([
      ...live,
      reads(1),
      marks(true),
      { wait: 250 },
      { asks: { moveCursor: { read: "1" } } },
      { answer: { error: { number: 7, name: "seq_in_future" } } },
      asksToMark(true),
    ]));
});
