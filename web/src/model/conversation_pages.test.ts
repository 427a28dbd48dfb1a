import type { AccountId, ChannelEvent, ChannelId, ChannelState, HistoryPage, HistoryQuery } from "@parley/sdk";
import { ParleyError } from "@parley/sdk";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Conversation } from "./conversation.ts";
import { Observable } from "./observable.ts";
import type { Session } from "./session.ts";

const channel = "here" as ChannelId;
const [me, ben] = ["me" as AccountId, "ben" as AccountId];

const said = (seq: number, account = ben): ChannelEvent =>
  ({
    seq,
    time: seq,
    account,
    body: { kind: "message", replyTo: 0, mentions: [], forwarded: false },
    content: { kind: "text", text: `${seq}` },
  }) as unknown as ChannelEvent;

/** A channel of `head` messages, of which the store has those from `stored` on, and a server that has them all. */
class World {
  readonly #listeners = new Map<string, ((told: unknown) => void)[]>();
  state: ChannelState;
  stored: number;
  /** The last one that is in the store, where it is not the newest. */
  storedTo = Number.POSITIVE_INFINITY;
  fails: ParleyError | undefined;
  readonly asked: HistoryQuery[] = [];
  readonly reads: number[] = [];
  readonly opened: (readonly ChannelId[])[] = [];
  readonly set: object[] = [];
  isHeld = false;
  /** What the server was asked while it was held; each is answered when it is called. */
  readonly answers: (() => void)[] = [];

  constructor(head: number, stored: number, more: Partial<ChannelState> = {}) {
    this.stored = stored;
    this.state = {
      id: channel,
      kind: "group",
      role: "member",
      head,
      visible: [{ from: 1, to: 0 }],
      unread: 0,
      unreadMentions: 0,
      readWanted: 0,
      registers: { hidden: [], read: 0, markedUnread: false },
      ...more,
    } as unknown as ChannelState;
  }

  readonly client = {
    state: { name: "live" },
    on: (name: string, listener: (told: never) => void, { signal }: { signal?: AbortSignal } = {}) => {
      const own = (told: unknown) => signal?.aborted || (listener as (told: unknown) => void)(told);
      this.listen(name, own);
    },
    open: (channels: readonly ChannelId[]) => this.opened.push(channels),
    channel: () => this.state,
    outbox: () => [],
    history: (_: ChannelId, query: HistoryQuery) => this.history(query),
    read: async (_: ChannelId, seq: number) => void this.reads.push(seq),
    setRegisters: async (_: ChannelId, change: object) => void this.set.push(change),
  };
  readonly drafts = { leaving: new Observable([]) };
  readonly failed = { all: new Observable(new Map()), of: () => [] };
  readonly coming = { all: new Observable(new Map()), get: () => undefined };
  readonly me = me;
  channel = () => this.state;
  listen(name: string, listener: (told: unknown) => void): void {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
  }
  tell(name: string, told: object = {}): void {
    for (const listener of this.#listeners.get(name) ?? []) listener({ channel: this.state, ...told });
  }
  /** Others say something. */
  say(...seqs: number[]): void {
    this.state = { ...this.state, head: Math.max(this.state.head, ...seqs) };
    this.tell("events", { events: seqs.map((seq) => said(seq)), placement: "next" });
  }
  async history(query: HistoryQuery): Promise<HistoryPage> {
    const { before, after, around, limit = 50, local } = query;
    if (!local) {
      this.asked.push(query);
      if (this.isHeld) await new Promise<void>((resolve) => this.answers.push(resolve));
      if (this.fails !== undefined) throw this.fails;
    }
    const { head } = this.state;
    const [first, last] = local ? [this.stored, Math.min(head, this.storedTo)] : [1, head];
    const half = Math.floor(limit / 2);
    const from = around !== undefined ? around - half : after !== undefined ? after + 1 : (before ?? last + 1) - limit;
    const to = around !== undefined ? around + half : after !== undefined ? after + limit : (before ?? last + 1) - 1;
    const [low, high] = [Math.max(from, first), Math.min(to, last)];
    const events = Array.from({ length: Math.max(high - low + 1, 0) }, (_, at) => said(low + at));
    return { events, from: low, to: high, reachedStart: low <= 1, reachedHead: high >= head };
  }
}

let world: World;
let open: Conversation;
const settled = () => vi.advanceTimersByTimeAsync(40);
const begin = async (at?: number) => {
  open = new Conversation(world as unknown as Session, channel, at);
  await settled();
};
const seqs = () => open.view.get().rows.flatMap((row) => (row.kind === "message" ? row.event.seq : []));
const range = () => [seqs()[0], seqs().at(-1)];
/** The first message behind the line. */
const lineAt = () => {
  const { rows } = open.view.get();
  const next = rows[rows.findIndex((row) => row.kind === "new") + 1];
  return next?.kind === "message" && rows.some((row) => row.kind === "new") ? next.event.seq : undefined;
};
beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  open.close();
  vi.useRealTimers();
});

describe("a conversation begins", () => {
  test("at its end, with what is on the device, and asks for the rest", async () => {
    world = new World(200, 190);
    world.isHeld = true;
    await begin();
    expect(range()).toEqual([191, 200]);
    expect(open.view.get()).toMatchObject({ loading: false, atHead: true, reachedStart: false });
    for (const answer of world.answers) answer();
    await settled();
    expect(range()).toEqual([142, 200]);
    expect(world.asked).toEqual([expect.objectContaining({ limit: 60 })]);
  });

  test("at the newest, also where enough is on the device that ends before it", async () => {
    world = new World(300, 1);
    world.storedTo = 100;
    await begin();
    expect(range()).toEqual([242, 300]);
    expect(open.view.get().atHead).toBe(true);
  });

  test("asks nobody where enough is on the device", async () => {
    world = new World(200, 1);
    await begin();
    expect(world.asked).toEqual([]);
  });

  test("with nothing but what is whole: what is told before the first page comes waits for it", async () => {
    world = new World(200, 300);
    world.isHeld = true;
    await begin();
    world.say(201);
    await settled();
    expect([seqs(), open.view.get().loading]).toEqual([[], true]);
    for (const answer of world.answers) answer();
    await settled();
    expect(range()).toEqual([143, 201]);
  });

  test("when its channel is known, where it may still come", async () => {
    world = new World(100, 1);
    const known = world.state;
    world.state = undefined as never;
    world.client.state = { name: "connecting" };
    await begin();
    expect(open.view.get().loading).toBe(true);
    world.state = known;
    world.tell("state");
    await settled();
    expect(range()).toEqual([42, 100]);
  });

  test("with a line above the first that is new, where that is among the newest", async () => {
    world = new World(100, 1, { unread: 10, readWanted: 90 });
    await begin();
    expect([lineAt(), range()[1]]).toEqual([91, 100]);
  });

  test("around the first that is new where much is", async () => {
    world = new World(500, 1, { unread: 400, readWanted: 100 });
    await begin();
    expect(lineAt()).toBe(101);
    expect(range()).toEqual([72, 131]);
    expect(open.view.get().atHead).toBe(false);
  });

  test("around the message that it is asked for", async () => {
    world = new World(500, 400);
    await begin(200);
    expect(range()).toEqual([171, 230]);
  });

  test("anew where what came meanwhile is known only when the inbox is complete", async () => {
    world = new World(100, 1);
    world.client.state = { name: "syncing" };
    await begin();
    const before = open.view.get().openings;
    world.state = { ...world.state, head: 400, unread: 300, readWanted: 100 };
    world.tell("synced");
    await settled();
    expect(open.view.get().openings).toBe(before + 1);
    expect(lineAt()).toBe(101);
  });
});

test("who asked for a message stays there when the inbox is complete", async () => {
  world = new World(500, 1);
  world.client.state = { name: "syncing" };
  await begin(200);
  world.state = { ...world.state, unread: 300, readWanted: 200 };
  world.tell("synced");
  world.tell("channel");
  await settled();
  expect([range(), open.view.get().openings]).toEqual([[171, 230], 0]);
});

describe("pages", () => {
  test("come on both sides, one at a time, until the ends", async () => {
    world = new World(150, 140);
    await begin(75);
    expect(range()).toEqual([46, 105]);
    await Promise.all([open.loadOlder(), open.loadOlder(), open.loadNewer(), open.loadNewer()]);
    await settled();
    expect(range()).toEqual([1, 150]);
    expect(new Set(seqs()).size).toBe(seqs().length);
    expect(world.asked).toHaveLength(3);
    expect(open.view.get()).toMatchObject({ reachedStart: true, atHead: true });
    const asked = world.asked.length;
    await open.loadOlder();
    await open.loadNewer();
    expect(world.asked).toHaveLength(asked);
  });

  test("that cannot be had say why, and the next one that comes says no more", async () => {
    world = new World(200, 150);
    await begin();
    world.fails = new ParleyError("overloaded", "");
    await open.loadOlder();
    expect(open.problem.get()?.name).toBe("overloaded");
    world.fails = undefined;
    await open.loadOlder();
    expect(open.problem.get()).toBeUndefined();
  });

  test("that were asked for before a jump are not put behind it", async () => {
    world = new World(500, 440);
    await begin();
    world.isHeld = true;
    const older = open.loadOlder();
    const jump = open.jumpTo(100);
    for (const answer of world.answers.splice(0)) answer();
    await settled();
    for (const answer of world.answers.splice(0)) answer();
    expect(await jump).toBe(true);
    await older;
    await settled();
    expect(range()).toEqual([71, 130]);
  });

  test("of a jump are not shown where another one has been made since, though they come later", async () => {
    world = new World(500, 440);
    await begin();
    world.isHeld = true;
    const [first, second] = [open.jumpTo(100), open.jumpTo(300)];
    await settled();
    world.isHeld = false;
    world.answers.pop()?.();
    await second;
    for (const answer of world.answers) answer();
    await first;
    await settled();
    expect(range()).toEqual([271, 330]);
  });

  test("of what cannot be seen show nothing else", async () => {
    world = new World(100, 1);
    await begin();
    expect(await open.jumpTo(50)).toBe(true);
    expect(world.asked).toHaveLength(0);
    expect(await open.jumpTo(999)).toBe(false);
  });

  test("are forgotten with a history that is another one now", async () => {
    world = new World(100, 1);
    await begin();
    world.state = { ...world.state, head: 60 };
    world.tell("history_dropped", { after: 60 });
    await settled();
    expect(range()[1]).toBe(60);
  });
});

describe("what is new", () => {
  test("follows at the end, and is left out where one reads elsewhere", async () => {
    world = new World(200, 1);
    await begin();
    world.say(201, 202);
    await settled();
    expect(range()[1]).toBe(202);
    await open.jumpTo(50);
    world.say(203);
    await settled();
    expect(range()[1]).toBe(80);
  });

  test("is fetched where something before it is missing", async () => {
    world = new World(100, 1);
    await begin();
    world.say(103);
    await settled();
    expect(seqs().slice(-4)).toEqual([100, 101, 102, 103]);
    expect(open.view.get().atHead).toBe(true);
  });

  test("stands behind a line that comes while nobody looks, and goes with one's own answer", async () => {
    world = new World(100, 1);
    await begin();
    open.markNewLine();
    world.state = { ...world.state, unread: 1, readWanted: 100 };
    world.say(101);
    open.markNewLine();
    await settled();
    expect(lineAt()).toBe(101);
    open.forgetNewLine();
    await settled();
    expect(lineAt()).toBeUndefined();
  });
});

describe("what was on the screen", () => {
  test("is read once, and nothing that is read already, or does not exist", async () => {
    world = new World(100, 1, { readWanted: 40 });
    await begin();
    open.sawUpTo(40);
    open.sawUpTo(101);
    open.sawUpTo(60);
    world.state = { ...world.state, readWanted: 60 };
    open.sawUpTo(60);
    expect(world.reads).toEqual([60]);
  });

  test("takes the mark that one set, once", async () => {
    world = new World(10, 1);
    world.state = { ...world.state, registers: { ...world.state.registers, markedUnread: true } };
    await begin();
    open.sawUpTo(5);
    open.sawUpTo(6);
    expect(world.set).toEqual([{ markedUnread: false }]);
  });

  test("is told to nobody by who is no member", async () => {
    world = new World(10, 1, { role: "none" });
    await begin();
    open.sawUpTo(5);
    expect(world.reads).toEqual([]);
  });
});

test("a conversation that was left asks and shows nothing more", async () => {
  world = new World(100, 1);
  await begin();
  const before = open.view.get();
  world.say(101);
  open.close();
  world.say(102);
  world.failed.all.set(new Map());
  await settled();
  expect(open.view.get()).toBe(before);
  expect(world.opened).toEqual([[channel], []]);
});
