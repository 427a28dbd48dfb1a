import { describe, it } from "vitest";
import type { Step } from "./scenario_for_test.ts";
import { connected, inbox, live, play, row } from "./scenario_of_one_channel_for_test.ts";

const sets = (change: object): Step => ({ sets: { channel: "@7", ...change } });
const shows = (registers: object, more: object = {}): Step => ({
  shows: { channels: { "@7": { registers, ...more } } },
});
const asks = (change: object): Step => ({ asks: { setRegisters: { channelId: "@7", ...change } } });
const answers = (registers: object): Step => ({ answer: { registers: { delivered: "1", ...registers } } });
const asksNothing: Step = { asksNot: ["setRegisters", "hideMessages", "getChannel", "getInbox"] };
const offline: readonly Step[] = [...live, { closes: 4001 }];
const again = (registers: object = {}): readonly Step[] => [...connected, inbox(1, { delivered: "1", ...registers })];

describe("what the user sets for themselves", () => {
  it("is shown at once without a network, and told when there is one", () =>
    play([
      ...offline,
      sets({ pinned: true }),
      sets({ mutedUntil: -1 }),
      shows({ pinned: true, mutedUntil: -1, archived: false }),
      ...again(),
      shows({ pinned: true, mutedUntil: -1 }),
      asks({ pinned: true, mutedUntil: "-1" }),
      answers({ pinned: true, mutedUntil: "-1" }),
      shows({ pinned: true, mutedUntil: -1 }),
      asksNothing,
    ]));

  it("is told also after the client was closed in between", () =>
    play([
      ...offline,
      sets({ archived: true }),
      { restart: {} },
      shows({ archived: true }),
      { start: {} },
      { token: { token: "t1", holdsMs: 3_600_000 } },
      ...again(),
      asks({ archived: true }),
      answers({ archived: true }),
      { restart: {} },
      { start: {} },
      { token: { token: "t1", holdsMs: 3_600_000 } },
      ...again({ archived: true }),
      asksNothing,
    ]));

  it("is told once more where the connection broke before the answer", () =>
    play([
      ...live,
      sets({ pinned: true }),
      asks({ pinned: true }),
      { closes: 4001 },
      ...again(),
      asks({ pinned: true }),
      answers({ pinned: true }),
      asksNothing,
    ]));

  it("stands over what another device tells meanwhile of something else", () =>
    play([
      ...live,
      sets({ pinned: true }),
      asks({ pinned: true }),
      { push: { registersChanged: { channelId: "@7", registers: { delivered: "1", archived: true } } } },
      shows({ pinned: true, archived: true }),
      { answer: { registers: { delivered: "1", archived: true, pinned: true } } },
      shows({ pinned: true, archived: true }),
    ]));

  it("is told in the order in which it was set, what comes last at last", () =>
    play([
      ...live,
      sets({ pinned: true }),
      asks({ pinned: true }),
      sets({ pinned: false }),
      sets({ archived: true }),
      { asksNot: ["setRegisters"] },
      answers({ pinned: true }),
      shows({ pinned: false, archived: true }),
      asks({ pinned: false, archived: true }),
      answers({ archived: true }),
      shows({ pinned: false, archived: true }),
      asksNothing,
    ]));

  it("is asked again later where the server is busy", () =>
    play([
      ...live,
      sets({ pinned: true }),
      asks({ pinned: true }),
      { answer: { error: { name: "overloaded", number: 14, retryAfterMs: "3000" } } },
      shows({ pinned: true }),
      asksNothing,
      { wait: 3_000 },
      asks({ pinned: true }),
      answers({ pinned: true }),
      asksNothing,
    ]));

  it("is as the server has it again where the server refuses", () =>
    play([
      ...live,
      sets({ pinned: true }),
      asks({ pinned: true }),
      { answer: { error: { name: "not_member", number: 3 } } },
      { asks: { getChannel: { channelId: "@7" } } },
      { answer: { channel: { row: { ...row, head: "1", registers: { delivered: "1" } } } } },
      shows({ pinned: false }),
      asksNothing,
    ]));

  it("is refused by name where there is no such message, and nothing is told", () =>
    play([...live, { refuses: { hides: { channel: "@7", from: 1, to: 2 }, with: "seq_in_future" } }, asksNothing]));
});

describe("what the user deletes for themselves", () => {
  it("is gone at once without a network, also after a restart, and told when there is one", () =>
    play([
      ...offline,
      { hides: { channel: "@7", from: 1, to: 1 } },
      shows({ hidden: [{ from: 1, to: 1 }] }, { gone: [1] }),
      { restart: {} },
      shows({ hidden: [{ from: 1, to: 1 }] }, { gone: [1] }),
      { start: {} },
      { token: { token: "t1", holdsMs: 3_600_000 } },
      ...again(),
      { asks: { hideMessages: { channelId: "@7", from: "1", to: "1" } } },
      answers({ hidden: [{ from: "1", to: "1" }] }),
      shows({ hidden: [{ from: 1, to: 1 }] }, { gone: [1] }),
      asksNothing,
    ]));
});

describe("reading everything anew", () => {
  it("is refused where nothing can be read, and what is there stays", () =>
    play([
      ...offline,
      { refuses: { rebuild: {}, with: "unreachable" } },
      { shows: { channels: { "@7": { stored: [1] } } } },
      ...again(),
      { shows: { channels: { "@7": { stored: [1] } } } },
    ]));
});
