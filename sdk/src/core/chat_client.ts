import type { Cancel, ChatClient, HistoryQuery, Me, ParleyEvent, SendOptions } from "../client.ts";
import type { Command } from "../commands.ts";
import { ParleyError } from "../errors.ts";
import { type LimitName, limits } from "../gen/tables.ts";
import { type AccountId, type AnyId, type ChannelId, idToBytes, type RandomFill } from "../ids.ts";
import type { Store } from "../store/store.ts";
import type { ChannelEvent, HistoryPage, RegisterChange, Registers, Send, Want } from "../types.ts";
import { abortable } from "./abortable.ts";
import type { Channel } from "./channel.ts";
import { ClientBase } from "./client_base.ts";
import { Driver } from "./driver.ts";
import { HistoryReader } from "./history_reader.ts";
import type { Clock, Connect, TokenSource } from "./ports.ts";
import { defaultSettings, type Settings } from "./settings.ts";
import { systemClock } from "./system_clock.ts";
import { type ServerFrame, toChannelInfo, toEvent, toEvents, toReceipts, toRegisters } from "./wire.ts";
import type { FrameBody } from "./wire_out.ts";

export interface ChatClientOptions {
  /** Owned by the client from now on. */
  readonly store: Store;
  readonly connect: Connect;
  readonly tokens: TokenSource;
  /** Who signed in, where that is known already. */
  readonly account?: AccountId | undefined;
  readonly clock?: Clock;
  readonly random?: RandomFill;
  readonly settings?: Partial<Settings>;
  /** @internal Is given all that listeners are told, right after them. */
  readonly tell?: (events: readonly ParleyEvent[]) => void;
}

/** The client of one process, or of the one tab that leads. */
export function createChatClient(options: ChatClientOptions): ChatClient {
  return new CoreClient(options);
}

class CoreClient extends ClientBase implements ChatClient {
  readonly loaded: Promise<void>;
  protected readonly random: RandomFill;
  readonly #driver: Driver;
  readonly #store: Store;
  #isLoaded = false;

  constructor({ store, connect, tokens, account, clock = systemClock(), random, settings, tell }: ChatClientOptions) {
    super();
    this.#store = store;
    this.random = random ?? ((bytes) => crypto.getRandomValues(bytes));
    const world = { store, connect, tokens, clock, random: this.random };
    this.#driver = new Driver({ ...defaultSettings, ...settings }, world, (events) => {
      this.told(events);
      tell?.(events);
    });
    this.loaded = this.#driver.loaded.then((stored) => {
      if (account !== undefined) this.#driver.core.session.account ??= account;
      this.show(stored);
      this.#isLoaded = true;
    });
    this.loaded.catch(() => {});
    store.onLost?.((why) => {
      this.told([{ type: "storage", why }]);
      tell?.([{ type: "storage", why }]);
    });
  }

  get me(): Me | undefined {
    const { account, device } = this.#driver.core.session;
    return account === undefined || device === undefined ? undefined : { account, device };
  }

  get clockOffset(): number {
    return this.#driver.core.connection.clockOffset;
  }

  limit(name: LimitName): number {
    return this.#driver.core.limit(name, limits[name].default);
  }

  start(): void {
    this.#do((now) => this.#driver.core.connection.start(now));
  }
  stop(): void {
    this.#do(() => this.#driver.core.connection.end({ name: "stopped" }));
  }
  wake(): void {
    this.#do((now) => this.#driver.core.connection.wake(now));
  }

  async close(): Promise<void> {
    this.#driver.close();
    this.endTelling(new ParleyError("closed", "The client was closed."));
  }

  // ---- looking ------------------------------------------------------------------------------------------------------

  history(channel: ChannelId, query: HistoryQuery = {}): Promise<HistoryPage> {
    return abortable(this.#history(channel, query), query.signal);
  }
  async #history(channel: ChannelId, query: HistoryQuery): Promise<HistoryPage> {
    await this.loaded;
    const reader = new HistoryReader(
      channel,
      this.#store,
      () => this.channel(channel),
      ({ from, to, oldestFirst }) =>
        this.#ask(
          "history",
          {
            case: "getHistory",
            value: { channelId: idToBytes(channel), from, to, oldestFirst },
          },
          query,
          channel,
        ).then(() => {}),
    );
    return reader.read(query);
  }

  event(channel: ChannelId, seq: number, options: Cancel = {}): Promise<ChannelEvent | undefined> {
    return abortable(this.#event(channel, seq, options), options.signal);
  }
  async #event(channel: ChannelId, seq: number, options: Cancel): Promise<ChannelEvent | undefined> {
    await this.loaded;
    const [stored] = await this.#store.events(channel, { from: seq, to: seq, limit: 1 });
    if (stored !== undefined) return stored;
    const page = await this.#ask(
      "history",
      { case: "getHistory", value: { channelId: idToBytes(channel), from: seq, to: seq } },
      options,
      channel,
    );
    return toEvents(page.events).find((event) => event.seq === seq);
  }

  async content(channel: ChannelId, seq: number, options: Cancel = {}) {
    const value = { channelId: idToBytes(channel), seq };
    const event = toEvent(await this.#ask("content", { case: "getContent", value }, options));
    return event?.content;
  }
  async versions(channel: ChannelId, seq: number, options: Cancel = {}) {
    const value = { channelId: idToBytes(channel), seq };
    return toEvents((await this.#ask("versions", { case: "getVersions", value }, options)).events);
  }
  async receipts(channel: ChannelId, seq: number, options: Cancel = {}) {
    const value = { channelId: idToBytes(channel), seq };
    return toReceipts(await this.#ask("receipts", { case: "getReceipts", value }, options));
  }
  async channelInfo(channel: ChannelId, options: Cancel = {}) {
    const value = { channelId: idToBytes(channel) };
    return toChannelInfo(await this.#ask("channel", { case: "getChannel", value }, options), channel);
  }

  /** Rejects with the error that the answer was, or when `signal` is aborted. */
  #ask<Case extends AnswerCase>(
    answer: Case,
    body: FrameBody,
    { signal }: Cancel,
    channel?: ChannelId,
  ): Promise<AnswerOf<Case>> {
    return new Promise((resolve, reject) => {
      const aborted = () => reject(signal?.reason);
      if (signal?.aborted) return aborted();
      signal?.addEventListener("abort", aborted, { once: true });
      const fail = (why: unknown) => {
        signal?.removeEventListener("abort", aborted);
        reject(why);
      };
      const question = {
        body,
        channel,
        isCancelled: () => signal?.aborted ?? false,
        fail,
        answer: (frame: ServerFrame) => {
          signal?.removeEventListener("abort", aborted);
          if (frame.body.case === answer) (resolve as (value: unknown) => void)(frame.body.value);
          else fail(new ParleyError("bad_answer", "The server answered something else."));
        },
      };
      this.#driver.enter(() => this.#driver.core.ask(question)).catch(fail);
    });
  }

  // ---- sending ------------------------------------------------------------------------------------------------------

  protected async sendTo(channel: ChannelId | undefined, command: Command, options: SendOptions = {}): Promise<Send> {
    const { signal, ...others } = options;
    const kept = structuredClone(others);
    signal?.throwIfAborted();
    // What is asked for after it is not to come before it.
    if (!this.#isLoaded) await abortable(this.loaded, signal);
    const stored = this.#driver.enter((now) => this.#driver.core.send(now, channel, command, kept));
    const entry = await abortable(stored, signal);
    return { sendId: entry.sendId, channel: entry.channel };
  }
  protected newId<T extends AnyId>(): T {
    return this.#driver.core.ids.next<T>(this.#driver.now);
  }

  // ---- mine alone, and hints ----------------------------------------------------------------------------------------

  read(channel: ChannelId, seq: number): Promise<void> {
    const { core } = this.#driver;
    return this.#driver.enter((now) => core.receipts.read(now, core.find(channel), seq));
  }
  typing(channel: ChannelId, on: boolean): void {
    this.#do(() => this.#driver.core.own.sendTyping(channel, on));
  }
  watch(accounts: readonly AccountId[]): void {
    this.#do((now) => this.#driver.core.own.watch(now, accounts));
  }
  setActive(active: boolean): void {
    this.#do(() => this.#driver.core.own.setActive(active));
  }
  async setRegisters(channel: ChannelId, change: RegisterChange, options: Cancel = {}): Promise<Registers> {
    const body: FrameBody = { case: "setRegisters", value: { channelId: idToBytes(channel), ...change } };
    return await this.#wish(channel, (known) => this.#driver.core.wishes.set(known, change), body, options);
  }
  async hideMessages(channel: ChannelId, from: number, to: number, options: Cancel = {}): Promise<Registers> {
    const body: FrameBody = { case: "hideMessages", value: { channelId: idToBytes(channel), from, to } };
    return await this.#wish(channel, (known) => this.#driver.core.wishes.hide(known, from, to), body, options);
  }
  async #wish(channel: ChannelId, wish: (known: Channel) => Registers, body: FrameBody, options: Cancel) {
    await abortable(this.loaded, options.signal);
    const stored = this.#driver.enter(() => {
      const known = this.#driver.core.find(channel);
      return known?.known === true ? wish(known) : undefined;
    });
    const registers = await abortable(stored, options.signal);
    return registers ?? toRegisters(await this.#ask("registers", body, options, channel));
  }

  // ---- what is fetched and kept -------------------------------------------------------------------------------------

  open(channels: readonly ChannelId[]): void {
    this.#do(() => this.#driver.core.repair.open(channels));
  }
  want(channel: ChannelId, want: Want): void {
    const { core } = this.#driver;
    this.#do(() => core.repair.want(core.channelOf(channel), want));
  }
  rebuild(): Promise<void> {
    return this.#driver.enter((now) => this.#driver.core.inbox.rebuild(now));
  }
  async setValue(key: string, value: unknown): Promise<void> {
    const { core } = this.#driver;
    // What cannot be stored is refused before it is in a transaction with anything else.
    const kept = structuredClone(value);
    if (!this.#isLoaded) await this.loaded;
    await this.#driver.enter(() => {
      core.turn.values.set(key, kept);
      core.turn.tell("value", { key, value: kept });
    });
  }

  /** Nobody waits for it. */
  #do(input: (now: number) => void): void {
    this.#driver.enter(input).catch(() => {});
  }
}

type Body = ServerFrame["body"];
type AnswerCase = NonNullable<Body["case"]>;
type AnswerOf<Case extends AnswerCase> = Extract<Body, { case: Case }>["value"];
