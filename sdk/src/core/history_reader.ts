/** A part of a channel's history without holes: from the store, and what is not there is fetched and stored first. */
import type { HistoryQuery } from "../client.ts";
import { ParleyError } from "../errors.ts";
import type { ChannelId } from "../ids.ts";
import type { Store } from "../store/store.ts";
import type { ChannelEvent, ChannelState, HistoryPage, SeqRange } from "../types.ts";
import { contains, lastVisible, nextVisible, rangeAt } from "./ranges.ts";

const defaultLimit = 50;
const last = Number.MAX_SAFE_INTEGER - 1;

/** Asks for a range and settles when the answer is stored. */
export type Fetch = (range: SeqRange & { readonly oldestFirst: boolean }) => Promise<void>;

/** What is there of one side: events without a hole between `from` and `to`. `hole` is what is missing behind it. */
interface Run {
  readonly events: readonly ChannelEvent[];
  readonly from: number;
  readonly to: number;
  readonly hole: SeqRange | undefined;
  readonly isEnd: boolean;
}

export class HistoryReader {
  readonly #store: Store;
  readonly #state: () => ChannelState | undefined;
  readonly #fetch: Fetch;
  readonly #id: ChannelId;

  /** `state` is the channel as of the last commit. */
  constructor(id: ChannelId, store: Store, state: () => ChannelState | undefined, fetch: Fetch) {
    this.#id = id;
    this.#store = store;
    this.#state = state;
    this.#fetch = fetch;
  }

  async read(query: HistoryQuery): Promise<HistoryPage> {
    const limit = Math.max(query.limit ?? defaultLimit, 1);
    const local = query.local ?? false;
    if (query.after !== undefined) {
      const run = await this.#complete(() => this.#forwards(query.after as number, limit), local, true);
      return { ...pageOf(run), reachedStart: !this.#isVisibleBelow(run.from), reachedHead: run.isEnd };
    }
    if (query.around === undefined) {
      const run = await this.#complete(() => this.#backwards(query.before ?? last, limit), local, false);
      return { ...pageOf(run), reachedStart: run.isEnd, reachedHead: !this.#isVisibleAbove(run.to) };
    }
    const { around } = query;
    const newer = Math.floor(limit / 2);
    const below = await this.#complete(() => this.#backwards(around + 1, limit - newer), local, false);
    const above = await this.#complete(() => this.#forwards(around, newer), local, true);
    return {
      events: [...below.events, ...above.events],
      from: below.from,
      to: Math.max(above.to, below.to),
      reachedStart: below.isEnd,
      reachedHead: above.isEnd,
    };
  }

  /** Fetches until the run is long enough, or nothing more comes. */
  async #complete(read: () => Promise<Run>, local: boolean, oldestFirst: boolean): Promise<Run> {
    for (let before: SeqRange | undefined; ; ) {
      const run = await read();
      const { hole } = run;
      // The same hole again: the server does not say, or not yet.
      if (local || hole === undefined || (before?.from === hole.from && before.to === hole.to)) return run;
      before = hole;
      await this.#fetch({ ...hole, oldestFirst });
    }
  }

  /** The newest events below `before`. */
  async #backwards(before: number, limit: number): Promise<Run> {
    const { visible, have, head } = this.#channel();
    const to = lastVisible(visible, Math.min(before - 1, head));
    if (to === 0) return { events: [], from: before, to: before - 1, hole: undefined, isEnd: true };
    let from = to + 1;
    let next = to;
    while (next > 0 && contains(have, next)) {
      from = rangeAt(have, next)?.from ?? next;
      next = lastVisible(visible, from - 1);
    }
    const events = from > to ? [] : await this.#store.events(this.#id, { from, to, limit });
    if (events.length >= limit) {
      const oldest = events[0] as ChannelEvent;
      return { events, from: oldest.seq, to, hole: undefined, isEnd: !this.#isVisibleBelow(oldest.seq) };
    }
    if (next === 0) return { events, from: Math.min(from, to), to, hole: undefined, isEnd: true };
    const hadBelow = have.findLast((range) => range.to < next)?.to ?? 0;
    return { events, from, to, hole: { from: Math.max(hadBelow + 1, 1), to: next }, isEnd: false };
  }

  /** The oldest events above `after`. */
  async #forwards(after: number, limit: number): Promise<Run> {
    const { visible, have, head } = this.#channel();
    const from = nextVisible(visible, after);
    if (from === 0 || from > head || limit === 0) {
      return { events: [], from: after + 1, to: after, hole: undefined, isEnd: from === 0 || from > head };
    }
    let to = from - 1;
    let next = from;
    while (next > 0 && next <= head && contains(have, next)) {
      to = rangeAt(have, next)?.to ?? next;
      next = nextVisible(visible, to);
    }
    const events = to < from ? [] : await this.#store.events(this.#id, { from, to, limit, oldestFirst: true });
    if (events.length >= limit) {
      const newest = events.at(-1) as ChannelEvent;
      return { events, from, to: newest.seq, hole: undefined, isEnd: !this.#isVisibleAbove(newest.seq) };
    }
    if (next === 0 || next > head) return { events, from, to: Math.max(to, from), hole: undefined, isEnd: true };
    const hadAbove = have.find((range) => range.from > next)?.from ?? head + 1;
    return { events, from, to, hole: { from: next, to: hadAbove - 1 }, isEnd: false };
  }

  #isVisibleBelow(seq: number): boolean {
    return lastVisible(this.#channel().visible, seq - 1) > 0;
  }

  #isVisibleAbove(seq: number): boolean {
    const { visible, head } = this.#channel();
    const next = nextVisible(visible, seq);
    return next > 0 && next <= head;
  }

  #channel(): ChannelState {
    const state = this.#state();
    if (state === undefined) throw new ParleyError("channel_unknown", "There is no such channel here.");
    return state;
  }
}

function pageOf({ events, from, to }: Run): { events: readonly ChannelEvent[]; from: number; to: number } {
  return { events, from, to };
}
