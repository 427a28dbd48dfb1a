import {
  type ChannelEvent,
  type ChannelId,
  type ChannelState,
  type ClientEventName,
  type ClientEvents,
  type HistoryPage,
  type HistoryQuery,
  ParleyError,
} from "@parley/sdk";
import { expect, test, vi } from "vitest";
import { LocalSearchEngine } from "./engine.ts";
import { MessageSearch, type SearchedClient } from "./message_search.ts";

const C = "c" as ChannelId;

function message(seq: number, text: string): ChannelEvent {
  const body = { kind: "message", replyTo: 0, mentions: [], forwarded: false } as const;
  return { seq, time: seq, count: seq, cryptoEpoch: 0, body, content: { kind: "text", text } };
}

/** A client of one channel whose store the test writes; reads wait for `release()` while `held`. */
class FakeClient implements SearchedClient {
  readonly loaded = Promise.resolve();
  readonly stored = new Map<number, ChannelEvent>();
  gone = false;
  hidden: ChannelState["registers"]["hidden"] = [];
  reads = 0;
  /** So many reads fail. */
  failures = 0;
  #held: (() => void)[] | undefined;
  readonly #listeners: [ClientEventName, (event: never) => void][] = [];

  on<Name extends ClientEventName>(name: Name, listener: (event: ClientEvents[Name]) => void): () => void {
    this.#listeners.push([name, listener]);
    return () => {};
  }

  tell<Name extends ClientEventName>(name: Name, event: ClientEvents[Name]): void {
    for (const [wanted, listener] of this.#listeners)
      if (wanted === name) (listener as (event: ClientEvents[Name]) => void)(event);
  }

  store(...events: ChannelEvent[]): void {
    for (const event of events) this.stored.set(event.seq, event);
  }

  storeAndTell(...events: ChannelEvent[]): void {
    this.store(...events);
    this.tell("events", { channel: this.#state(), events, placement: "next" });
  }

  channels(): readonly ChannelState[] {
    return this.gone ? [] : [this.#state()];
  }

  channel(): ChannelState | undefined {
    return this.gone ? undefined : this.#state();
  }

  hold(): void {
    this.#held = [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const resolve of held) resolve();
  }

  async history(_channel: ChannelId, query: HistoryQuery = {}): Promise<HistoryPage> {
    this.reads++;
    if (this.failures > 0) {
      this.failures--;
      throw new ParleyError("unreachable", "The tab that reads for all has gone.");
    }
    const { before, around, limit = 50 } = query;
    const events = [...this.stored.values()]
      .filter((event) =>
        around === undefined ? event.seq < (before ?? Number.POSITIVE_INFINITY) : event.seq === around,
      )
      .sort((a, b) => a.seq - b.seq)
      .slice(-limit);
    const held = this.#held;
    if (held !== undefined) await new Promise<void>((resolve) => held.push(resolve));
    // As the client does.
    if (this.gone) throw new ParleyError("channel_unknown", "There is no such channel here.");
    return { events, from: events[0]?.seq ?? 1, to: (before ?? 2) - 1, reachedStart: false, reachedHead: false };
  }

  #state(): ChannelState {
    const head = Math.max(0, ...this.stored.keys());
    const registers = { hidden: this.hidden };
    return { id: C, head, have: head === 0 ? [] : [{ from: 1, to: head }], registers } as unknown as ChannelState;
  }
}

const searchOf = (client: FakeClient) => new MessageSearch(client, new LocalSearchEngine());
async function found(search: MessageSearch, query: string): Promise<number[]> {
  return (await search.search(query)).hits.map((hit) => hit.seq);
}
test("everything that is stored can be found, over many pages and gaps", async () => {
  const client = new FakeClient();
  for (let seq = 1; seq <= 1_000; seq += 3) client.store(message(seq, `word${seq}`));
  const search = searchOf(client);
  await search.ready;
  expect((await search.search("word")).total).toBe(334);
  expect(await found(search, "word1000")).toEqual([1_000]);
});

test("what comes is found, an edit replaces what was said, a deletion takes it away", async () => {
  const client = new FakeClient();
  const search = searchOf(client);
  await search.ready;
  client.storeAndTell(message(1, "hello"), message(2, "hello again"));
  expect(await found(search, "hello")).toEqual([2, 1]);

  const edited = {
    ...message(1, "hello"),
    annotation: { edits: [3], current: { kind: "text", text: "goodbye" }, reactions: [] },
  } as const;
  client.store(edited);
  client.storeAndTell({ ...message(3, "goodbye"), body: { kind: "edited", target: 1 } });
  await vi.waitFor(async () => expect(await found(search, "hello")).toEqual([2]));
  expect(await found(search, "goodbye")).toEqual([1]);

  client.storeAndTell({ ...message(4, ""), body: { kind: "deleted", targets: [1, 2] } });
  expect(await found(search, "hello")).toEqual([]);
  expect(await found(search, "goodbye")).toEqual([]);
});

test("a deletion while the store is being read is not undone by the page that was read before it", async () => {
  const client = new FakeClient();
  client.store(message(1, "secret"), message(2, "public"));
  client.hold();
  const search = searchOf(client);
  await vi.waitFor(() => expect(client.reads).toBe(1));
  const { content: _gone, ...empty } = message(1, "");
  client.store({ ...empty, contentGone: "deleted" });
  client.storeAndTell({ ...message(3, ""), body: { kind: "deleted", targets: [1] } });
  client.release();
  await search.ready;
  expect(await found(search, "secret")).toEqual([]);
  expect(await found(search, "public")).toEqual([2]);
});

test("what I deleted for me, a dropped history and a channel that is gone are not found", async () => {
  const client = new FakeClient();
  client.store(message(1, "x"), message(2, "x"), message(3, "x"), message(4, "x"));
  const search = searchOf(client);
  await search.ready;
  client.hidden = [{ from: 2, to: 2 }];
  client.tell("channel", { channel: client.channel() as ChannelState });
  expect(await found(search, "x")).toEqual([4, 3, 1]);
  client.tell("history_dropped", { channel: client.channel() as ChannelState, after: 3 });
  expect(await found(search, "x")).toEqual([3, 1]);
  client.gone = true;
  client.tell("channel_gone", { channel: C });
  expect(await found(search, "x")).toEqual([]);
});

test("a page that cannot be read at first is read again; one that never can be holds up nothing", async () => {
  const client = new FakeClient();
  client.store(message(1, "x"));
  client.failures = 2;
  const search = searchOf(client);
  await search.ready;
  expect(await found(search, "x")).toEqual([1]);
  client.failures = Number.POSITIVE_INFINITY;
  const other = searchOf(client);
  await other.ready;
  expect(await found(other, "x")).toEqual([]);
});

test("it is told that there is more to find, or less", async () => {
  vi.useFakeTimers();
  const client = new FakeClient();
  client.store(message(1, "x"));
  const search = searchOf(client);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(search.changed.get()).toBe(1);
  client.storeAndTell(message(2, "x"), message(3, "x"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(search.changed.get()).toBe(2);
  client.tell("history_dropped", { channel: client.channel() as ChannelState, after: 2 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(search.changed.get()).toBe(3);
  vi.useRealTimers();
});

test("a channel that goes while it is being read leaves nothing behind", async () => {
  const client = new FakeClient();
  client.store(message(1, "x"));
  client.hold();
  const search = searchOf(client);
  await vi.waitFor(() => expect(client.reads).toBe(1));
  client.gone = true;
  client.tell("channel_gone", { channel: C });
  client.release();
  await search.ready;
  expect(await found(search, "x")).toEqual([]);
});
