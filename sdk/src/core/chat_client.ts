import type {
  Cancel,
  ChatClient,
  ClientEventName,
  ClientEvents,
  HistoryQuery,
  Me,
  ParleyEvent,
  SendOptions,
} from "../client.ts";
import type { Command } from "../commands.ts";
import { ParleyError } from "../errors.ts";
import { type LimitName, limits } from "../gen/tables.ts";
import { type AccountId, type ChannelId, type InvitationId, idToBytes, type RandomFill, type SendId } from "../ids.ts";
import type { Store } from "../store/store.ts";
import type {
  ChannelEvent,
  ChannelState,
  ClientState,
  HistoryPage,
  OutboxEntry,
  Registers,
  Send,
  SendResult,
  Want,
} from "../types.ts";
import { Driver } from "./driver.ts";
import { HistoryReader } from "./history_reader.ts";
import { readInvitation, writeInvitation } from "./invitation_link.ts";
import { Listeners } from "./listeners.ts";
import { Outcomes } from "./outcomes.ts";
import type { Clock, Connect, TokenSource } from "./ports.ts";
import { defaultSettings, type Settings } from "./settings.ts";
import { sha256 } from "./sha256.ts";
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
}

const secretBytes = 16;

/** The client of one process, or of the one tab that leads. */
export function createChatClient(options: ChatClientOptions): ChatClient {
  return new CoreClient(options);
}

class CoreClient implements ChatClient {
  readonly loaded: Promise<void>;
  readonly #driver: Driver;
  readonly #store: Store;
  readonly #random: RandomFill;
  readonly #listeners = new Listeners();
  readonly #outcomes = new Outcomes();
  // As of the last commit.
  readonly #channels = new Map<ChannelId, ChannelState>();
  readonly #outbox = new Map<SendId, OutboxEntry>();
  readonly #values = new Map<string, unknown>();
  #sorted: readonly ChannelState[] | undefined;
  #state: ClientState = { name: "signed_out" };

  constructor({ store, connect, tokens, account, clock = systemClock(), random, settings }: ChatClientOptions) {
    this.#store = store;
    this.#random = random ?? ((bytes) => crypto.getRandomValues(bytes));
    const world = { store, connect, tokens, clock, random: this.#random };
    this.#driver = new Driver({ ...defaultSettings, ...settings }, world, (events) => this.#told(events));
    this.loaded = this.#driver.loaded.then((stored) => {
      if (account !== undefined) this.#driver.core.session.account ??= account;
      for (const channel of stored.channels) this.#channels.set(channel.id, channel);
      for (const entry of stored.outbox) this.#outbox.set(entry.sendId, entry);
      for (const [key, value] of stored.values) this.#values.set(key, value);
      this.#sorted = undefined;
    });
    this.loaded.catch(() => {});
    store.onLost?.((why) => this.#told([{ type: "storage", why }]));
  }

  get state(): ClientState {
    return this.#state;
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
    this.#outcomes.close(new ParleyError("closed", "The client was closed."));
    this.#listeners.close();
  }

  // ---- being told ---------------------------------------------------------------------------------------------------

  on<Name extends ClientEventName>(name: Name, listener: (event: ClientEvents[Name]) => void, options: Cancel = {}) {
    return this.#listeners.on(name, listener, options);
  }
  events(options: Cancel = {}): AsyncIterableIterator<ParleyEvent> {
    return this.#listeners.iterate(options);
  }

  #told(events: readonly ParleyEvent[]): void {
    // What can be looked at is up to date before anybody is told.
    for (const event of events) this.#take(event);
    for (const event of events) this.#listeners.tell(event);
  }

  #take(event: ParleyEvent): void {
    switch (event.type) {
      case "state":
        this.#state = event.state;
        return;
      case "channel":
      case "events":
      case "history_dropped":
        this.#channels.set(event.channel.id, event.channel);
        this.#sorted = undefined;
        return;
      case "channel_gone":
        this.#channels.delete(event.channel);
        this.#sorted = undefined;
        return;
      case "queued":
        this.#outbox.set(event.entry.sendId, event.entry);
        return;
      case "sent":
        this.#outbox.delete(event.sendId);
        this.#outcomes.ended(event);
        return;
      case "value":
        if (event.value === undefined) this.#values.delete(event.key);
        else this.#values.set(event.key, event.value);
        return;
      default:
        return;
    }
  }

  // ---- looking ------------------------------------------------------------------------------------------------------

  channels(): readonly ChannelState[] {
    this.#sorted ??= [...this.#channels.values()].sort((a, b) => b.headTime - a.headTime || (a.id < b.id ? -1 : 1));
    return this.#sorted;
  }
  channel(channel: ChannelId): ChannelState | undefined {
    return this.#channels.get(channel);
  }
  outbox(): readonly OutboxEntry[] {
    return [...this.#outbox.values()].sort((a, b) => a.order - b.order);
  }

  async history(channel: ChannelId, query: HistoryQuery = {}): Promise<HistoryPage> {
    await this.loaded;
    const reader = new HistoryReader(
      channel,
      this.#store,
      () => this.#channels.get(channel),
      ({ from, to, oldestFirst }) =>
        this.#ask(
          "history",
          {
            case: "getHistory",
            value: { channelId: idToBytes(channel), from: BigInt(from), to: BigInt(to), oldestFirst },
          },
          query,
          channel,
        ).then(() => {}),
    );
    return reader.read(query);
  }

  async event(channel: ChannelId, seq: number, options: Cancel = {}): Promise<ChannelEvent | undefined> {
    await this.loaded;
    const [stored] = await this.#store.events(channel, { from: seq, to: seq, limit: 1 });
    if (stored !== undefined) return stored;
    const range = { from: BigInt(seq), to: BigInt(seq) };
    const page = await this.#ask(
      "history",
      { case: "getHistory", value: { channelId: idToBytes(channel), ...range } },
      options,
      channel,
    );
    return toEvents(page.events).find((event) => event.seq === seq);
  }

  async content(channel: ChannelId, seq: number, options: Cancel = {}) {
    const value = { channelId: idToBytes(channel), seq: BigInt(seq) };
    const event = toEvent(await this.#ask("content", { case: "getContent", value }, options));
    return event?.content;
  }
  async versions(channel: ChannelId, seq: number, options: Cancel = {}) {
    const value = { channelId: idToBytes(channel), seq: BigInt(seq) };
    return toEvents((await this.#ask("versions", { case: "getVersions", value }, options)).events);
  }
  async receipts(channel: ChannelId, seq: number, options: Cancel = {}) {
    const value = { channelId: idToBytes(channel), seq: BigInt(seq) };
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

  send(channel: ChannelId, command: Command, options: SendOptions = {}): Promise<Send> {
    return this.#send(channel, command, options);
  }

  async #send(channel: ChannelId | undefined, command: Command, options: SendOptions = {}): Promise<Send> {
    options.signal?.throwIfAborted();
    await this.loaded;
    const entry = await this.#driver.enter((now) => this.#driver.core.send(now, channel, command, options));
    return { sendId: entry.sendId, channel: entry.channel };
  }

  post: ChatClient["post"] = (channel, { text, replyTo, mentions, forwarded }, options) => {
    const details = {
      ...(replyTo !== undefined ? { replyTo } : {}),
      ...(mentions !== undefined ? { mentions } : {}),
      ...(forwarded !== undefined ? { forwarded } : {}),
    };
    return this.#send(channel, { kind: "post", content: { kind: "text", text }, ...details }, options);
  };
  edit: ChatClient["edit"] = (channel, target, text, options) =>
    this.#send(channel, { kind: "edit", target, content: { kind: "text", text } }, options);
  delete: ChatClient["delete"] = (channel, targets, options) =>
    this.#send(channel, { kind: "delete", targets }, options);
  react: ChatClient["react"] = (channel, target, reaction, options) => {
    const said = reaction === undefined ? {} : { content: { kind: "text", text: reaction } as const };
    return this.#send(channel, { kind: "react", target, ...said }, options);
  };
  createGroup: ChatClient["createGroup"] = (group, options) => {
    const id = this.#driver.core.ids.next<ChannelId>(this.#driver.now);
    return this.#send(id, { kind: "createChannel", channelKind: "group", ...group }, options);
  };
  openDirect: ChatClient["openDirect"] = (peer, options) =>
    this.#send(undefined, { kind: "createChannel", channelKind: "direct", peer }, options);
  openSelf: ChatClient["openSelf"] = (options) =>
    this.#send(undefined, { kind: "createChannel", channelKind: "self" }, options);
  describe: ChatClient["describe"] = (channel, change, options) =>
    this.#send(channel, { kind: "describe", ...change }, options);
  changeSettings: ChatClient["changeSettings"] = (channel, settings, options) =>
    this.#send(channel, { kind: "changeSettings", settings }, options);
  addMembers: ChatClient["addMembers"] = (channel, accounts, options) =>
    this.#send(channel, { kind: "addMembers", accounts }, options);
  removeMember: ChatClient["removeMember"] = (channel, account, options) =>
    this.#send(channel, { kind: "removeMember", account }, options);
  leave: ChatClient["leave"] = (channel, options) => this.#send(channel, { kind: "leave" }, options);
  setRole: ChatClient["setRole"] = (channel, account, role, options) =>
    this.#send(channel, { kind: "setRole", account, role }, options);
  handOver: ChatClient["handOver"] = (channel, to, options) => this.#send(channel, { kind: "handOver", to }, options);

  createInvitation: ChatClient["createInvitation"] = async (channel, { expires = 0, uses = 0 } = {}, options) => {
    const secret = this.#random(new Uint8Array(secretBytes));
    const invitation = this.#driver.core.ids.next<InvitationId>(this.#driver.now);
    const command = { kind: "createInvitation", invitation, secretHash: sha256(secret), expires, uses } as const;
    return { ...(await this.#send(channel, command, options)), invitation, link: writeInvitation({ channel, secret }) };
  };
  revokeInvitation: ChatClient["revokeInvitation"] = (channel, invitation, options) =>
    this.#send(channel, { kind: "revokeInvitation", invitation }, options);
  join: ChatClient["join"] = async (link, options) => {
    const { channel, secret } = readInvitation(link);
    return this.#send(channel, { kind: "join", secret }, options);
  };

  async outcome(sendId: SendId, { signal }: Cancel = {}): Promise<SendResult> {
    await this.loaded;
    return this.#outcomes.of(sendId, this.#outbox.has(sendId), signal);
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
    this.#do(() => this.#driver.core.own.watch(accounts));
  }
  setActive(active: boolean): void {
    this.#do(() => this.#driver.core.own.setActive(active));
  }
  setRegisters: ChatClient["setRegisters"] = async (
    channel,
    { mutedUntil, ...change },
    options = {},
  ): Promise<Registers> => {
    const muted = mutedUntil === undefined ? {} : { mutedUntil: BigInt(mutedUntil) };
    const value = { channelId: idToBytes(channel), ...change, ...muted };
    return toRegisters(await this.#ask("registers", { case: "setRegisters", value }, options, channel));
  };
  async hideMessages(channel: ChannelId, from: number, to: number, options: Cancel = {}): Promise<Registers> {
    const value = { channelId: idToBytes(channel), from: BigInt(from), to: BigInt(to) };
    return toRegisters(await this.#ask("registers", { case: "hideMessages", value }, options, channel));
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
  value(key: string): unknown {
    return this.#values.get(key);
  }
  values(prefix = ""): ReadonlyMap<string, unknown> {
    return new Map([...this.#values].filter(([key]) => key.startsWith(prefix)));
  }
  setValue(key: string, value: unknown): Promise<void> {
    const { core } = this.#driver;
    return this.#driver.enter(() => {
      core.turn.values.set(key, value);
      core.turn.tell("value", { key, value });
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
