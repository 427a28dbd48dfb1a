/** Events: pushed ones are applied in the order of seq, pages where they belong; held ones wait for a hole to be filled. */
import type * as fr from "../gen/messages.ts";
import type { ChannelId } from "../ids.ts";
import type { ChannelEvent, Placement } from "../types.ts";
import type { Channel } from "./channel.ts";
import {
  countsFor,
  isBeyondMembership,
  rememberDigest,
  takeAdmission,
  takeEvent,
  takeLast,
  topOf,
} from "./channel_view.ts";
import type { Core } from "./core.ts";
import { addRange, contains, newestMissing, nextVisible, nothingBetween, onlyVisible } from "./ranges.ts";
import { toChannelId, toEvents } from "./wire.ts";

/** What a page was asked for. */
export interface AskedRange {
  readonly from: number;
  readonly to: number;
  readonly oldestFirst: boolean;
}

export class EventsPart {
  readonly #core: Core;
  /** By channel and seq. */
  readonly #held = new Map<ChannelId, Map<number, ChannelEvent>>();
  #heldCount = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  pushed(now: number, { channelId, events: given }: fr.Events): void {
    const id = toChannelId(channelId);
    const events = toEvents(given);
    if (id === undefined || events.length === 0) return;
    const channel = this.#core.channelOf(id);
    const { state } = channel;
    if (this.#overtakesRow(now, channel)) return;
    let accepted: ChannelEvent[] = [];
    let placement: Placement = "next";
    for (const event of events) {
      const { seq } = event;
      // Where an event was never told, ticks and registers may not have been told either, and no page has those.
      if (channel.known && !this.#core.inbox.isAsked && seq > state.head + 1) this.#core.inbox.want(now);
      state.head = Math.max(state.head, seq);
      takeAdmission(state, event, this.#core.session.account);
      // A row or a page was faster, and the badge that was told before this may not count it.
      if (seq <= channel.badged) this.#core.inbox.want(now);
      if (seq <= topOf(state)) continue; // told already, or in a hole that a page will fill
      if (!channel.known || !this.#accepts(channel, seq)) {
        this.#hold(id, event);
        continue;
      }
      if (!this.#joins(channel, seq)) {
        this.#apply(now, channel, accepted, 0, placement);
        accepted = [];
        placement = "after_hole";
      }
      state.have = addRange(state.have, seq, seq);
      accepted.push(event);
    }
    this.#apply(now, channel, accepted, 0, placement);
    if (!channel.known) return this.#core.inbox.refresh(now, channel);
    if (state.head > topOf(state) || this.#heldCount > 0) this.settle(now, channel);
  }

  heads(now: number, { heads }: fr.Heads): void {
    const { inbox, repair, settings } = this.#core;
    for (const info of heads) {
      const id = toChannelId(info.channelId);
      if (id === undefined) continue;
      const channel = this.#core.find(id);
      if (!channel?.known) {
        inbox.want(now);
        continue;
      }
      if (this.#overtakesRow(now, channel)) continue;
      const { state } = channel;
      const { head } = info;
      if (head <= channel.badged) inbox.want(now);
      const moved = head > state.head;
      if (moved) {
        state.head = head;
        state.headTime = info.time;
        channel.unhelpful = false;
        this.#core.changed(channel);
      }
      // Nobody is told the head of a channel that it is not in. It may be known from what was sent to come in again.
      if (isBeyondMembership(state, head)) inbox.refresh(now, channel);
      if (state.head > topOf(state)) this.settle(now, channel);
      if (moved && settings.inboxOnHeads && repair.wantOf(channel) === "nothing") inbox.want(now);
    }
  }

  /** Applies what was held and now fits, then asks for what is missing. */
  settle(now: number, channel: Channel): void {
    // What was applied may have taken the channel away, and what is held next gives it back.
    while (this.#settleHeld(now, channel)) {}
    this.#core.repair.queue(channel);
  }

  /** Whether anything was applied. */
  #settleHeld(now: number, channel: Channel): boolean {
    const { state } = channel;
    const held = this.#held.get(state.id);
    const fitting: ChannelEvent[] = [];
    let placement: Placement = "next";
    for (const seq of [...(held?.keys() ?? [])].sort((a, b) => a - b)) {
      state.head = Math.max(state.head, seq);
      if (seq > topOf(state)) {
        const event = held?.get(seq) as ChannelEvent;
        takeAdmission(state, event, this.#core.session.account);
        if (!this.#accepts(channel, seq)) break;
        if (!this.#joins(channel, seq)) placement = "after_hole";
        state.have = addRange(state.have, seq, seq);
        fitting.push(event);
      }
      this.dropHeld(state.id, seq);
    }
    this.#apply(now, channel, fitting, 0, placement);
    return fitting.length > 0;
  }

  /** A page of history; `asked` is undefined where the user asked for it. */
  page(now: number, channel: Channel, history: fr.History, asked: AskedRange | undefined): void {
    const { repair, inbox } = this.#core;
    const { state } = channel;
    const { from, to, oldestFirst } = asked ?? { ...history, oldestFirst: false };
    if (!repair.isCompared(channel)) {
      return from === to ? repair.compared(now, channel, history, from) : this.settle(now, channel);
    }
    state.head = Math.max(state.head, history.head);
    const first = Math.max(history.from, from);
    const last = Math.min(history.to, to);
    const isUsable = first !== 0 && first <= last;
    if (!isUsable || newestMissing(state.visible, state.have, first, last) === undefined) {
      // Nothing new: pushes or another page were faster, or the server will not say.
      const left = newestMissing(state.visible, state.have, from, to);
      channel.unhelpful = left !== undefined && left.from === from && left.to === to;
      return this.settle(now, channel);
    }
    const top = topOf(state);
    const joined = this.#joins(channel, first);
    if (last > top && !joined && top !== 0 && repair.wantOf(channel) === "in_order") {
      // No page from beyond a hole. Where it answers a request for the hole, what is visible has changed.
      if (oldestFirst) inbox.refresh(now, channel);
      channel.unhelpful = oldestFirst;
      return;
    }
    const events: ChannelEvent[] = [];
    let previous = 0;
    for (const event of toEvents(history.events)) {
      const { seq } = event;
      if (seq < first || seq > last || seq <= previous || contains(state.have, seq)) continue;
      previous = seq;
      events.push(event);
    }
    // What a page leaves out may be seen by whoever comes back to all of the history.
    for (const seen of onlyVisible([{ from: first, to: last }], state.visible)) {
      state.have = addRange(state.have, seen.from, seen.to);
    }
    for (const { seq } of events) state.have = addRange(state.have, seq, seq);
    this.dropHeld(state.id, Math.max(topOf(state), 1));
    this.#core.changed(channel);
    const older = events.filter((event) => event.seq < top).length;
    this.#apply(now, channel, events, older, joined ? "next" : "after_hole");
    this.settle(now, channel);
  }

  /** The lowest seq that is held; 0: none. */
  lowestHeld(id: ChannelId): number {
    const held = this.#held.get(id);
    return held === undefined ? 0 : Math.min(...held.keys());
  }

  /** Up to `upTo`; 0: all. */
  dropHeld(id: ChannelId, upTo: number): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    for (const seq of [...held.keys()]) {
      if (upTo !== 0 && seq > upTo) continue;
      held.delete(seq);
      this.#heldCount--;
    }
    if (held.size === 0) this.#held.delete(id);
  }

  /** Their channels' heads are known: what was held is fetched again. */
  disconnected(): void {
    this.#held.clear();
    this.#heldCount = 0;
  }

  #joins({ state }: Channel, from: number): boolean {
    return nothingBetween(state.visible, topOf(state), from);
  }

  #accepts(channel: Channel, seq: number): boolean {
    const { repair } = this.#core;
    if (!repair.isCompared(channel)) return false;
    const top = topOf(channel.state);
    if (nextVisible(channel.state.visible, top) === seq) return true;
    return seq > top && (channel.unhelpful || repair.wantOf(channel) === "nothing");
  }

  /**
   * After a restore the seqs of a channel mean nothing until its row has come, which may be older than this push: the
   * next inbox has what was pushed.
   */
  #overtakesRow(now: number, channel: Channel): boolean {
    const overtakes = channel.known && channel.state.incarnation !== this.#core.session.incarnation;
    if (overtakes) this.#core.inbox.want(now);
    return overtakes;
  }

  #hold(id: ChannelId, event: ChannelEvent): void {
    // What does not fit in is fetched later: the head is known.
    if (this.#heldCount >= this.#core.settings.heldEvents) return;
    const held = this.#held.get(id) ?? new Map<number, ChannelEvent>();
    this.#held.set(id, held);
    if (held.has(event.seq)) return;
    held.set(event.seq, event);
    this.#heldCount++;
  }

  /** `events` were added to what the channel has; the first `older` of them stand below what it had. */
  #apply(now: number, channel: Channel, events: readonly ChannelEvent[], older: number, placement: Placement): void {
    if (events.length === 0) return;
    const { session, settings, turn, inbox, receipts } = this.#core;
    const { state } = channel;
    let came = false;
    let went = false;
    for (const event of events) {
      if (settings.receipts && event.account !== session.account) {
        state.deliveredWanted = Math.max(state.deliveredWanted, event.seq);
      }
      const wasOut = state.role === "none";
      this.#count(now, channel, event);
      came ||= wasOut && state.role !== "none";
      went ||= !wasOut && state.role === "none";
      takeLast(state, event);
      rememberDigest(state, event.seq, event.digest);
      if (event.body.kind === "noted") turn.tell("noted", { what: event.body.what });
      if (event.seq < state.head) continue;
      state.head = event.seq;
      state.headTime = event.time;
    }
    if (older > 0) turn.putEvents(channel, events.slice(0, older), "older");
    if (older < events.length) turn.putEvents(channel, events.slice(older), placement);
    // Whoever is in again, or was for a moment, does not know what changed meanwhile: title, members, cursors.
    if (came) {
      channel.skipped = state.counted;
      inbox.refresh(now, channel);
    }
    // It was told the head of its return while it still read of its removal.
    if (went && isBeyondMembership(state, state.head)) inbox.refresh(now, channel);
    receipts.touch(now, channel);
  }

  #count(now: number, channel: Channel, event: ChannelEvent): void {
    const { state } = channel;
    const { seq } = event;
    const me = this.#core.session.account;
    if (seq <= state.counted) return;
    // Pages come newest first, and what is counted goes up alone: only a row tells what the channel is as of here.
    if (!nothingBetween(state.visible, state.counted, seq)) {
      channel.skipped = Math.max(channel.skipped, seq);
      this.#core.inbox.want(now);
    }
    state.counted = seq;
    if (takeEvent(state, event, me)) channel.shaped = seq;
    const { unread, mention } = countsFor(event, me);
    if (!unread || seq <= Math.max(channel.badged, state.registers.read, state.readWanted)) return;
    state.unread++;
    if (mention) state.unreadMentions++;
    this.#core.inbox.counted(channel, seq, mention);
  }
}
