/**
 * What the user set for themselves (pinned, muted, archived, marked unread, deleted for me): stored and shown at once,
 * told to the server when there is a connection, one request per channel at a time. Until the server has answered, the
 * wish stands over whatever else it tells.
 */
import { ParleyError } from "../errors.ts";
import { type ChannelId, idToBytes } from "../ids.ts";
import type { RegisterChange, Registers, SeqRange, Wishes } from "../types.ts";
import { Backoff } from "./backoff.ts";
import type { Channel } from "./channel.ts";
import { someWishes, takeRegisters } from "./channel_view.ts";
import type { Core } from "./core.ts";
import { isForNow } from "./errors.ts";
import { addRange } from "./ranges.ts";
import { type ServerFrame, toError, toRegisters } from "./wire.ts";

/** One request's worth of it. */
export type Wished = { readonly change: RegisterChange } | { readonly hide: SeqRange };

export class WishesPart {
  readonly #core: Core;
  readonly #backoff: Backoff;
  readonly #due = new Set<Channel>();
  readonly #inFlight = new Set<Channel>();
  #pausedUntil = 0;

  constructor(core: Core) {
    this.#core = core;
    this.#backoff = new Backoff(core.settings.firstBackoff, core.settings.longestBackoff, core.random);
  }

  /** What was wished before the client was closed. */
  loaded(channel: Channel): void {
    if (channel.state.wishes !== undefined) this.#due.add(channel);
  }

  set(channel: Channel, change: RegisterChange): Registers {
    const { state } = channel;
    this.#wish(channel, { ...state.wishes, change: { ...state.wishes?.change, ...change } });
    return state.registers;
  }

  hide(channel: Channel, from: number, to: number): Registers {
    const { state } = channel;
    if (!(from >= 1 && from <= to)) throw new ParleyError("invalid_argument", "There are no such messages.");
    if (to > state.head) throw new ParleyError("seq_in_future", "That seq does not exist yet.");
    this.#wish(channel, { ...state.wishes, hide: addRange(state.wishes?.hide ?? [], from, to) });
    return state.registers;
  }

  /** Reading takes the mark away; one that was not told yet need not be told any more. */
  read({ state }: Channel): void {
    if (state.wishes?.change?.markedUnread !== true) return;
    const { markedUnread: _, ...change } = state.wishes.change;
    state.wishes = someWishes({ ...state.wishes, change });
    state.registers = { ...state.registers, markedUnread: false };
  }

  pump(now: number): void {
    if (this.#pausedUntil > now) return;
    this.#pausedUntil = 0;
    for (const channel of this.#due) {
      if (!this.#core.requests.hasRoom) return;
      if (this.#inFlight.has(channel)) continue;
      const { id, incarnation, wishes } = channel.state;
      if (wishes === undefined) this.#due.delete(channel);
      // Of another history: comes back with its row.
      else if (incarnation !== this.#core.session.incarnation) continue;
      // A cursor that is told later would take the mark away.
      else if (wishes.change?.markedUnread === true && this.#core.receipts.hasToTellRead(channel)) continue;
      else this.#tell(now, channel, id, wishes);
    }
  }

  wish(): number {
    return this.#due.size > 0 ? this.#pausedUntil : 0;
  }

  answered(now: number, id: ChannelId, wished: Wished, { body }: ServerFrame): void {
    const channel = this.#core.find(id);
    if (channel === undefined) return;
    this.#inFlight.delete(channel);
    if (body.case === "error") {
      const why = toError(body.value);
      if (isForNow(why)) {
        this.#pausedUntil = this.#backoff.againAt(now, this.#pausedUntil, why.retryAfterMs);
        return;
      }
      // It is not to be: what the server has is shown again.
      this.#forgetWish(channel, wished);
      return this.#core.inbox.refresh(now, channel);
    }
    this.#backoff.reset();
    this.#forgetWish(channel, wished);
    if (body.case === "registers") this.#core.own.takeRegisters(channel, toRegisters(body.value), undefined);
    // A row that was asked for before does not know of it.
    channel.registersTold = this.#core.requests.last;
  }

  /** The connection is gone. */
  takeBack(id: ChannelId): void {
    const channel = this.#core.find(id);
    if (channel !== undefined) this.#inFlight.delete(channel);
    this.#pausedUntil = 0;
  }

  forget(channel: Channel): void {
    this.#due.delete(channel);
    this.#inFlight.delete(channel);
  }

  #wish(channel: Channel, wishes: Wishes): void {
    const { state } = channel;
    const { hidden } = state.registers;
    state.wishes = wishes;
    takeRegisters(state, state.registers);
    this.#core.inbox.hidden(channel, hidden);
    this.#core.changed(channel);
    this.#due.add(channel);
  }

  #tell(now: number, channel: Channel, id: ChannelId, { change, hide = [] }: Wishes): void {
    this.#inFlight.add(channel);
    const channelId = idToBytes(id);
    const [range] = hide;
    if (change !== undefined) {
      const subject = { kind: "wish", channel: id, wished: { change } } as const;
      this.#core.requests.ask(now, subject, { case: "setRegisters", value: { channelId, ...change } });
    } else if (range !== undefined) {
      const subject = { kind: "wish", channel: id, wished: { hide: range } } as const;
      this.#core.requests.ask(now, subject, { case: "hideMessages", value: { channelId, ...range } });
    }
  }

  /** But for what was wished otherwise since it was told. */
  #forgetWish(channel: Channel, wished: Wished): void {
    const { state } = channel;
    const { change, hide = [] } = state.wishes ?? {};
    if ("hide" in wished) {
      const { from, to } = wished.hide;
      // What was added since may have joined it: that is told whole.
      state.wishes = someWishes({
        ...state.wishes,
        hide: hide.filter((range) => range.from !== from || range.to !== to),
      });
    } else {
      const told: Readonly<Record<string, unknown>> = { ...wished.change };
      const left = Object.entries(change ?? {}).filter(([name, value]) => told[name] !== value);
      state.wishes = someWishes({ ...state.wishes, change: Object.fromEntries(left) });
    }
    this.#core.changed(channel);
  }
}
