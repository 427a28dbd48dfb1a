import { describe, it } from "vitest";
import { readScenario, Stage, type Step } from "./scenario_for_test.ts";

const start = 1_700_000_000_000;
const play = (steps: readonly Step[]) => new Stage(readScenario(JSON.stringify({ about: "", steps }))).play();

const welcome = (over: object = {}): Step => ({
  answer: {
    welcome: {
      ...{ incarnation: "@100", account: "@1", device: "@3", resumeToken: "cjE=", heartbeatMs: 30_000 },
      ...{ time: String(start), sessionEnds: String(start + 3_600_000), ...over },
    },
  },
});
const row = { channelId: "@7", kind: "CHANNEL_KIND_GROUP", role: "ROLE_MEMBER", members: 2 };
const inbox = (over: object = {}): Step => ({
  answer: {
    inbox: { incarnation: "@100", rows: [{ ...row, visible: [{ from: "1" }], head: "0" }], version: "djE=", ...over },
  },
});
const connectedFor = (holdsMs: number): readonly Step[] => [
  { start: {} },
  { token: { token: "t1", holdsMs } },
  { connects: true },
  { opens: {} },
  { asks: { hello: { accessToken: "t1" } } },
];
const connected = connectedFor(3_600_000);
const live: readonly Step[] = [
  ...connected,
  welcome(),
  { asks: { getInbox: {} } },
  inbox(),
  { shows: { state: "live" } },
];
/** Answers what the client asks in its silence, every half minute. */
const quiet = (ms: number): Step[] =>
  Array.from({ length: ms / 35_000 }, () => [{ wait: 35_000 }, { asks: { getInbox: {} } }, inbox()]).flat();

describe("a close code is followed", () => {
  const steady: readonly Step[] = [...live, { wait: 20_000 }];

  it.each([4000, 4001, 1001])("%i: at once, by the resume token", (code) =>
    play([
      ...steady,
      { closes: code },
      { connects: true },
      { opens: {} },
      { asks: { hello: { resumeToken: "cjE=" } } },
    ]),
  );
  it.each([4010, 4011])("%i: after another token", (code) =>
    play([
      ...steady,
      { closes: code },
      { shows: { state: "waiting" } },
      { wantsToken: true },
      { connects: false },
      { token: { token: "t2", holdsMs: 3_600_000 } },
      { connects: true },
      { opens: {} },
      { asks: { hello: { accessToken: "t2" } } },
    ]),
  );
  it.each([0, 1000, 1006, 1011, 4408, 4429, 4503])("%i: after a pause", (code) =>
    play([
      ...steady,
      { closes: code },
      { shows: { state: "waiting" } },
      { connects: false },
      { wait: 500 },
      { connects: true },
    ]),
  );
  it.each([4009, 4012, 4013, 4400, 4401, 4403, 4406])("%i: by stopping", (code) =>
    play([...steady, { closes: code }, { shows: { state: "stopped" } }, { wait: 3_600_000 }, { connects: false }]),
  );
});

describe("a connection that has gone without a word", () => {
  it("is found out by a question after the heartbeat, and replaced when that has no answer", () =>
    play([
      ...live,
      { wait: 34_000 },
      { asksNot: ["getInbox"] },
      { wait: 1_000 },
      { asks: { getInbox: {} } },
      { wait: 19_999 },
      { shows: { state: "live" } },
      { wait: 6_000 },
      { connects: true },
    ]));

  it("stays where the question is answered", () => play([...live, ...quiet(350_000), { shows: { state: "live" } }]));

  it("is found out within seconds when the device wakes up", () =>
    play([
      ...live,
      { wait: 10_000 },
      { wake: {} },
      { asks: { getInbox: {} } },
      { wait: 4_999 },
      { shows: { state: "live" } },
      { wait: 1 },
      { connects: true },
    ]));

  it("stays when the device wakes up and the server answers", () =>
    play([
      ...live,
      { wait: 10_000 },
      { wake: {} },
      { asks: { getInbox: {} } },
      inbox(),
      { wait: 6_000 },
      { shows: { state: "live" } },
    ]));
});

describe("a device that wakes up while it waits", () => {
  it("connects at once, but not again and again", () =>
    play([
      { start: {} },
      { token: { token: "t1", holdsMs: 3_600_000 } },
      ...[500, 1_000, 2_000].flatMap((ms) => [{ connects: true }, { closes: 0 }, { wait: ms }]),
      { connects: true },
      { closes: 0 },
      // The next attempt comes in two seconds at the earliest.
      { wait: 1_000 },
      { shows: { state: "waiting" } },
      { wake: {} },
      { connects: true },
      { closes: 0 },
      { wake: {} },
      { connects: false },
    ]));
});

describe("a new token", () => {
  const shortly = welcome({ sessionEnds: String(start + 30_000) });
  const begun: readonly Step[] = [
    ...connectedFor(30_000),
    shortly,
    { asks: { getInbox: {} } },
    inbox(),
    { shows: { state: "live" } },
  ];

  it("is asked for again where the answer was lost, and taken to the same connection before the end", () =>
    play([
      ...begun,
      { wait: 15_000 },
      { wantsToken: true },
      { renews: "t1" },
      { noToken: { error: "unreachable" } },
      { shows: { state: "live" } },
      { wantsToken: false },
      { wait: 500 },
      { wantsToken: true },
      { noToken: { error: "unreachable" } },
      { wait: 1_000 },
      { wantsToken: true },
      { token: { token: "t2", holdsMs: 3_600_000 } },
      { asks: { newToken: { accessToken: "t2" } } },
      welcome({ time: String(start + 16_500) }),
      { shows: { state: "live" } },
      { asksNot: ["hello"] },
    ]));

  it("is asked for again where the server refuses it, without an end of the connection", () =>
    play([
      ...begun,
      { wait: 15_000 },
      { token: { token: "t2", holdsMs: 3_600_000 } },
      { asks: { newToken: { accessToken: "t2" } } },
      { answer: { error: { number: 31, name: "unauthenticated" } } },
      { shows: { state: "live" } },
      { wait: 500 },
      { wantsToken: true },
      { token: { token: "t3", holdsMs: 3_600_000 } },
      { asks: { newToken: { accessToken: "t3" } } },
      { shows: { state: "live" } },
    ]));
});

describe("a server with another history", () => {
  it("that comes back while the client is open is read anew, and its answers of before count no longer", () =>
    play([
      ...live,
      {
        push: {
          events: {
            channelId: "@7",
            events: [
              { header: { seq: "1", time: "1", account: "@2", count: "1", message: {} }, content: { text: "m1" } },
            ],
          },
        },
      },
      { shows: { channels: { "@7": { have: [[1, 1]], told: ["1 next"] } } } },
      { asks: { moveCursor: { delivered: "1" } } },
      { answer: { registers: { delivered: "1" } } },
      { wait: 35_000 },
      { asks: { getInbox: { version: "djE=" } } },
      // The connection outlived the restore: what it says now is of another history.
      inbox({ incarnation: "@101", version: "eDE=" }),
      { shows: { state: "waiting" } },
      { wait: 500 },
      { connects: true },
      { opens: {} },
      { asks: { hello: {} } },
      welcome({ incarnation: "@101" }),
      { asks: { getInbox: {} } },
      { asks: { getInbox: {} } },
      inbox({ incarnation: "@101", rows: [{ ...row, visible: [{ from: "1" }], head: "0" }], version: "djI=" }),
      { shows: { state: "live", channels: { "@7": { head: 0, have: [], stored: [] } } } },
    ]));

  it("that refuses the token is believed only after another sign-in", () =>
    play([
      ...connected,
      { answer: { error: { number: 54, name: "incarnation_changed" } } },
      { shows: { state: "waiting" } },
      { wantsToken: true },
      { noToken: { error: "unauthenticated" } },
      { shows: { state: "signed_out" } },
    ]));
});

describe("a store that is rebuilt", () => {
  it("keeps the outbox, and has everything else anew", () =>
    play([
      ...live,
      {
        push: {
          events: {
            channelId: "@7",
            events: [
              { header: { seq: "1", time: "1", account: "@2", count: "1", message: {} }, content: { text: "m1" } },
            ],
          },
        },
      },
      { shows: { channels: { "@7": { stored: [1] } } } },
      { post: { channel: "@7", sendId: "@50", text: "mine" } },
      { asks: { command: { sendId: "@50" } } },
      { rebuild: {} },
      { shows: { outbox: ["@50"], channels: { "@7": null } } },
      { asks: { getInbox: {} } },
      inbox({ rows: [{ ...row, visible: [{ from: "1" }], head: "1", unread: "1" }], version: "djI=" }),
      { shows: { outbox: ["@50"], channels: { "@7": { head: 1, have: [] } } } },
      { asks: { getHistory: { channelId: "@7", from: "1", to: "1" } } },
      {
        answer: {
          history: {
            channelId: "@7",
            from: "1",
            to: "1",
            head: "1",
            events: [
              { header: { seq: "1", time: "1", account: "@2", count: "1", message: {} }, content: { text: "m1" } },
            ],
          },
        },
      },
      { shows: { channels: { "@7": { stored: [1], have: [[1, 1]] } } } },
    ]));
});
