import { describe, it } from "vitest";
import type { Step } from "./scenario_for_test.ts";
import { connected, inbox, live, play, reads } from "./scenario_of_one_channel_for_test.ts";

const marks = (on: boolean): Step => ({ sets: { channel: "@7", markedUnread: on } });
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

  it("is not told where it was taken away before", () =>
    play([...live, reads(1), marks(true), marks(false), asksToMark(false), { asksNot: ["setRegisters"] }]));

  it("is not told where the channel was read after it", () =>
    play([
      ...live,
      { closes: 4001 },
      marks(true),
      { shows: { channels: { "@7": { registers: { markedUnread: true } } } } },
      reads(1),
      { shows: { channels: { "@7": { registers: { markedUnread: false } } } } },
      ...connected,
      inbox(1, { delivered: "1" }),
      ...told,
      { asksNot: ["setRegisters"] },
    ]));

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
