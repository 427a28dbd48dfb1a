import type { ChannelId, SendId } from "../ids.ts";
import type { ChannelEvent, ChannelState, OutboxEntry, SeqRange } from "../types.ts";
import { type EventView, eraseContent, putEvent, type Tie, unfold } from "./apply_events.ts";
import type { Changes, EventRange, EventsQuery, SessionRecord, Store, StoredState } from "./store.ts";

/** Keeps everything in this process: for bots that may forget, for tests, and where a browser keeps nothing. */
export class MemoryStore implements Store {
  #session: SessionRecord | undefined;
  readonly #channels = new Map<ChannelId, ChannelState>();
  readonly #events = new Map<ChannelId, ChannelRows>();
  readonly #outbox = new Map<SendId, OutboxEntry>();
  readonly #values = new Map<string, unknown>();

  async load(): Promise<StoredState> {
    return {
      session: this.#session,
      channels: [...this.#channels.values()],
      outbox: [...this.#outbox.values()],
      values: new Map(this.#values),
    };
  }

  async commit(changes: Changes): Promise<void> {
    // First what may fail: a value that cannot be cloned.
    const values = [...(changes.values ?? [])].map(([key, value]) => [key, structuredClone(value)] as const);
    if (changes.session !== undefined) this.#session = changes.session;
    for (const range of changes.dropped ?? []) this.#rows(range.channel).drop(range);
    for (const id of changes.goneChannels ?? []) {
      this.#channels.delete(id);
      this.#events.delete(id);
    }
    for (const channel of changes.channels ?? []) this.#channels.set(channel.id, channel);
    for (const { channel, events } of changes.events ?? []) {
      const rows = this.#rows(channel);
      for (const event of events) putEvent(rows, event);
    }
    for (const range of changes.erased ?? []) this.#rows(range.channel).erase(range);
    for (const entry of changes.outboxPut ?? []) this.#outbox.set(entry.sendId, entry);
    for (const id of changes.outboxRemoved ?? []) this.#outbox.delete(id);
    for (const [key, value] of values) {
      if (value === undefined) this.#values.delete(key);
      else this.#values.set(key, value);
    }
  }

  async events(channel: ChannelId, query: EventsQuery): Promise<ChannelEvent[]> {
    const found = this.#rows(channel).range(query.from, query.to);
    return query.oldestFirst === true
      ? found.slice(0, query.limit)
      : found.slice(Math.max(0, found.length - query.limit));
  }

  async clear(): Promise<void> {
    this.#session = undefined;
    for (const rows of [this.#channels, this.#events, this.#outbox, this.#values]) rows.clear();
  }

  close(): void {}

  #rows(channel: ChannelId): ChannelRows {
    const known = this.#events.get(channel);
    if (known !== undefined) return known;
    const rows = new ChannelRows(() => this.#channels.get(channel)?.registers.hidden ?? []);
    this.#events.set(channel, rows);
    return rows;
  }
}

class ChannelRows implements EventView {
  readonly #events = new Map<number, ChannelEvent>();
  readonly #ties = new Map<number, Tie[]>();
  readonly #hidden: () => readonly SeqRange[];
  /** Rising; undefined: to be made anew. */
  #seqs: number[] | undefined = [];

  constructor(hidden: () => readonly SeqRange[]) {
    this.#hidden = hidden;
  }

  get(seq: number): ChannelEvent | undefined {
    return this.#events.get(seq);
  }

  put(event: ChannelEvent): void {
    if (!this.#events.has(event.seq)) {
      if (event.seq > (this.#seqs?.at(-1) ?? 0)) this.#seqs?.push(event.seq);
      else this.#seqs = undefined;
    }
    this.#events.set(event.seq, event);
  }

  ties(target: number): readonly Tie[] {
    return this.#ties.get(target) ?? [];
  }

  tie(target: number, tie: Tie): void {
    const ties = this.#ties.get(target) ?? [];
    if (ties.some((known) => known.seq === tie.seq)) return;
    this.#ties.set(
      target,
      [...ties, tie].sort((a, b) => a.seq - b.seq),
    );
  }

  isHidden(seq: number): boolean {
    return isIn(this.#hidden(), seq);
  }

  range(from: number, to: number): ChannelEvent[] {
    this.#seqs ??= [...this.#events.keys()].sort((a, b) => a - b);
    const seqs = this.#seqs.slice(firstAtLeast(this.#seqs, from), firstAtLeast(this.#seqs, to + 1));
    return seqs.map((seq) => this.#events.get(seq) as ChannelEvent);
  }

  erase(range: EventRange): void {
    const last = lastOf(range);
    for (const event of this.range(range.from, last)) eraseContent(this, event.seq);
    for (const target of this.#ties.keys()) {
      if (target >= range.from && target <= last) eraseContent(this, target);
    }
  }

  drop(range: EventRange): void {
    const last = lastOf(range);
    for (const event of this.range(range.from, last)) this.#events.delete(event.seq);
    this.#seqs = undefined;
    for (const [target, ties] of this.#ties) {
      this.#ties.set(
        target,
        ties.filter((tie) => tie.seq < range.from || tie.seq > last),
      );
    }
    for (const event of this.#events.values()) {
      const without = unfold(this, event, range.from, last);
      if (without !== event) this.put(without);
    }
  }
}

export function lastOf(range: EventRange): number {
  return range.to === 0 ? Number.MAX_SAFE_INTEGER - 1 : range.to;
}

export function isIn(ranges: readonly SeqRange[], seq: number): boolean {
  return ranges.some((range) => range.from <= seq && (range.to === 0 || seq <= range.to));
}

function firstAtLeast(rising: readonly number[], seq: number): number {
  let from = 0;
  let to = rising.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((rising[middle] as number) < seq) from = middle + 1;
    else to = middle;
  }
  return from;
}
