import type { AccountId, ChannelEvent, ChannelId, ChannelState, HistoryPage, OutboxEntry } from "@parley/sdk";
import { ParleyError } from "@parley/sdk";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ComingChannel } from "./coming_channels.ts";
import { Conversation } from "./conversation.ts";
import { DraftJournal } from "./draft_journal.ts";
import { Drafts } from "./drafts.ts";
import type { FailedSend } from "./failed_sends.ts";
import { Observable } from "./observable.ts";
import type { AppClient } from "./ports.ts";
import type { Session } from "./session.ts";

const channel = "here" as ChannelId;
const me = "me" as AccountId;
const visible = [{ from: 1, to: 0 }];

function said(seq: number, text: string, sendId?: string): ChannelEvent {
  return {
    seq,
    time: seq,
    account: me,
    sendId,
    count: seq,
    cryptoEpoch: 0,
    body: { kind: "message", replyTo: 0, mentions: [], forwarded: false },
    content: { kind: "text", text },
  } as unknown as ChannelEvent;
}

function state(id: ChannelId, head: number): ChannelState {
  return {
    id,
    kind: "group",
    role: "member",
    head,
    visible,
    unread: 0,
    registers: { hidden: [] },
  } as unknown as ChannelState;
}

/** A session of one channel whose client does what it is told. */
class World {
  readonly #listeners = new Map<string, ((told: unknown) => void)[]>();
  readonly me = me;
  readonly client = {
    me: { account: me },
    state: { name: "live" },
    on: (name: string, listener: (told: never) => void) => {
      this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener as (told: unknown) => void]);
    },
    open: () => {},
    channel: () => this.known,
    outbox: () => this.outbox,
    values: () => new Map(),
    setValue: async () => {},
    history: async () => {
      this.asked++;
      if (this.known === undefined) throw new ParleyError("channel_unknown", "");
      const to = this.known.head;
      return { events: this.log, from: 1, to, reachedStart: true, reachedHead: true } satisfies HistoryPage;
    },
  };
  readonly drafts = new Drafts(this.client as unknown as AppClient, new DraftJournal(undefined));
  readonly failed = { all: new Observable(new Map()), of: (): FailedSend[] => [] };
  readonly coming = {
    all: new Observable<ReadonlyMap<ChannelId, ComingChannel>>(new Map()),
    get: (id: ChannelId) => this.coming.all.get().get(id),
  };
  known: ChannelState | undefined = state(channel, 1);
  log: ChannelEvent[] = [said(1, "before")];
  outbox: OutboxEntry[] = [];
  asked = 0;
  channel = (id: ChannelId) => this.known ?? this.coming.get(id)?.state;
  tell(name: string, told: unknown): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(told);
  }
}

let world: World;
let open: Conversation;
const settled = () => vi.advanceTimersByTimeAsync(40);
const rows = () =>
  open.view.get().rows.flatMap((row) => {
    if (row.kind === "message") return { key: row.key, is: row.event.content };
    if (row.kind === "pending" && row.entry.command.kind === "post")
      return { key: row.key, waits: row.entry.command.content };
    return [];
  });
const text = (text: string) => ({ kind: "text", text });
function begin(): void {
  open = new Conversation(world as unknown as Session, channel);
}

beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
});
afterEach(() => {
  open.close();
  vi.useRealTimers();
});

test("what was sent is there while the store has not got it, in the outbox and in the log: one row all the time", async () => {
  begin();
  await settled();
  world.drafts.set(channel, { text: " hello " });
  const leaving = world.drafts.takeForSend(channel);
  await settled();
  const { sendId } = leaving.entry;
  const before = { key: "seq-1", is: text("before") };
  expect(rows()).toEqual([before, { key: sendId, waits: text("hello") }]);

  world.outbox = [{ ...leaving.entry, order: 1 }];
  world.tell("queued", { entry: world.outbox[0] });
  await settled();
  expect(rows()).toEqual([before, { key: sendId, waits: text("hello") }]);
  world.drafts.left(leaving);

  const event = said(2, "hello", sendId);
  world.outbox = [];
  world.known = state(channel, 2);
  world.tell("events", { channel: world.known, events: [event], placement: "next" });
  world.tell("sent", { channel, sendId });
  await settled();
  expect(rows()).toEqual([before, { key: sendId, is: text("hello") }]);
});

test("what could not be stored is no longer shown as sent", async () => {
  begin();
  await settled();
  world.drafts.set(channel, { text: "hello" });
  const leaving = world.drafts.takeForSend(channel);
  await settled();
  expect(rows()).toHaveLength(2);
  world.drafts.cameBack(leaving);
  await settled();
  expect(rows()).toHaveLength(1);
  expect(world.drafts.get(channel).text).toBe("hello");
});

test("a change is seen while the store has not got it", async () => {
  begin();
  await settled();
  world.drafts.edit(channel, 1, "corrected");
  world.drafts.takeForSend(channel);
  await settled();
  const [row] = open.view.get().rows.filter((row) => row.kind === "message");
  expect(row?.kind === "message" && row.event.annotation?.current).toEqual(text("corrected"));
});

test("a channel that is only to be made is empty without a word of the server, and has its history once it is known", async () => {
  world.known = undefined;
  const coming = { step: "making", state: state(channel, 0) } as const;
  world.coming.all.set(new Map([[channel, coming]]));
  begin();
  await settled();
  expect(open.view.get()).toMatchObject({ coming: "making", loading: false, reachedStart: true, rows: [] });
  expect([world.asked, open.problem.get()]).toEqual([0, undefined]);
  world.known = state(channel, 1);
  world.coming.all.set(new Map());
  await settled();
  expect(open.view.get().coming).toBeUndefined();
  expect(rows()).toEqual([{ key: "seq-1", is: text("before") }]);
});

test("a channel that is not to be made after all does not exist", async () => {
  world.known = undefined;
  world.coming.all.set(new Map([[channel, { step: "joining", state: state(channel, 0) }]]));
  begin();
  await settled();
  world.coming.all.set(new Map());
  await settled();
  expect(open.problem.get()?.name).toBe("channel_unknown");
});
