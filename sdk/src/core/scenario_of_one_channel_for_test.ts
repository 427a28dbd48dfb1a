// A live client of one group that one message was said in, for scenarios of what the user sets for themselves.
import { readScenario, Stage, type Step } from "./scenario_for_test.ts";

export const play = (steps: readonly Step[]) => new Stage(readScenario(JSON.stringify({ about: "", steps }))).play();

const message = (seq: number) => ({
  header: { seq: String(seq), time: "1700000000000", account: "@2", count: String(seq), message: {} },
  content: { text: "hello" },
});
const push = (...seqs: number[]): Step => ({ push: { events: { channelId: "@7", events: seqs.map(message) } } });
export const row = {
  channelId: "@7",
  kind: "CHANNEL_KIND_GROUP",
  role: "ROLE_MEMBER",
  members: 2,
  visible: [{ from: "1" }],
};
/** From the connection to the question for the inbox. */
export const connected: readonly Step[] = [
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
export const inbox = (head: number, registers: object = {}): Step => ({
  answer: {
    inbox: { incarnation: "@100", rows: [{ ...row, head: String(head), registers }], version: "djE=" },
  },
});
export const live: readonly Step[] = [
  { start: {} },
  { token: { token: "t1", holdsMs: 3_600_000 } },
  ...connected,
  inbox(0),
  { shows: { state: "live" } },
  push(1),
  { asks: { moveCursor: { delivered: "1" } } },
  { answer: { registers: { delivered: "1" } } },
];
export const reads = (seq: number): Step => ({ read: { channel: "@7", seq } });
