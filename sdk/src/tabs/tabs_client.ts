import type { Cancel, ChatClient, HistoryQuery, Me, ParleyEvent, SendOptions } from "../client.ts";
import type { Command } from "../commands.ts";
import { ClientBase } from "../core/client_base.ts";
import { ParleyError } from "../errors.ts";
import { type LimitName, limits } from "../gen/tables.ts";
import { type AccountId, type AnyId, type ChannelId, IdSource, type RandomFill, type SendId } from "../ids.ts";
import type { ChannelEvent, ClientState, Send, Want } from "../types.ts";
import { type Call, Calls } from "./calls.ts";
import { compare, type Missed, type Untold } from "./catch_up.ts";
import { noHints } from "./hints.ts";
import { type Snapshot, type Status, type TabHints, unpackState } from "./messages.ts";
import type { Method, MethodArguments, MethodResult } from "./methods.ts";
import { Team, type TeamOptions } from "./team.ts";

export interface TabsOptions extends TeamOptions {
  readonly random?: RandomFill;
}

/** Events that were missed are read in pages of so many. */
const page = 200;

/**
 * The client in each of several tabs. One of them leads: it alone connects and writes. The others ask it and are told
 * all that it tells; when it is gone, or does not answer, another leads. Whoever leads, every tab is told everything
 * once, and what it asked for is done once.
 */
export class TabsClient extends ClientBase implements ChatClient {
  readonly loaded: Promise<void>;
  protected readonly random: RandomFill;
  readonly #team: Team;
  readonly #calls = new Calls((call) => call.method !== "send" || this.#isShown(sendOf(call)));
  readonly #ids: IdSource;
  readonly #options: TabsOptions;
  #loadedWith: { resolve: () => void; reject: (why: unknown) => void } | undefined;
  #hints: TabHints = noHints;
  #status: Status | undefined;
  /** What is told while this tab still reads what it missed. */
  #held: ParleyEvent[] | undefined;
  /** What was stored is gone: what is shown here is all that is left. */
  #isStoreLost = false;
  #isStarted = false;
  #ended: ParleyError | undefined;
  /** Ends the reading for what was so before. */
  #reading = new AbortController();

  constructor(options: TabsOptions) {
    super();
    this.#options = options;
    this.random = options.random ?? ((bytes) => crypto.getRandomValues(bytes));
    this.#ids = new IdSource(this.random);
    this.loaded = new Promise((resolve, reject) => {
      this.#loadedWith = { resolve, reject };
    });
    this.loaded.catch(() => {});
    this.#team = new Team(options, this.newId<SendId>(), this.#calls, {
      began: (snapshot) => this.#began(snapshot),
      told: (events, status) => this.#hear(events, status),
      failed: (why) => this.#failed(why),
    });
  }

  get me(): Me | undefined {
    return this.#status?.me;
  }
  get clockOffset(): number {
    return this.#status?.clockOffset ?? 0;
  }
  limit(name: LimitName): number {
    return this.#status?.limits[name] ?? limits[name].default;
  }

  start(): void {
    this.#isStarted = true;
    this.#team.start();
    this.#do("start", []);
  }
  stop(): void {
    this.#isStarted = false;
    this.#team.stop();
    this.#do("stop", []);
  }
  wake(): void {
    this.#team.wake();
    this.#do("wake", []);
  }
  async close(): Promise<void> {
    this.#team.close();
    const why = new ParleyError("closed", "The client was closed.");
    this.#end(why);
    this.endTelling(why);
  }

  // ---- being told ---------------------------------------------------------------------------------------------------

  #began(snapshot: Snapshot): void {
    this.#reading.abort();
    this.#held = undefined;
    this.#status = snapshot.status;
    const now = { ...snapshot, state: this.#stateOf(snapshot) };
    const shown = { state: this.state, channels: this.channels(), outbox: this.outbox(), values: this.values() };
    if (this.#isStoreLost) {
      this.#isStoreLost = false;
      const lost = [...shown.values].filter(([key]) => !now.values.has(key));
      now.values = new Map([...now.values, ...lost]);
      if (this.#team.isLeading) for (const [key, value] of lost) this.#do("setValue", [key, value]);
    }
    if (this.#loadedWith !== undefined) {
      this.show(snapshot);
      this.#loadedWith.resolve();
      this.#loadedWith = undefined;
      const { after } = compare({ ...now, state: shown.state }, now);
      this.told([{ type: "loaded" }, ...after]);
      return this.#team.askWaiting();
    }
    const missed = compare(shown, now);
    if (missed.untold.length === 0) return this.#caughtUp(missed, []);
    this.#held = [];
    this.#reading = new AbortController();
    void this.#read(missed, this.#reading.signal);
  }

  /** A tab that has just begun to lead has not begun to connect. */
  #stateOf(snapshot: Snapshot): ClientState {
    const state = unpackState(snapshot.state);
    const isIdle = state.name === "signed_out" && state.why === undefined;
    return isIdle && this.#isStarted ? { name: "waiting" } : state;
  }

  async #read(missed: Missed, signal: AbortSignal): Promise<void> {
    const events: ParleyEvent[] = [];
    for (const untold of missed.untold) {
      for (let from = untold.from; from <= untold.to; ) {
        const found = await this.#stored(untold, from, signal);
        if (signal.aborted) return;
        if (found.length > 0) {
          events.push({
            type: "events",
            channel: untold.channel,
            events: found,
            placement: from === untold.from || untold.placement === "older" ? untold.placement : "next",
          });
        }
        from = found.length < page ? untold.to + 1 : (found.at(-1)?.seq ?? untold.to) + 1;
      }
    }
    this.#caughtUp(missed, events);
  }

  /** What cannot be read is there for whoever asks for it. */
  #stored({ channel, to }: Untold, from: number, signal: AbortSignal): Promise<readonly ChannelEvent[]> {
    const range = { from, to, limit: page, oldestFirst: true };
    return this.#ask("stored", [channel.id, range], signal).catch(() => []);
  }

  #caughtUp({ before, after, unheard }: Missed, events: readonly ParleyEvent[]): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#tell([...before, ...events, ...after, ...held]);
    for (const { channel, command, sendId } of unheard) {
      if (!this.hasEnded(sendId)) this.#ask("send", [channel, command, { sendId }], undefined, true).catch(() => {});
    }
    this.#team.askWaiting();
  }

  #hear(events: readonly ParleyEvent[], status: Status | undefined): void {
    if (status !== undefined) this.#status = status;
    if (this.#held !== undefined) this.#held.push(...events);
    else this.#tell(events);
  }

  #tell(events: readonly ParleyEvent[]): void {
    const told: ParleyEvent[] = [];
    const ended = new Set<SendId>();
    for (const event of events) {
      if (event.type === "loaded") continue;
      if (event.type === "storage") this.#isStoreLost = event.why.name === "storage_lost";
      if (event.type === "queued" || event.type === "sent") {
        const { sendId, channel } = event.type === "queued" ? event.entry : event;
        // Its end was told already: another tab had not heard of it, and asked again.
        if (ended.has(sendId) || this.hasEnded(sendId)) continue;
        if (event.type === "sent") ended.add(sendId);
        this.#stands({ sendId, channel });
      }
      told.push(event);
    }
    if (told.length > 0) this.told(told);
  }

  /** It need not be asked for again, whatever becomes of the leader. */
  #stands({ sendId, channel }: Send): void {
    for (const call of this.#calls.waiting()) {
      if (call.method === "send" && sendOf(call) === sendId) this.#calls.resolve(call.id, { sendId, channel });
    }
  }

  /** Whoever is told that a send is in the outbox finds it there. */
  #isShown(sendId: SendId | undefined): boolean {
    return sendId !== undefined && (this.hasEnded(sendId) || this.isWaiting(sendId));
  }

  #failed(why: ParleyError): void {
    this.#end(why);
    this.told([
      { type: "state", state: { name: "stopped", why } },
      { type: "storage", why },
    ]);
  }

  #end(why: ParleyError): void {
    this.#ended ??= why;
    this.#reading.abort(why);
    this.#loadedWith?.reject(why);
    this.#calls.rejectAll(why);
  }

  // ---- asking -------------------------------------------------------------------------------------------------------

  #ask<Name extends Method>(
    method: Name,
    args: MethodArguments<Name>,
    signal?: AbortSignal,
    goesFirst = false,
  ): Promise<MethodResult<Name>> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return this.#calls.make(
      method,
      args,
      signal,
      (call) => this.#team.ask(call),
      (call) => this.#team.abort(call),
      goesFirst,
    );
  }

  /** Nobody waits for it. */
  #do<Name extends Method>(method: Name, args: MethodArguments<Name>): void {
    this.#ask(method, args).catch(() => {});
  }

  history(channel: ChannelId, { signal, ...query }: HistoryQuery = {}) {
    return this.#ask("history", [channel, query], signal);
  }
  event(channel: ChannelId, seq: number, { signal }: Cancel = {}) {
    return this.#ask("event", [channel, seq], signal);
  }
  content(channel: ChannelId, seq: number, { signal }: Cancel = {}) {
    return this.#ask("content", [channel, seq], signal);
  }
  versions(channel: ChannelId, seq: number, { signal }: Cancel = {}) {
    return this.#ask("versions", [channel, seq], signal);
  }
  receipts(channel: ChannelId, seq: number, { signal }: Cancel = {}) {
    return this.#ask("receipts", [channel, seq], signal);
  }
  channelInfo(channel: ChannelId, { signal }: Cancel = {}) {
    return this.#ask("channelInfo", [channel], signal);
  }

  protected sendTo(channel: ChannelId | undefined, command: Command, given: SendOptions = {}): Promise<Send> {
    const { signal, ...options } = given;
    const sendId = options.sendId ?? this.newId<SendId>();
    return this.#ask("send", [channel, command, { ...options, sendId }], signal);
  }
  protected newId<T extends AnyId>(): T {
    return this.#ids.next<T>(this.#options.clock.now());
  }

  read(channel: ChannelId, seq: number): Promise<void> {
    return this.#ask("read", [channel, seq]);
  }
  setRegisters: ChatClient["setRegisters"] = (channel, change, { signal } = {}) =>
    this.#ask("setRegisters", [channel, change], signal);
  hideMessages: ChatClient["hideMessages"] = (channel, from, to, { signal } = {}) =>
    this.#ask("hideMessages", [channel, from, to], signal);
  rebuild(): Promise<void> {
    return this.#ask("rebuild", []);
  }
  setValue(key: string, value: unknown): Promise<void> {
    return this.#ask("setValue", [key, value]);
  }
  want(channel: ChannelId, want: Want): void {
    this.#do("want", [channel, want]);
  }
  typing(channel: ChannelId, on: boolean): void {
    this.#do("typing", [channel, on]);
  }

  watch(accounts: readonly AccountId[]): void {
    this.#setHints({ watched: [...accounts] });
  }
  setActive(active: boolean): void {
    this.#setHints({ active });
  }
  open(channels: readonly ChannelId[]): void {
    this.#setHints({ opened: [...channels] });
  }
  #setHints(change: Partial<TabHints>): void {
    this.#hints = { ...this.#hints, ...change };
    this.#team.setHints(this.#hints);
  }
}

function sendOf(call: Call): SendId | undefined {
  return (call.args[2] as SendOptions | undefined)?.sendId;
}
