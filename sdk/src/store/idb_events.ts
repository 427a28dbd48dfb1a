// One channel's events within a transaction: what a change can touch is read at once, changed in memory, and written.
import type { ChannelId } from "../ids.ts";
import type { ChannelEvent, SeqRange } from "../types.ts";
import { type EventView, eraseContent, putEvent, type Tie, unfold } from "./apply_events.ts";
import { targetOf } from "./fold.ts";
import { answer } from "./idb_database.ts";
import { isIn } from "./memory_store.ts";

/** A row of the store `ties`. */
export interface TieRow extends Tie {
  readonly channel: ChannelId;
  readonly target: number;
}
/** The part of a commit that concerns one channel's events. */
export interface EventsOfChannel {
  readonly channel: ChannelId;
  readonly events: readonly ChannelEvent[];
  readonly erased: readonly SeqRange[];
  readonly hidden: readonly SeqRange[];
}

const endless = Number.MAX_SAFE_INTEGER;

export async function writeEvents(transaction: IDBTransaction, change: EventsOfChannel): Promise<void> {
  const rows = new Rows(transaction, change.channel, change.hidden);
  const own = new Set(change.events.map((event) => event.seq));
  const targets = new Set(own);
  for (const event of change.events) {
    const target = targetOf(event);
    if (target !== 0) targets.add(target);
    if (event.body.kind === "deleted") for (const deleted of event.body.targets) targets.add(deleted);
  }
  const erased = change.erased.map(({ from, to }) => ({ from, to: to === 0 ? endless : to }));
  await Promise.all([
    ...runsOf(targets).map((run) => rows.readTies(run)),
    ...erased.flatMap((range) => [rows.readTies(range), rows.readEvents(range)]),
  ]);
  const touched = new Set([...targets, ...rows.tied()].filter((seq) => !own.has(seq)));
  await Promise.all(runsOf(touched).map((run) => rows.readEvents(run)));
  for (const event of change.events) putEvent(rows, event);
  for (const range of erased) {
    for (const seq of rows.known(range)) eraseContent(rows, seq);
  }
  rows.write();
}

/** The events go, and what they made of others. */
export async function dropEvents(transaction: IDBTransaction, channel: ChannelId, range: SeqRange): Promise<void> {
  const last = range.to === 0 ? endless : range.to;
  transaction.objectStore("events").delete(keys(channel, range.from, last));
  const rows = new Rows(transaction, channel, []);
  await Promise.all([
    rows.readEvents({ from: 1, to: range.from - 1 }),
    rows.readTies({ from: 1, to: endless }, (tie) => tie.seq >= range.from && tie.seq <= last),
  ]);
  for (const seq of rows.known({ from: 1, to: range.from - 1 })) {
    const event = rows.get(seq);
    const without = event === undefined ? undefined : unfold(rows, event, range.from, last);
    if (without !== undefined && without !== event) rows.put(without);
  }
  rows.write();
}

export function dropChannelEvents(transaction: IDBTransaction, channel: ChannelId): void {
  transaction.objectStore("events").delete(keys(channel, 0, endless));
  transaction.objectStore("ties").delete(tieKeys(channel, 0, endless));
}

class Rows implements EventView {
  readonly #channel: ChannelId;
  readonly #hidden: readonly SeqRange[];
  readonly #eventStore: IDBObjectStore;
  readonly #tieStore: IDBObjectStore;
  readonly #events = new Map<number, ChannelEvent>();
  readonly #ties = new Map<number, Tie[]>();
  readonly #changed = new Set<number>();

  constructor(transaction: IDBTransaction, channel: ChannelId, hidden: readonly SeqRange[]) {
    this.#channel = channel;
    this.#hidden = hidden;
    this.#eventStore = transaction.objectStore("events");
    this.#tieStore = transaction.objectStore("ties");
  }

  async readEvents({ from, to }: SeqRange): Promise<void> {
    if (from > to) return;
    const found = await answer<ChannelEvent[]>(this.#eventStore.getAll(keys(this.#channel, from, to)));
    for (const event of found) this.#events.set(event.seq, event);
  }

  /** Of the ties to these messages; those that `goes` says are deleted instead. */
  async readTies({ from, to }: SeqRange, goes: (tie: Tie) => boolean = () => false): Promise<void> {
    const found = await answer<TieRow[]>(this.#tieStore.getAll(tieKeys(this.#channel, from, to)));
    for (const row of found) {
      if (goes(row)) this.#tieStore.delete([row.channel, row.target, row.seq]);
      else this.#remember(row.target, { seq: row.seq, kind: row.kind });
    }
  }

  /** Everything that points at what was read. */
  tied(): number[] {
    return [...this.#ties.values()].flatMap((ties) => ties.map((tie) => tie.seq));
  }

  /** Events and targets of ties in the range. */
  known({ from, to }: SeqRange): number[] {
    return [...new Set([...this.#events.keys(), ...this.#ties.keys()])].filter((seq) => seq >= from && seq <= to);
  }

  get(seq: number): ChannelEvent | undefined {
    return this.#events.get(seq);
  }

  put(event: ChannelEvent): void {
    this.#events.set(event.seq, event);
    this.#changed.add(event.seq);
  }

  ties(target: number): readonly Tie[] {
    return this.#ties.get(target) ?? [];
  }

  tie(target: number, tie: Tie): void {
    if (!this.#remember(target, tie)) return;
    this.#tieStore.put({ channel: this.#channel, target, ...tie } satisfies TieRow);
  }

  isHidden(seq: number): boolean {
    return isIn(this.#hidden, seq);
  }

  write(): void {
    for (const seq of this.#changed) this.#eventStore.put(this.#events.get(seq), [this.#channel, seq]);
  }

  #remember(target: number, tie: Tie): boolean {
    const ties = this.#ties.get(target) ?? [];
    if (ties.some((known) => known.seq === tie.seq)) return false;
    this.#ties.set(
      target,
      [...ties, tie].sort((a, b) => a.seq - b.seq),
    );
    return true;
  }
}

/** The keys of a channel's events. */
export function keys(channel: ChannelId, from: number, to: number): IDBKeyRange {
  return IDBKeyRange.bound([channel, from], [channel, to]);
}

function tieKeys(channel: ChannelId, from: number, to: number): IDBKeyRange {
  // An array is greater than every number: the upper end holds all that points at `to`.
  return IDBKeyRange.bound([channel, from], [channel, to, []]);
}

/** Neighbours are read together. */
function runsOf(seqs: ReadonlySet<number>): SeqRange[] {
  const runs: { from: number; to: number }[] = [];
  for (const seq of [...seqs].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && seq === last.to + 1) last.to = seq;
    else runs.push({ from: seq, to: seq });
  }
  return runs;
}
