/**
 * Cursors: what is stored here is told as delivered, what the user has read as read; the first move at once, then at
 * most one per channel and interval, with one in flight.
 */
import { ParleyError } from "../errors.ts";
import { type ChannelId, idToBytes } from "../ids.ts";
import type { Channel } from "./channel.ts";
import type { Core } from "./core.ts";
import { earliest } from "./core.ts";
import { isForNow } from "./errors.ts";
import type { Asked } from "./requests.ts";
import { type ServerFrame, toError, toRegisters } from "./wire.ts";

const defaultInterval = 250;
const pauseAfterError = 1_000;
const pauseWithoutRoom = 10;

export class ReceiptsPart {
  readonly #core: Core;
  #due = new Set<Channel>();
  #wakeAt = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  /** What was read and received before the client was closed is told as soon as may be. */
  loaded(channel: Channel): void {
    this.#due.add(channel);
  }

  welcomed(now: number): void {
    this.#wakeAt = now;
  }

  touch(now: number, channel: Channel): void {
    if (this.#due.has(channel) || channel.cursorInFlight || !this.#isBehind(channel)) return;
    if (this.#core.requests.hasRoom && now >= channel.cursorNext) return this.#send(now, channel);
    this.#due.add(channel);
    this.#wakeAt = earliest(this.#wakeAt, Math.max(channel.cursorNext, now + 1));
  }

  tick(now: number): void {
    if (this.#due.size === 0 || this.#wakeAt === 0 || now < this.#wakeAt) return;
    this.#wakeAt = 0;
    for (const channel of [...this.#due]) {
      if (channel.state.incarnation !== this.#core.session.incarnation) continue; // comes back with its row
      if (channel.cursorInFlight || !this.#isBehind(channel)) {
        this.#due.delete(channel);
      } else if (now >= channel.cursorNext && this.#core.requests.hasRoom) {
        this.#due.delete(channel);
        this.#send(now, channel);
      } else {
        this.#wakeAt = earliest(this.#wakeAt, Math.max(channel.cursorNext, now + pauseWithoutRoom));
      }
    }
  }

  wish(): number {
    return this.#due.size > 0 ? this.#wakeAt : 0;
  }

  /** The user has read up to `seq`. */
  read(now: number, channel: Channel | undefined, seq: number): void {
    if (!channel?.known) throw new ParleyError("channel_unknown", "There is no such channel here.");
    const { state } = channel;
    if (seq > state.head) throw new ParleyError("seq_in_future", "That seq does not exist yet.");
    if (seq <= state.readWanted || seq <= state.registers.read) return;
    state.readWanted = seq;
    this.#core.wishes.read(channel);
    if (seq >= state.counted) state.unread = state.unreadMentions = 0;
    this.#core.changed(channel);
    this.touch(now, channel);
  }

  answered(now: number, asked: Asked & { kind: "cursor" }, { body }: ServerFrame): void {
    const channel = this.#core.find(asked.channel);
    if (channel === undefined) return;
    channel.cursorInFlight = false;
    const { state } = channel;
    if (body.case === "error") {
      const why = toError(body.value);
      if (isForNow(why)) {
        const pause = Math.max(this.#interval, why.retryAfterMs, pauseAfterError);
        channel.cursorNext = now + pause;
        return this.touch(now, channel);
      }
      // Not a member any more, or a seq that a restore took away: there is nothing left to tell.
      state.deliveredWanted = state.registers.delivered;
      state.readWanted = state.registers.read;
      return this.#core.changed(channel);
    }
    state.registers = {
      ...state.registers,
      delivered: Math.max(state.registers.delivered, asked.delivered),
      read: Math.max(state.registers.read, asked.read),
    };
    this.#core.changed(channel);
    if (body.case === "registers") this.#core.own.takeRegisters(channel, toRegisters(body.value), undefined);
    this.touch(now, channel);
  }

  /** What the user has read is still to be told. */
  hasToTellRead({ known, state }: Channel): boolean {
    return known && state.role !== "none" && state.readWanted > state.registers.read;
  }

  /** The connection is gone. */
  takeBack(id: ChannelId): void {
    const channel = this.#core.find(id);
    if (channel === undefined) return;
    channel.cursorInFlight = false;
    this.#due.add(channel);
  }

  forget(channel: Channel): void {
    this.#due.delete(channel);
  }

  get #interval(): number {
    return this.#core.limit("receipt_interval_ms", defaultInterval);
  }

  #isBehind(channel: Channel): boolean {
    const { state } = channel;
    return (
      this.#core.repair.isCompared(channel) &&
      state.role !== "none" &&
      (state.deliveredWanted > state.registers.delivered || state.readWanted > state.registers.read)
    );
  }

  #send(now: number, channel: Channel): void {
    const { state } = channel;
    channel.cursorInFlight = true;
    channel.cursorNext = now + this.#interval;
    // Who has read a message has received it.
    const wanted = Math.max(state.deliveredWanted, state.readWanted);
    const delivered = wanted > state.registers.delivered ? wanted : 0;
    const read = state.readWanted > state.registers.read ? state.readWanted : 0;
    this.#core.requests.ask(
      now,
      { kind: "cursor", channel: state.id, delivered, read },
      {
        case: "moveCursor",
        value: { channelId: idToBytes(state.id), delivered, read },
      },
    );
  }
}
