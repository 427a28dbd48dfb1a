import type { AccountId, ChannelEvent, ChannelId, ChannelState, OutboxEntry } from "@parley/sdk";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ChannelList, type Parts } from "./channel_list.ts";
import type { ComingChannel } from "./coming_channels.ts";
import type { ComposerDraft } from "./drafts.ts";
import { Observable } from "./observable.ts";
import type { AppClient, Profile } from "./ports.ts";

const [me, ben] = ["me" as AccountId, "ben" as AccountId];
const quiet = { delivered: 0, read: 0, markedUnread: false, mutedUntil: 0, pinned: false, archived: false, hidden: [] };
const [choir, withBen] = ["choir" as ChannelId, "with-ben" as ChannelId];

function state(id: ChannelId, more: Partial<ChannelState> = {}): ChannelState {
  const base = { id, kind: "group", title: id, role: "member", registers: quiet, headTime: 1, readByAll: 0, unread: 0 };
  return { ...base, deliveredByAll: 0, unreadMentions: 0, ...more } as unknown as ChannelState;
}

function said(text: string, account: AccountId, seq = 1): ChannelEvent {
  return {
    seq,
    time: seq,
    account,
    body: { kind: "message" },
    content: { kind: "text", text },
  } as unknown as ChannelEvent;
}

/** What a list is made from, changed by hand. */
class World {
  readonly me = { account: me };
  readonly clockOffset = 0;
  readonly loaded = Promise.resolve();
  readonly states = new Map<ChannelId, ChannelState>();
  waiting: OutboxEntry[] = [];
  readonly names = new Map<AccountId, Profile>();
  readonly draftsBy = new Map<ChannelId, ComposerDraft>();
  readonly people = {
    changed: new Observable(0),
    me: new Observable(undefined),
    get: (account: AccountId) => this.names.get(account),
    nameOf: (account: AccountId) => this.names.get(account)?.displayName ?? "",
  };
  readonly live = { typing: new Observable(new Map()), presence: new Observable(new Map()) };
  readonly drafts = {
    changed: new Observable(0),
    leaving: new Observable([]),
    get: (id: ChannelId) => this.draftsBy.get(id) ?? nothing,
  };
  readonly failed = { all: new Observable(new Map()) };
  readonly coming = {
    all: new Observable<ReadonlyMap<ChannelId, ComingChannel>>(new Map()),
    get: (id: ChannelId): ComingChannel | undefined => this.coming.all.get().get(id),
  };
  readonly #listeners = new Map<string, (told: unknown) => void>();
  on = (name: string, listener: (told: unknown) => void) => this.#listeners.set(name, listener);
  outbox = () => this.waiting;
  channels = () => [...this.states.values()];
  channel = (id: ChannelId) => this.states.get(id);
  readonly stored: ChannelEvent[] = [];
  history = async (_channel: ChannelId, { before = 0, limit = 0 }) => {
    const below = this.stored.filter(({ seq }) => seq < before);
    return { events: below.slice(-limit), reachedStart: below.length <= limit };
  };

  list = () => new ChannelList({ ...this, client: this as unknown as AppClient } as unknown as Parts);
  async change(state: ChannelState) {
    this.states.set(state.id, state);
    await this.tell();
  }
  async call(account: AccountId, displayName: string) {
    this.names.set(account, { displayName, handle: "", avatar: "" } as Profile);
    this.people.changed.set(this.people.changed.get() + 1);
    await settled();
  }
  async tell(name = "channel", told: unknown = undefined) {
    this.#listeners.get(name)?.(told);
    await settled();
  }
}

const nothing: ComposerDraft = { text: "" };
// A list is made anew at most once for a picture of the screen.
const settled = () => vi.advanceTimersByTimeAsync(40);

describe("the channel list", () => {
  let world: World;
  let list: ChannelList;
  const row = (id: ChannelId) => list.rows.get().find((row) => row.id === id);
  afterEach(() => vi.useRealTimers());
  beforeEach(async () => {
    vi.useFakeTimers();
    world = new World();
    world.states.set(choir, state(choir, { last: said("Seven o'clock", ben), headTime: 5 }));
    world.states.set(withBen, state(withBen, { kind: "direct", peer: ben, last: said("Hi", me) }));
    list = world.list();
    await settled();
  });

  test("keeps the rows that nothing happened to, and makes those anew that something happened to", async () => {
    const [before, other] = [row(choir), row(withBen)];
    await world.change(state(choir, { last: said("Eight o'clock", ben, 2), headTime: 6, unread: 1 }));
    expect(row(choir)).toMatchObject({ unread: 1, last: { text: "Eight o'clock" } });
    expect(row(choir)).not.toBe(before);
    expect(row(withBen)).toBe(other);
  });

  test("keeps a row that says the same although its channel changed", async () => {
    const before = row(choir);
    await world.change(state(choir, { last: said("Seven o'clock", ben), headTime: 5, readWanted: 3 }));
    expect(row(choir)).toBe(before);
  });

  test("shows a name once it is known, in the rows and in what somebody said last", async () => {
    expect(row(withBen)?.name).toBe("");
    await world.call(ben, "Ben Okri");
    expect(row(withBen)?.name).toBe("Ben Okri");
    expect(row(choir)?.last).toMatchObject({ author: "Ben" });
  });

  test("shows before what was said last: who types, what was refused, a draft, what waits", async () => {
    const waits = {
      channel: choir,
      created: 9,
      command: { kind: "post", content: { kind: "text", text: "On my way" } },
    };
    world.waiting = [waits as unknown as OutboxEntry];
    await world.tell();
    expect(row(choir)).toMatchObject({ time: 9, last: { text: "On my way", tick: "waiting" } });
    world.draftsBy.set(choir, { text: "And then" });
    world.drafts.changed.set(1);
    await settled();
    expect(row(choir)?.last).toEqual({ kind: "draft", text: "And then" });
    world.failed.all.set(new Map([[choir, [{}]]]));
    await settled();
    expect(row(choir)?.last).toEqual({ kind: "failed" });
    await world.call(ben, "Ben Okri");
    world.live.typing.set(new Map([[choir, [ben]]]));
    await settled();
    expect(row(choir)?.last).toEqual({ kind: "typing", names: ["Ben"] });
    world.live.typing.set(new Map());
    world.failed.all.set(new Map());
    world.draftsBy.clear();
    world.drafts.changed.set(2);
    world.waiting = [];
    await world.tell();
    expect(row(choir)?.last).toMatchObject({ kind: "message", text: "Seven o'clock" });
  });

  test("shows who came online, pinned ones first, and ticks as they move", async () => {
    expect(list.rows.get().map(({ id }) => id)).toEqual([choir, withBen]);
    world.live.presence.set(new Map([[ben, { account: ben, online: true }]]));
    await settled();
    expect(row(withBen)).toMatchObject({ online: true, last: { tick: "sent" } });
    const pinned = { registers: { ...quiet, pinned: true }, readByAll: 1 };
    await world.change(state(withBen, { kind: "direct", peer: ben, last: said("Hi", me), ...pinned }));
    expect(list.rows.get().map(({ id }) => id)).toEqual([withBen, choir]);
    expect(row(withBen)?.last).toMatchObject({ tick: "read" });
  });

  test("shows the message before those that were deleted for oneself, as it is now", async () => {
    const registers = { ...quiet, hidden: [{ from: 60, to: 200 }] };
    for (let seq = 2; seq <= 200; seq++) world.stored.push(said(`number ${seq}`, ben, seq));
    const last = { ...said("", ben, 200), contentGone: "hidden" } as ChannelEvent;
    await world.change(state(choir, { last, registers }));
    expect(row(choir)).toMatchObject({ time: 59, last: { text: "number 59", deleted: false } });
    world.stored[57] = { ...said("", ben, 59), contentGone: "deleted" };
    await world.tell("events", { channel: { id: choir }, events: [{ body: { kind: "deleted" } }] });
    await settled();
    expect(row(choir)).toMatchObject({ last: { text: "", deleted: true } });
    await world.change(state(choir, { last, registers: { ...quiet, hidden: [{ from: 1, to: 0 }] } }));
    expect(row(choir)?.last).toEqual({ kind: "none" });
  });

  test("shows what is only to be made, with what was said there, until the server has it", async () => {
    const trip = "trip" as ChannelId;
    const made = state(trip, { headTime: 50, head: 0, role: "owner" });
    world.coming.all.set(new Map([[trip, { state: made, step: "making" }]]));
    await settled();
    expect(list.rows.get().map(({ id }) => id)).toEqual([trip, choir, withBen]);
    expect(row(trip)).toMatchObject({
      name: "trip",
      coming: true,
      gone: false,
      last: { kind: "coming", step: "making" },
    });
    const waits = { channel: trip, created: 60, command: { kind: "post", content: { kind: "text", text: "hello?" } } };
    world.waiting = [waits as unknown as OutboxEntry];
    await world.tell();
    expect(row(trip)).toMatchObject({ time: 60, last: { kind: "message", text: "hello?", tick: "waiting" } });
    world.states.set(trip, state(trip, { head: 1, last: said("hello?", me) }));
    world.waiting = [];
    world.coming.all.set(new Map());
    await settled();
    expect(list.rows.get().filter(({ id }) => id === trip)).toHaveLength(1);
    expect(row(trip)).toMatchObject({ coming: false, last: { tick: "sent" } });
  });

  test("says of a group that one is to join that one waits, and offers it to nobody to write in", async () => {
    const trip = "trip" as ChannelId;
    world.coming.all.set(
      new Map([[trip, { state: state(trip, { title: "", head: 0, role: "none" }), step: "joining" }]]),
    );
    await settled();
    expect(row(trip)).toMatchObject({ coming: true, gone: true, last: { kind: "coming", step: "joining" } });
  });

  test("shows no draft where one may no longer write, but what was said last", async () => {
    world.draftsBy.set(choir, { text: "a precious draft" });
    await world.change(state(choir, { last: said("Seven o'clock", ben), role: "none" }));
    expect(row(choir)).toMatchObject({ gone: true, last: { kind: "message", text: "Seven o'clock" } });
    await world.change(state(choir, { last: said("Seven o'clock", ben) }));
    expect(row(choir)?.last).toEqual({ kind: "draft", text: "a precious draft" });
  });
});
