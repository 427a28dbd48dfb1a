/**
 * The sends that have no outcome yet: which one goes next. One lane for each channel keeps their order; lanes take
 * turns. What is kept in the store is the caller's business.
 */
import type { Command } from "../commands.ts";
import type { ChannelId, SendId } from "../ids.ts";
import type { OutboxEntry } from "../types.ts";

export interface Waiting {
  readonly data: OutboxEntry;
  /** Nothing of the channel may be in flight with it. */
  readonly alone: boolean;
  inFlight: boolean;
}

interface Lane {
  entries: Waiting[];
  inFlight: number;
  /** One was put off: the server refuses those behind it too, and nothing may overtake them. */
  settling: boolean;
}

/** Nothing of a channel may overtake what creates it or changes who may speak; messages may be on their way together. */
function goesAlone(command: Command): boolean {
  return !["post", "edit", "delete", "react"].includes(command.kind);
}

export class Outbox {
  inFlight = 0;
  lastOrder = 0;
  readonly #window: number;
  readonly #channelWindow: number;
  readonly #entries = new Map<SendId, Waiting>();
  readonly #lanes = new Map<ChannelId, Lane>();
  /** Whose turn it is, first to last. */
  #ready = new Set<ChannelId>();

  /** `window` in flight in all, `channelWindow` of one channel. */
  constructor(window: number, channelWindow: number) {
    this.#window = window;
    this.#channelWindow = channelWindow;
  }

  get size(): number {
    return this.#entries.size;
  }

  find(sendId: SendId): Waiting | undefined {
    return this.#entries.get(sendId);
  }

  /** Behind all of its channel; the sendId must be new. */
  add(data: OutboxEntry): void {
    this.lastOrder = Math.max(this.lastOrder, data.order);
    const waiting: Waiting = { data, alone: goesAlone(data.command), inFlight: false };
    this.#entries.set(data.sendId, waiting);
    const lane = this.#lanes.get(data.channel) ?? { entries: [], inFlight: 0, settling: false };
    this.#lanes.set(data.channel, lane);
    lane.entries.push(waiting);
    this.#ready.add(data.channel);
  }

  /** The next entry that may leave, now in flight. */
  take(most: number): OutboxEntry | undefined {
    while (this.inFlight < Math.min(this.#window, most)) {
      const [channel] = this.#ready;
      if (channel === undefined) return undefined;
      this.#ready.delete(channel);
      const lane = this.#lanes.get(channel);
      const entry = lane && this.#sendable(lane);
      if (lane === undefined || entry === undefined) continue; // comes back when something of the lane ends
      entry.inFlight = true;
      lane.inFlight++;
      this.inFlight++;
      this.#ready.add(channel);
      return entry.data;
    }
    return undefined;
  }

  /** It was not accepted: it goes again, before all that stood behind it. */
  putBack(entry: Waiting): void {
    const lane = this.#landed(entry);
    if (lane !== undefined) lane.settling = lane.inFlight > 0;
  }

  /** The connection is gone. */
  putAllBack(): void {
    for (const lane of this.#lanes.values()) {
      for (const entry of lane.entries) entry.inFlight = false;
      lane.inFlight = 0;
      lane.settling = false;
    }
    this.inFlight = 0;
    this.#ready = new Set(this.all().map((entry) => entry.channel));
  }

  /** It has its outcome. */
  remove(entry: Waiting): void {
    const { channel, sendId } = entry.data;
    const lane = this.#landed(entry);
    this.#entries.delete(sendId);
    if (lane === undefined) return;
    lane.entries = lane.entries.filter((other) => other !== entry);
    if (lane.entries.length === 0) this.#lanes.delete(channel);
  }

  /** In the order of sending. */
  all(): OutboxEntry[] {
    return [...this.#entries.values()].map((entry) => entry.data).sort((a, b) => a.order - b.order);
  }

  #landed(entry: Waiting): Lane | undefined {
    const lane = this.#lanes.get(entry.data.channel);
    if (lane === undefined) return undefined;
    if (entry.inFlight) {
      entry.inFlight = false;
      lane.inFlight--;
      this.inFlight--;
    }
    if (lane.inFlight === 0) lane.settling = false;
    this.#ready.add(entry.data.channel);
    return lane;
  }

  #sendable(lane: Lane): Waiting | undefined {
    if (lane.settling || lane.inFlight >= this.#channelWindow) return undefined;
    for (const entry of lane.entries) {
      if (!entry.inFlight) return entry.alone && lane.inFlight > 0 ? undefined : entry;
      if (entry.alone) return undefined;
    }
    return undefined;
  }
}
