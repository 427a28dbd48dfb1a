/** Gaps: what of a channel is missing and wanted, fetched page by page, newest first unless order is wanted. */
import type * as fr from "../gen/messages.ts";
import { type ChannelId, idToBytes } from "../ids.ts";
import type { SeqRange, Want } from "../types.ts";
import { Backoff } from "./backoff.ts";
import type { Channel } from "./channel.ts";
import { forgetHistoryAfter, lastAskablePoint, topOf } from "./channel_view.ts";
import { type Core, earliest } from "./core.ts";
import { isForNow } from "./errors.ts";
import type { AskedRange } from "./events.ts";
import { newestMissing, oldestMissing } from "./ranges.ts";
import type { Asked } from "./requests.ts";
import { type ServerFrame, toError, toHex } from "./wire.ts";

const defaultPage = 50;

export class RepairPart {
  readonly #core: Core;
  readonly #backoff: Backoff;
  /** In the order in which they are asked for: newest first, those on the screen before them. */
  #waiting: Channel[] = [];
  #fetching = 0;
  #retryAt = 0;
  /** An event must exist that has not come: when patience ends. */
  #doubts: { readonly until: number; readonly channel: Channel }[] = [];
  #opened: readonly ChannelId[] = [];

  constructor(core: Core) {
    this.#core = core;
    this.#backoff = new Backoff(core.settings.firstBackoff, core.settings.longestBackoff, core.random);
  }

  wantOf(channel: Channel): Want {
    const want = channel.want ?? this.#core.settings.want;
    return channel.opened && want === "nothing" ? "newest" : want;
  }

  /** Whether what is had of the channel is known to be of the server's history; nothing is added to it before. */
  isCompared({ state }: Channel): boolean {
    return state.incarnation === this.#core.session.incarnation && !state.unproven;
  }

  queue(channel: Channel): void {
    const isBusy = channel.inRepair || channel.fetching || channel.unhelpful || !channel.known;
    if (isBusy || this.#missing(channel) === undefined) return;
    channel.inRepair = true;
    if (channel.opened) this.#waiting.unshift(channel);
    else this.#waiting.push(channel);
  }

  pump(now: number): void {
    if (this.#waiting.length === 0 || now < this.#retryAt) return;
    this.#retryAt = 0;
    const { requests, settings } = this.#core;
    while (this.#waiting.length > 0 && this.#fetching < settings.historyInFlight && requests.hasRoom) {
      const channel = this.#waiting.shift() as Channel;
      channel.inRepair = false;
      const range = this.#missing(channel);
      if (range === undefined) continue;
      channel.fetching = true;
      this.#fetching++;
      const { id } = channel.state;
      const { from, to, oldestFirst } = range;
      requests.ask(
        now,
        { kind: "history", channel: id, from, to, oldestFirst },
        {
          case: "getHistory",
          value: { channelId: idToBytes(id), from, to, oldestFirst },
        },
      );
    }
  }

  tick(now: number): void {
    while ((this.#doubts[0]?.until ?? Number.POSITIVE_INFINITY) <= now) {
      const { channel } = this.#doubts.shift() as { channel: Channel };
      channel.doubted = false;
      if (channel.state.head <= topOf(channel.state)) continue;
      if (channel.known) this.queue(channel);
      else this.#core.inbox.refresh(now, channel);
    }
  }

  wish(): number {
    return earliest(this.#waiting.length > 0 ? this.#retryAt : 0, this.#doubts[0]?.until ?? 0);
  }

  answered(now: number, asked: Asked & { kind: "history" }, { body }: ServerFrame): void {
    const channel = this.#core.find(asked.channel);
    if (channel === undefined) return;
    this.#fetching--;
    channel.fetching = false;
    if (body.case === "history") {
      this.#backoff.reset();
      return this.#core.events.page(now, channel, body.value, asked);
    }
    if (body.case !== "error") return;
    const why = toError(body.value);
    if (isForNow(why)) {
      this.queue(channel);
      this.#retryAt = this.#backoff.againAt(now, this.#retryAt, why.retryAfterMs);
    } else if (channel.state.unproven) {
      this.#dropUnproven(now, channel, 0);
    } else {
      channel.unhelpful = true;
      this.#core.events.settle(now, channel);
    }
  }

  takeBack(id: ChannelId): void {
    const channel = this.#core.find(id);
    if (channel === undefined) return;
    channel.fetching = false;
    this.queue(channel);
  }

  disconnected(): void {
    this.#fetching = 0;
    this.#retryAt = 0;
  }

  forget(channel: Channel): void {
    this.#waiting = this.#waiting.filter((other) => other !== channel);
    this.#doubts = this.#doubts.filter((doubt) => doubt.channel !== channel);
    if (channel.fetching) this.#fetching--;
  }

  /** An event that must exist may still be on its way. */
  doubt(now: number, channel: Channel): void {
    if (channel.doubted || channel.state.head <= topOf(channel.state)) return;
    channel.doubted = true;
    this.#doubts.push({ until: now + this.#core.settings.gapPatience, channel });
  }

  // ---- what the user wants --------------------------------------------------------------------------------------------

  want(channel: Channel, want: Want): void {
    channel.want = want;
    channel.unhelpful = false;
    this.queue(channel);
  }

  open(ids: readonly ChannelId[]): void {
    for (const id of this.#opened) {
      const channel = this.#core.find(id);
      if (channel !== undefined) channel.opened = false;
    }
    this.#opened = ids;
    for (const id of ids) {
      const channel = this.#core.channelOf(id);
      channel.opened = true;
      channel.unhelpful = false;
      this.queue(channel);
    }
    if (this.#core.connection.isEstablished) this.sendOpen();
  }

  sendOpen(): void {
    if (this.#core.settings.mode !== "open_channels") return;
    this.#core.transmit(0, { case: "openChannels", value: { channelIds: this.#opened.map(idToBytes) } });
  }

  // ---- whether what is had is of the server's history ------------------------------------------------------------------

  /** The answer to a question for the one event that tells. */
  compared(now: number, channel: Channel, history: fr.History, seq: number): void {
    const { state } = channel;
    const point = state.points.at(-1);
    if (!state.unproven || point?.seq !== seq) return this.#core.events.settle(now, channel);
    const isCommon = history.events.some(({ header, digest }) => header?.seq === seq && toHex(digest) === point.digest);
    if (!isCommon) return this.#dropUnproven(now, channel, lastAskablePoint(state, seq - 1));
    state.unproven = false;
    this.#core.changed(channel);
    this.#core.inbox.afterRow(now, channel);
  }

  /** Of what is unproven only that up to `after`, the next point to ask for, may still be common. */
  #dropUnproven(now: number, channel: Channel, after: number): void {
    const { state } = channel;
    this.#core.turn.drop(channel, after + 1, Math.max(topOf(state), after + 1));
    forgetHistoryAfter(state, after);
    state.unproven = after !== 0;
    if (!state.unproven) state.contact = state.head;
    this.#core.inbox.afterRow(now, channel);
  }

  #missing(channel: Channel): AskedRange | undefined {
    const { state } = channel;
    if (state.incarnation !== this.#core.session.incarnation) return undefined; // its row is on its way
    if (state.unproven) {
      const asked = state.points.at(-1)?.seq ?? 0;
      return { from: asked, to: asked, oldestFirst: true };
    }
    const top = topOf(state);
    const held = this.#core.events.lowestHeld(state.id);
    const end = held > top ? held - 1 : state.head;
    const page = this.#core.limit("page_events", defaultPage);
    const pageUpTo = (seq: number) => Math.max(seq - page + 1, 1);
    const newest = (range: SeqRange | undefined) => range && { ...range, oldestFirst: false };
    switch (this.wantOf(channel)) {
      case "nothing":
        return undefined;
      case "in_order": {
        const from = state.have.length === 0 ? pageUpTo(state.contact) : top + 1;
        const range = oldestMissing(state.visible, state.have, from, end);
        return range && { ...range, oldestFirst: true };
      }
      case "newest":
        return newest(newestMissing(state.visible, state.have, pageUpTo(state.head), end));
      case "everything":
        return newest(newestMissing(state.visible, state.have, 1, end));
    }
  }
}
