// A browser with tabs that a test can close, kill and freeze: its clock, its locks, its BroadcastChannels, its disk and
// its network, all in an order that a seed decides.
import { createChatClient } from "../core/chat_client.ts";
import { FakeServer } from "../core/fake_server_for_test.ts";
import type { Clock, Connect } from "../core/ports.ts";
import { ParleyError } from "../errors.ts";
import type { ChannelId } from "../ids.ts";
import { MemoryStore } from "../store/memory_store.ts";
import type { Changes, EventsQuery, Store } from "../store/store.ts";
import type { Locks } from "./election.ts";
import { NudgedClock } from "./nudged_clock.ts";
import { TabsClient } from "./tabs_client.ts";
import type { TabChannel } from "./team.ts";

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** A disk that all tabs share. */
class Place {
  readonly memory = new MemoryStore();
  generation = 0;
}

export class Browser {
  readonly server = new FakeServer();
  place = new Place();
  readonly locks = new FakeLocks(this);
  readonly tabs = new Set<Tab>();
  /** Who is told when what is stored goes. */
  readonly lost = new Set<() => void>();
  now = 1_000_000;
  #due: Due[] = [];
  #order = 0;
  #state: number;

  constructor(seed = 1) {
    this.#state = seed * 7_919 + 1;
  }

  /** From 0, below `below`. */
  random(below: number): number {
    this.#state = (Math.imul(this.#state, 1_103_515_245) + 12_345) >>> 0;
    return (this.#state >>> 8) % below;
  }

  after(delay: number, run: () => void): void {
    this.#due.push({ at: this.now + delay, order: ++this.#order, run });
  }

  /** One thing after another until `isDone`, whatever time it takes in there. */
  async until(isDone: () => boolean, most = 200_000): Promise<void> {
    for (let steps = 0; !isDone(); steps++) {
      if (steps > most) throw new Error("It does not come to that.");
      if (!(await this.step())) throw new Error("Nothing will happen any more.");
    }
  }
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    let isOver = false;
    this.after(ms, () => {
      isOver = true;
    });
    await this.until(() => isOver || this.now > end);
  }

  /** False where there is nothing to come. */
  async step(): Promise<boolean> {
    await new Promise((resolve) => setImmediate(resolve));
    const next = this.#due.reduce<Due | undefined>(
      (best, due) =>
        best === undefined || due.at < best.at || (due.at === best.at && due.order < best.order) ? due : best,
      undefined,
    );
    if (next === undefined) return false;
    this.#due = this.#due.filter((due) => due !== next);
    this.now = Math.max(this.now, next.at);
    next.run();
    await new Promise((resolve) => setImmediate(resolve));
    return true;
  }

  open(options: { locks?: boolean } = {}): Tab {
    const tab = new Tab(this, options.locks ?? true);
    this.tabs.add(tab);
    return tab;
  }

  /** What is asked of storage fails, by this name, in whoever has it open. */
  break(name: "storage_unavailable" | "storage_full"): void {
    for (const tab of this.tabs) for (const store of tab.stores) store.broken = new ParleyError(name, "It broke.");
  }

  /** The user deletes what is stored. */
  lose(): void {
    this.place = new Place();
    for (const lost of [...this.lost]) lost();
  }

  /** Those with a connection. */
  connected(): Tab[] {
    return [...this.tabs].filter((tab) => tab.connections > 0);
  }
}

export class Tab {
  readonly browser: Browser;
  readonly client: TabsClient;
  isAlive = true;
  isFrozen = false;
  connections = 0;
  readonly channel: FakeChannel;
  readonly stores: SharedStore[] = [];
  readonly #backlog: (() => void)[] = [];
  readonly #ends: (() => void)[] = [];
  #isWorking = false;
  #left = (): void => {};

  constructor(browser: Browser, hasLocks: boolean) {
    this.browser = browser;
    this.channel = new FakeChannel(this);
    const clock = new NudgedClock(this.#clock());
    const random = (bytes: Uint8Array<ArrayBuffer>) => bytes.map(() => browser.random(256));
    this.client = new TabsClient({
      name: "parley",
      openStore: (above) => {
        const store = new SharedStore(this, browser.place, above);
        this.stores.push(store);
        return store;
      },
      makeClient: (store, tell) =>
        createChatClient({
          store,
          tell,
          clock,
          random,
          tokens: { accessToken: async () => ({ token: "token", expiresAt: browser.now + 1e9 }) },
          connect: this.#connect,
          settings: { firstBackoff: 50, longestBackoff: 200 },
        }),
      channel: this.channel,
      locks: hasLocks ? browser.locks.of(this) : undefined,
      clock,
      random,
      onLeave: (callback) => {
        this.#left = callback;
      },
    });
    this.client.start();
  }

  /** In this tab, as soon as anything runs in it. */
  run(what: () => void): void {
    if (!this.isAlive) return;
    if (this.isFrozen || this.#isWorking || this.#backlog.length > 0) this.#backlog.push(what);
    else what();
  }
  /** When the tab is gone. */
  atEnd(what: () => void): void {
    this.#ends.push(what);
  }

  async close(): Promise<void> {
    await this.client.close();
    this.kill();
  }
  /** At once, without a word. */
  kill(): void {
    this.isAlive = false;
    this.browser.tabs.delete(this);
    for (const end of this.#ends) end();
  }
  hide(): void {
    this.#left();
  }
  freeze(): void {
    this.isFrozen = true;
  }
  /** What waited happens one after the other, and other things between. */
  thaw(): void {
    this.isFrozen = false;
    this.#work();
  }

  #work(): void {
    if (this.#isWorking || this.isFrozen) return;
    const next = this.#backlog.shift();
    if (next === undefined) return;
    this.#isWorking = true;
    this.browser.after(this.browser.random(3), () => {
      this.#isWorking = false;
      if (!this.isAlive) return;
      if (this.isFrozen) this.#backlog.unshift(next);
      else next();
      this.#work();
    });
  }

  #clock(): Clock {
    const { browser } = this;
    return {
      now: () => browser.now,
      wakeAt: (at, callback) => {
        let isOff = false;
        browser.after(Math.max(at - browser.now, 0), () =>
          this.run(() => {
            if (!isOff) callback();
          }),
        );
        return () => {
          isOff = true;
        };
      },
    };
  }

  readonly #connect: Connect = (listener) => {
    const { browser } = this;
    let isOpen = true;
    const inOrder = new InOrder(browser);
    let isCut = false;
    const soon = (what: () => void) =>
      inOrder.after(browser.random(20), () =>
        this.run(() => {
          if (isOpen) what();
        }),
      );
    const end = () => {
      if (isOpen) this.connections--;
      isOpen = false;
      session.closed();
    };
    const session = browser.server.open(
      (frame) => soon(() => listener.frame(frame)),
      () => {
        isCut = true;
        soon(() => {
          end();
          listener.closed(0);
        });
      },
    );
    this.connections++;
    this.atEnd(end);
    browser.after(browser.random(20), () => this.run(() => isOpen && listener.opened()));
    return {
      send: (frame) => {
        const sent = new Uint8Array(frame);
        inOrder.after(browser.random(20), () => {
          // What has left arrives, though nobody may be there to hear the answer.
          if (!isCut) session.frame(sent);
        });
      },
      close: end,
    };
  };
}

/** What comes one after the other stays so. */
class InOrder {
  readonly #browser: Browser;
  #last = 0;

  constructor(browser: Browser) {
    this.#browser = browser;
  }
  after(delay: number, run: () => void): void {
    this.#last = Math.max(this.#last, this.#browser.now + delay);
    this.#browser.after(this.#last - this.#browser.now, run);
  }
}

class FakeChannel implements TabChannel {
  onmessage: ((event: MessageEvent) => unknown) | null = null;
  readonly #tab: Tab;
  readonly #orders = new Map<Tab, InOrder>();

  constructor(tab: Tab) {
    this.#tab = tab;
  }
  postMessage(message: unknown): void {
    const { browser } = this.#tab;
    const data = structuredClone(message);
    if (!this.#tab.isAlive) return;
    for (const other of browser.tabs) {
      if (other === this.#tab) continue;
      const order = this.#orders.get(other) ?? new InOrder(browser);
      this.#orders.set(other, order);
      order.after(browser.random(5), () =>
        other.run(() => other.channel.onmessage?.({ data: structuredClone(data) } as MessageEvent)),
      );
    }
  }
  close(): void {
    this.onmessage = null;
  }
}

interface LockRequest {
  readonly tab: Tab;
  readonly hold: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (why: unknown) => void;
}

export class FakeLocks {
  readonly #browser: Browser;
  #held: LockRequest | undefined;
  #queue: LockRequest[] = [];

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  get holder(): Tab | undefined {
    return this.#held?.tab;
  }

  of(tab: Tab): Locks {
    const ask = (_name: string, options: LockOptions, hold: () => unknown) =>
      new Promise((resolve, reject) => {
        const request = { tab, hold, resolve, reject };
        tab.atEnd(() => this.#remove(request));
        options.signal?.addEventListener("abort", () => {
          if (!this.#queue.includes(request)) return;
          this.#remove(request);
          reject(options.signal?.reason);
        });
        this.#browser.after(0, () => {
          if (!tab.isAlive || options.signal?.aborted) return;
          if (options.steal === true) this.#steal(request);
          else this.#queue.push(request);
          this.#grant();
        });
      });
    return { request: ask as unknown as Locks["request"] };
  }

  #steal(request: LockRequest): void {
    const robbed = this.#held;
    this.#held = undefined;
    this.#queue.unshift(request);
    robbed?.tab.run(() => robbed.reject(new DOMException("stolen", "AbortError")));
  }

  #grant(): void {
    if (this.#held !== undefined) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    this.#held = next;
    next.tab.run(async () => {
      const value = await next.hold();
      next.resolve(value);
      this.#remove(next);
    });
  }

  #remove(request: LockRequest): void {
    this.#queue = this.#queue.filter((waiting) => waiting !== request);
    if (this.#held !== request) return;
    this.#held = undefined;
    this.#browser.after(0, () => this.#grant());
  }
}

class SharedStore implements Store {
  readonly #tab: Tab;
  readonly #place: Place;
  readonly #order: InOrder;
  readonly #above: number;
  generation: number | undefined;
  broken: ParleyError | undefined;
  #lost: ParleyError | undefined;

  constructor(tab: Tab, place: Place, above: number) {
    this.#tab = tab;
    this.#place = place;
    this.#above = above;
    this.#order = new InOrder(tab.browser);
  }

  load() {
    return this.#do(() => {
      this.generation = this.#place.generation = Math.max(this.#place.generation, this.#above) + 1;
      return this.#place.memory.load();
    });
  }
  commit(changes: Changes): Promise<void> {
    const cloned = structuredClone(changes);
    return this.#do(() => {
      this.#check();
      return this.#place.memory.commit(cloned);
    });
  }
  events(channel: ChannelId, query: EventsQuery) {
    return this.#do(() => this.#place.memory.events(channel, query));
  }
  clear(): Promise<void> {
    return this.#do(() => {
      this.#check();
      return this.#place.memory.clear();
    });
  }
  onLost(listener: (why: ParleyError) => void): void {
    const { browser } = this.#tab;
    const lost = () => {
      this.#lost = new ParleyError("storage_lost", "It was deleted.");
      const why = this.#lost;
      this.#order.after(0, () => this.#tab.run(() => listener(why)));
    };
    browser.lost.add(lost);
    this.#tab.atEnd(() => browser.lost.delete(lost));
  }
  close(): void {}

  #check(): void {
    if (this.generation !== this.#place.generation) throw new ParleyError("not_leading", "Another tab took over.");
  }

  /** What was asked for happens or not when the tab dies meanwhile; nobody is told then. */
  #do<T>(work: () => Promise<T>): Promise<T> {
    const { browser } = this.#tab;
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    if (this.broken !== undefined) return Promise.reject(this.broken);
    return new Promise((resolve, reject) => {
      this.#order.after(browser.random(6), () => {
        if (!this.#tab.isAlive && browser.random(2) === 0) return;
        let result: Promise<T>;
        try {
          result = work();
        } catch (error) {
          result = Promise.reject(error);
        }
        result.then(
          (value) => this.#order.after(browser.random(6), () => this.#tab.run(() => resolve(value))),
          (error) => this.#order.after(browser.random(6), () => this.#tab.run(() => reject(error))),
        );
      });
    });
  }
}
