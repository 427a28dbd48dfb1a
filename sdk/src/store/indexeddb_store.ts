import { ParleyError } from "../errors.ts";
import type { ChannelId } from "../ids.ts";
import type { ChannelEvent, ChannelState, OutboxEntry, SeqRange } from "../types.ts";
import { answer, finished, openDatabase, storageError, type Upgrade } from "./idb_database.ts";
import { dropChannelEvents, dropEvents, type EventsOfChannel, keys, writeEvents } from "./idb_events.ts";
import type { Changes, EventsQuery, SessionRecord, Store, StoredState } from "./store.ts";

export interface IndexedDbSettings {
  /** The browser's where nothing is said. */
  readonly factory?: IDBFactory | undefined;
  /** The highest generation that is known of: one that begins anew, for it was deleted, is above it all the same. */
  readonly above?: number | undefined;
}

/** Never changed once it was published: what comes later is a further one. */
const upgrades: readonly Upgrade[] = [
  (database) => {
    database.createObjectStore("state");
    database.createObjectStore("channels", { keyPath: "id" });
    database.createObjectStore("events");
    database.createObjectStore("ties", { keyPath: ["channel", "target", "seq"] });
    database.createObjectStore("outbox", { keyPath: "sendId" });
    database.createObjectStore("values");
  },
];
const everything = ["state", "channels", "events", "ties", "outbox", "values"];

/**
 * Keeps everything in a browser's IndexedDB. Whoever calls `load()` writes from then on; what an earlier one still
 * wants to write is refused with `not_leading`, within the transaction: never do two write. Reading is for everybody.
 *
 * A send reaches the disk before its commit resolves; the rest when the browser sees fit, for it can be had again.
 */
export class IndexedDbStore implements Store {
  readonly #name: string;
  readonly #factory: IDBFactory | undefined;
  readonly #above: number;
  readonly #listeners: ((why: ParleyError) => void)[] = [];
  #database: Promise<IDBDatabase> | undefined;
  #lost: ParleyError | undefined;
  #generation: number | undefined;

  constructor(name: string, settings: IndexedDbSettings = {}) {
    this.#name = name;
    this.#factory = settings.factory;
    this.#above = settings.above ?? 0;
  }

  get generation(): number | undefined {
    return this.#generation;
  }

  async load(): Promise<StoredState> {
    return await this.#transact("readwrite", "relaxed", everything, async (transaction) => {
      const state = transaction.objectStore("state");
      const last = (await answer<number | undefined>(state.get("generation"))) ?? 0;
      const generation = Math.max(last, this.#above) + 1;
      state.put(generation, "generation");
      const stored = await this.#read(transaction);
      this.#generation = generation;
      return stored;
    });
  }

  /** What `load()` gives, for those who only look. */
  async peek(): Promise<StoredState> {
    return await this.#transact("readonly", "relaxed", everything, (transaction) => this.#read(transaction));
  }

  async commit(changes: Changes): Promise<void> {
    const durability = (changes.outboxPut?.length ?? 0) > 0 ? "strict" : "relaxed";
    await this.#transact("readwrite", durability, storesOf(changes), async (transaction) => {
      await this.#checkGeneration(transaction);
      await write(transaction, changes);
    });
  }

  async events(channel: ChannelId, query: EventsQuery): Promise<ChannelEvent[]> {
    const { from, to, limit } = query;
    if (from > to || limit < 1) return [];
    return await this.#transact("readonly", "relaxed", ["events"], async (transaction) => {
      const store = transaction.objectStore("events");
      if (query.oldestFirst === true) return await answer(store.getAll(keys(channel, from, to), limit));
      // Mostly there are no holes, and then this is all. A cursor is much slower.
      const guess = Math.max(from, to - 2 * limit + 1);
      const newest = await answer<ChannelEvent[]>(store.getAll(keys(channel, guess, to)));
      if (newest.length >= limit) return newest.slice(newest.length - limit);
      const older = guess > from ? await newestBelow(store, keys(channel, from, guess - 1), limit - newest.length) : [];
      return [...older, ...newest];
    });
  }

  onLost(listener: (why: ParleyError) => void): void {
    this.#listeners.push(listener);
    if (this.#lost !== undefined) listener(this.#lost);
  }

  async clear(): Promise<void> {
    await this.#transact("readwrite", "relaxed", everything, async (transaction) => {
      await this.#checkGeneration(transaction);
      for (const name of everything) transaction.objectStore(name).clear();
      // Whoever had taken over before stays out.
      transaction.objectStore("state").put(this.#generation, "generation");
    });
  }

  close(): void {
    this.#lost ??= new ParleyError("closed", "The store was closed.");
    this.#database?.then((database) => database.close()).catch(() => {});
  }

  async #transact<T>(
    mode: "readonly" | "readwrite",
    durability: "strict" | "relaxed",
    stores: readonly string[],
    work: (transaction: IDBTransaction) => Promise<T>,
  ): Promise<T> {
    if (this.#lost !== undefined) throw this.#lost;
    const database = await this.#open();
    let transaction: IDBTransaction;
    try {
      transaction = database.transaction(stores, mode, { durability });
    } catch (error) {
      throw this.#lost ?? storageError(error);
    }
    const end = finished(transaction);
    end.catch(() => {});
    try {
      const result = await work(transaction);
      await end;
      return result;
    } catch (error) {
      try {
        transaction.abort();
      } catch {
        // It was over already.
      }
      const why = await end.then(
        () => error,
        // A request fails when its transaction does; the transaction knows why.
        (ended: unknown) => (ended instanceof DOMException && ended.name !== "AbortError" ? ended : error),
      );
      throw this.#lost ?? (isUncloneable(why) ? why : storageError(why));
    }
  }

  #open(): Promise<IDBDatabase> {
    this.#database ??= openDatabase(this.#name, upgrades, (why) => this.#lose(why), this.#factory);
    return this.#database;
  }

  #lose(why: ParleyError): void {
    if (this.#lost !== undefined) return;
    this.#lost = why;
    for (const listener of this.#listeners) listener(why);
  }

  async #checkGeneration(transaction: IDBTransaction): Promise<void> {
    const generation = await answer<number | undefined>(transaction.objectStore("state").get("generation"));
    if (generation !== this.#generation) throw new ParleyError("not_leading", "Another tab has taken over.");
  }

  async #read(transaction: IDBTransaction): Promise<StoredState> {
    const values = transaction.objectStore("values");
    const [session, channels, outbox, valueKeys, valueRows] = await Promise.all([
      answer<SessionRecord | undefined>(transaction.objectStore("state").get("session")),
      answer<ChannelState[]>(transaction.objectStore("channels").getAll()),
      answer<OutboxEntry[]>(transaction.objectStore("outbox").getAll()),
      answer(values.getAllKeys()),
      answer<unknown[]>(values.getAll()),
    ]);
    return { session, channels, outbox, values: new Map(valueKeys.map((key, i) => [String(key), valueRows[i]])) };
  }
}

/** No more than what changes: readers of the rest need not wait. */
function storesOf(changes: Changes): string[] {
  const has = (list: { readonly length: number } | undefined) => (list?.length ?? 0) > 0;
  const events = has(changes.events) || has(changes.erased) || has(changes.dropped) || has(changes.goneChannels);
  return [
    "state",
    ...(events || has(changes.channels) ? ["channels"] : []),
    ...(events ? ["events", "ties"] : []),
    ...(has(changes.outboxPut) || has(changes.outboxRemoved) ? ["outbox"] : []),
    ...((changes.values?.size ?? 0) > 0 ? ["values"] : []),
  ];
}

async function write(transaction: IDBTransaction, changes: Changes): Promise<void> {
  const store = (name: string) => transaction.objectStore(name);
  for (const { channel, ...range } of changes.dropped ?? []) await dropEvents(transaction, channel, range);
  for (const channel of changes.goneChannels ?? []) {
    store("channels").delete(channel);
    dropChannelEvents(transaction, channel);
  }
  for (const channel of changes.channels ?? []) store("channels").put(channel);
  for (const change of await byChannel(transaction, changes)) await writeEvents(transaction, change);
  if (changes.session !== undefined) store("state").put(changes.session, "session");
  for (const entry of changes.outboxPut ?? []) store("outbox").put(entry);
  for (const id of changes.outboxRemoved ?? []) store("outbox").delete(id);
  for (const [key, value] of changes.values ?? []) {
    if (value === undefined) store("values").delete(key);
    else store("values").put(value, key);
  }
}

async function byChannel(transaction: IDBTransaction, changes: Changes): Promise<EventsOfChannel[]> {
  const touched = new Map<ChannelId, { events: ChannelEvent[]; erased: SeqRange[] }>();
  const at = (channel: ChannelId) => {
    const known = touched.get(channel) ?? { events: [], erased: [] };
    touched.set(channel, known);
    return known;
  };
  for (const { channel, events } of changes.events ?? []) at(channel).events.push(...events);
  for (const { channel, ...range } of changes.erased ?? []) at(channel).erased.push(range);
  return await Promise.all(
    [...touched].map(async ([channel, change]) => {
      const known = changes.channels?.findLast((state) => state.id === channel);
      const stored = () => answer<ChannelState | undefined>(transaction.objectStore("channels").get(channel));
      const state = known ?? (await stored());
      return { channel, ...change, hidden: state?.registers.hidden ?? [] };
    }),
  );
}

function newestBelow(store: IDBObjectStore, range: IDBKeyRange, limit: number): Promise<ChannelEvent[]> {
  return new Promise((resolve, reject) => {
    const found: ChannelEvent[] = [];
    const request = store.openCursor(range, "prev");
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor !== null) found.push(cursor.value as ChannelEvent);
      if (cursor === null || found.length === limit) resolve(found.reverse());
      else cursor.continue();
    };
  });
}

/** A mistake of who calls, and not of the storage. */
function isUncloneable(error: unknown): boolean {
  return error instanceof Error && error.name === "DataCloneError";
}
