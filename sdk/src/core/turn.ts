/**
 * What one turn of the core changes, asks of its world, and tells. A turn takes everything that waits (frames, ticks,
 * calls of the user); what it changed is one transaction, and only after that are frames sent and listeners told.
 */
import type { ClientEvents, ParleyEvent } from "../client.ts";
import type { ChannelId, SendId } from "../ids.ts";
import type { Changes, EventRange, SessionRecord } from "../store/store.ts";
import type { ChannelEvent, OutboxEntry, Placement } from "../types.ts";
import { type Channel, snapshot } from "./channel.ts";
import type { Draft } from "./channel_view.ts";

export type Action =
  /** Open a connection; it goes by this number. */
  | { readonly kind: "connect"; readonly connection: number }
  | { readonly kind: "send"; readonly frame: Uint8Array<ArrayBuffer> }
  | { readonly kind: "close"; readonly code: number }
  /** An access token is wanted; not this one. */
  | { readonly kind: "token"; readonly refused: string | undefined; readonly renew: string | undefined };

interface EventsTelling {
  readonly channel: Channel;
  readonly events: ChannelEvent[];
  readonly placement: Placement;
}
interface DropTelling {
  readonly channel: Channel;
  readonly after: number;
}
type Telling = ParleyEvent | EventsTelling | DropTelling;

export class Turn {
  session: SessionRecord | undefined;
  readonly actions: Action[] = [];
  readonly after: (() => void)[] = [];
  readonly outboxPut: OutboxEntry[] = [];
  readonly outboxRemoved: SendId[] = [];
  readonly values = new Map<string, unknown>();
  readonly erased: EventRange[] = [];
  readonly gone = new Set<ChannelId>();
  readonly changed = new Set<Channel>();
  #dropped: EventRange[] = [];
  #events = new Map<ChannelId, ChannelEvent[]>();
  #tellings: Telling[] = [];
  #lastOf = new Map<Channel, EventsTelling>();

  tell<Name extends keyof ClientEvents>(type: Name, event: ClientEvents[Name]): void {
    this.#tellings.push({ type, ...event } as ParleyEvent);
  }

  /** Stored, and told with what the channel is at the end of the turn. */
  putEvents(channel: Channel, events: readonly ChannelEvent[], placement: Placement): void {
    this.changed.add(channel);
    const stored = this.#events.get(channel.state.id);
    if (stored === undefined) this.#events.set(channel.state.id, [...events]);
    else stored.push(...events);
    const last = this.#lastOf.get(channel);
    if (placement === "next" && last !== undefined && last.placement !== "older") {
      last.events.push(...events);
      return;
    }
    const telling = { channel, events: [...events], placement };
    this.#lastOf.set(channel, telling);
    this.#tellings.push(telling);
  }

  /** Also what this turn has put. */
  drop(channel: Channel, from: number, to: number): void {
    const { id } = channel.state;
    this.changed.add(channel);
    this.#dropped.push({ channel: id, from, to });
    const kept = this.#events.get(id)?.filter((event) => event.seq < from || event.seq > to);
    if (kept !== undefined) this.#events.set(id, kept);
    for (const telling of this.#tellings) {
      if (!("placement" in telling) || telling.channel !== channel || !("events" in telling)) continue;
      const left = telling.events.filter((event) => event.seq < from || event.seq > to);
      (telling.events as ChannelEvent[]).splice(0, telling.events.length, ...left);
    }
    this.#lastOf.delete(channel);
    this.#tellings.push({ channel, after: from - 1 });
  }

  forget(channel: Channel): void {
    const { id } = channel.state;
    this.gone.add(id);
    this.changed.delete(channel);
    this.#events.delete(id);
    this.#lastOf.delete(channel);
    this.#tellings = this.#tellings.filter(
      (telling) => !("channel" in telling) || (telling.channel !== channel && telling.channel !== channel.shown),
    );
    this.tell("channel_gone", { channel: id });
  }

  /** The transaction; undefined: nothing changed. */
  changes(): Changes | undefined {
    const changes: Draft<Changes> = {};
    if (this.session !== undefined) changes.session = this.session;
    const channels = [...this.changed].filter((channel) => channel.known).map(snapshot);
    if (channels.length > 0) changes.channels = channels;
    const events = [...this.#events]
      .filter(([, list]) => list.length > 0)
      .map(([channel, list]) => ({ channel, events: list.sort((a, b) => a.seq - b.seq) }));
    if (events.length > 0) changes.events = events;
    if (this.erased.length > 0) changes.erased = this.erased;
    if (this.#dropped.length > 0) changes.dropped = this.#dropped;
    if (this.gone.size > 0) changes.goneChannels = [...this.gone];
    const put = this.outboxPut.filter((entry) => !this.outboxRemoved.includes(entry.sendId));
    if (put.length > 0) changes.outboxPut = put;
    if (this.outboxRemoved.length > 0) changes.outboxRemoved = this.outboxRemoved;
    if (this.values.size > 0) changes.values = this.values;
    return Object.keys(changes).length > 0 ? changes : undefined;
  }

  /** What is told once it is stored. The changes have to be asked for before. */
  told(): ParleyEvent[] {
    const told: ParleyEvent[] = [];
    for (const telling of this.#tellings) {
      if ("type" in telling) {
        told.push(telling);
        continue;
      }
      const channel = telling.channel.shown;
      if (channel === undefined) continue;
      if ("after" in telling) told.push({ type: "history_dropped", channel, after: telling.after });
      else if (telling.events.length > 0) {
        told.push({ type: "events", channel, events: telling.events, placement: telling.placement });
      }
    }
    for (const channel of this.changed) {
      if (channel.known && channel.shown !== undefined) told.push({ type: "channel", channel: channel.shown });
    }
    return told;
  }
}
