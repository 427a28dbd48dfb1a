import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
// @ts-expect-error: this file of the package has no types.
import forceCloseDatabase from "fake-indexeddb/lib/forceCloseDatabase";
import { describe, expect, it, vi } from "vitest";
import type { ParleyError } from "../errors.ts";
import type { ChannelEvent } from "../types.ts";
import { deleteDatabase, openDatabase } from "./idb_database.ts";
import { IndexedDbStore } from "./indexeddb_store.ts";
import { MemoryStore } from "./memory_store.ts";
import { channel, channelId, deletion, edit, message, messages, outboxEntry, reaction } from "./samples_for_test.ts";
import type { Changes } from "./store.ts";
import { storeContract } from "./store_contract_for_test.ts";

const here = channelId(1);
const all = { from: 1, to: 1_000_000, limit: 1_000_000 };

storeContract("IndexedDbStore", () => {
  const factory = new IDBFactory();
  return async () => new IndexedDbStore("parley", { factory });
});

async function opened(factory = new IDBFactory()) {
  const store = new IndexedDbStore("parley", { factory });
  await store.load();
  const lost: ParleyError[] = [];
  store.onLost((why) => lost.push(why));
  return { factory, store, lost };
}

describe("IndexedDbStore", () => {
  it("refuses what an earlier opener still wants to write, and keeps what it wrote before", async () => {
    const { factory, store: first } = await opened();
    await first.commit({ channels: [channel(1)] });
    const { store: second } = await opened(factory);
    await expect(first.commit({ channels: [channel(2)] })).rejects.toMatchObject({ name: "not_leading" });
    await expect(first.clear()).rejects.toMatchObject({ name: "not_leading" });
    await second.commit({ channels: [channel(3)] });
    expect((await first.peek()).channels).toEqual([channel(1), channel(3)]);
  });

  it("refuses an earlier opener also when it takes over between two of its commits that are on their way", async () => {
    const { factory, store: first } = await opened();
    const second = new IndexedDbStore("parley", { factory });
    const ends = await Promise.allSettled([
      ...[1, 2, 3].map((n) => first.commit({ outboxPut: [outboxEntry(n)] })),
      second.load(),
      ...[4, 5, 6].map((n) => first.commit({ outboxPut: [outboxEntry(n)] })),
    ]);
    const taken = await second.peek();
    const kept = ends.filter((end, i) => i !== 3 && end.status === "fulfilled").length;
    expect(taken.outbox.length).toBe(kept);
    await expect(first.commit({ outboxPut: [outboxEntry(7)] })).rejects.toMatchObject({ name: "not_leading" });
    expect((await second.peek()).outbox.length).toBe(kept);
  });

  it("looks without taking over", async () => {
    const { factory, store } = await opened();
    await store.commit({ channels: [channel(1)], events: [{ channel: here, events: messages(1, 2) }] });
    const other = new IndexedDbStore("parley", { factory });
    expect((await other.peek()).channels).toEqual([channel(1)]);
    expect(await other.events(here, all)).toEqual(messages(1, 2));
    await store.commit({ channels: [channel(2)] });
  });

  it("asks for the disk itself where a send is stored, and for nothing else", async () => {
    const { store } = await opened();
    const transaction = vi.spyOn(IDBDatabase.prototype, "transaction");
    await store.commit({ outboxPut: [outboxEntry(1)] });
    await store.commit({ channels: [channel(1)] });
    expect(transaction.mock.calls.map((call) => call[2]?.durability)).toEqual(["strict", "relaxed"]);
    transaction.mockRestore();
  });

  it("tells when what was stored is deleted under it, and lets it be deleted", async () => {
    const { factory, store, lost } = await opened();
    await deleteDatabase("parley", factory);
    expect(lost.map((why) => why.name)).toEqual(["storage_lost"]);
    await expect(store.commit({ channels: [channel(1)] })).rejects.toMatchObject({ name: "storage_lost" });
    await expect(store.events(here, all)).rejects.toMatchObject({ name: "storage_lost" });
  });

  it("tells when the browser closes it", async () => {
    const transaction = vi.spyOn(IDBDatabase.prototype, "transaction");
    const { store, lost } = await opened();
    const database = transaction.mock.contexts[0] as IDBDatabase;
    transaction.mockRestore();
    forceCloseDatabase(database);
    expect(lost.map((why) => why.name)).toEqual(["storage_lost"]);
    await expect(store.commit({})).rejects.toMatchObject({ name: "storage_lost" });
  });

  it("makes room for a newer version in another tab, and refuses to work on what that one has made", async () => {
    const { factory, store, lost } = await opened();
    const upgrades = [() => {}, (database: IDBDatabase) => void database.createObjectStore("new")];
    const newer = await openDatabase("parley", upgrades, () => {}, factory);
    expect(newer.objectStoreNames).toContain("new");
    expect(lost.map((why) => why.name)).toEqual(["storage_outdated"]);
    await expect(store.load()).rejects.toMatchObject({ name: "storage_outdated" });
    await expect(new IndexedDbStore("parley", { factory }).load()).rejects.toMatchObject({ name: "storage_outdated" });
  });

  it("brings an older version up to date step by step, and keeps what is in it", async () => {
    const factory = new IDBFactory();
    const first = (database: IDBDatabase) => void database.createObjectStore("a").put(1, "one");
    (await openDatabase("x", [first], () => {}, factory)).close();
    const steps = [vi.fn(), (_: IDBDatabase, upgrade: IDBTransaction) => void upgrade.objectStore("a").put(2, "two")];
    const database = await openDatabase("x", steps, () => {}, factory);
    expect(steps[0]).not.toHaveBeenCalled();
    const rows = database.transaction("a").objectStore("a").getAll();
    await new Promise((resolve) => rows.addEventListener("success", resolve));
    expect(rows.result).toEqual([1, 2]);
  });

  it("says by name when there is no room, and keeps what was there", async () => {
    const { factory, store } = await opened();
    await store.commit({ outboxPut: [outboxEntry(1)] });
    const put = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("too much", "QuotaExceededError");
    });
    await expect(store.commit({ outboxPut: [outboxEntry(2)] })).rejects.toMatchObject({ name: "storage_full" });
    put.mockRestore();
    store.close();
    expect((await new IndexedDbStore("parley", { factory }).load()).outbox).toEqual([outboxEntry(1)]);
  });

  it("says by name when the browser keeps nothing", async () => {
    const refusing = { open: () => raise("SecurityError") } as unknown as IDBFactory;
    await expect(new IndexedDbStore("parley", { factory: refusing }).load()).rejects.toMatchObject({
      name: "storage_unavailable",
    });
  });

  it("finds the newest events also where there are large holes", async () => {
    const { store } = await opened();
    await store.commit({ events: [{ channel: here, events: [...messages(1, 5), ...messages(900, 903)] }] });
    const seqs = async (limit: number) =>
      (await store.events(here, { from: 1, to: 1_000, limit })).map((found) => found.seq);
    expect(await seqs(3)).toEqual([901, 902, 903]);
    expect(await seqs(6)).toEqual([4, 5, 900, 901, 902, 903]);
    expect(await seqs(100)).toEqual([1, 2, 3, 4, 5, 900, 901, 902, 903]);
  });

  it("does the same as MemoryStore, whatever comes", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = randomOf(seed);
      const log = randomLog(random);
      const memory = new MemoryStore();
      const { factory, store } = await opened();
      for (let step = 0; step < 30; step++) {
        const changes = randomChanges(random, log);
        await memory.commit(changes);
        await store.commit(changes);
      }
      store.close();
      const reopened = new IndexedDbStore("parley", { factory });
      expect((await reopened.load()).channels, `seed ${seed}`).toEqual((await memory.load()).channels);
      expect(await reopened.events(here, all), `seed ${seed}`).toEqual(await memory.events(here, all));
    }
  });
});

function raise(name: string): never {
  throw new DOMException("no", name);
}

function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

/** What a channel's history is: messages, and what later events say of them. */
function randomLog(random: (below: number) => number): ChannelEvent[] {
  const log = [message(1)];
  for (let seq = 2; seq <= 32; seq++) {
    const messages = log.filter((event) => event.body.kind === "message");
    const target = (messages[random(messages.length)] as ChannelEvent).seq;
    const roll = random(10);
    if (roll < 5) log.push(message(seq));
    else if (roll < 7) log.push(edit(seq, target, `edit ${seq}`));
    else if (roll < 9) log.push(reaction(seq, target, random(3) === 0 ? undefined : `${seq}`));
    else log.push(deletion(seq, target));
  }
  return log;
}

/** Some of it, in whatever order it comes. */
function randomChanges(random: (below: number) => number, log: readonly ChannelEvent[]): Changes {
  const chosen = new Set(Array.from({ length: 1 + random(5) }, () => log[random(log.length)] as ChannelEvent));
  const events = [...chosen].sort((a, b) => a.seq - b.seq);
  const from = 1 + random(30);
  const roll = random(12);
  return {
    events: [{ channel: here, events }],
    ...(roll === 0 ? { channels: [channel(1, [{ from, to: from + random(4) }])] } : {}),
    ...(roll === 1 ? { erased: [{ channel: here, from, to: from + random(4) }] } : {}),
    ...(roll === 2 ? { dropped: [{ channel: here, from, to: random(2) === 0 ? 0 : from + 3 }] } : {}),
    ...(roll === 3 && random(3) === 0 ? { goneChannels: [here] } : {}),
  };
}
