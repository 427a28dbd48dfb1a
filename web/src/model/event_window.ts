import { type ChannelEvent, fold, type HistoryPage, targetOf, withoutContent } from "@parley/sdk";

/** The page of history, without what only the one who asked needs. */
type Page = Pick<HistoryPage, "events" | "from" | "to" | "reachedStart" | "reachedHead">;

/** So many are kept on each side of what is on the screen, and so many in all before the rest is let go. */
const aside = 300;
const most = 1_000;
const mostChanges = 200;

/** A part of a channel's log without holes, by rising seq. It grows in both directions and is told what is new. */
export class EventWindow {
  events: readonly ChannelEvent[] = [];
  /** What is known to be whole: from the first to the last of these seqs. */
  from = 0;
  to = 0;
  reachedStart = false;
  atHead = true;
  /** Edits, deletions and reactions told lately: a page that was read before them knows nothing of them. */
  #changes: readonly ChannelEvent[] = [];

  replace(page: Page): void {
    this.events = this.#asItIs(page.events);
    this.from = page.from;
    this.to = page.to;
    this.reachedStart = page.reachedStart;
    this.atHead = page.reachedHead;
  }

  putBefore(page: Page): void {
    this.events = [...this.#asItIs(page.events), ...this.events];
    this.from = Math.min(this.from, page.from);
    this.reachedStart = page.reachedStart;
  }

  putAfter(page: Page): void {
    this.events = [...this.events, ...this.#asItIs(page.events)];
    this.to = Math.max(this.to, page.to);
    this.atHead = page.reachedHead;
  }

  /** Takes in what was told. What comes behind a hole is left out: `isNext` knows whether there is one before a seq. */
  add(told: readonly ChannelEvent[], isNext: (seq: number) => boolean): void {
    const events = [...this.events];
    for (const event of told) {
      if (event.seq > this.to) {
        if (this.atHead && isNext(event.seq)) {
          events.push(event);
          this.to = event.seq;
        }
      } else if (event.seq >= this.from) {
        const at = placeOf(events, event.seq);
        if (events[at]?.seq !== event.seq) events.splice(at, 0, event);
      }
      // What happens to a message is seen on it, however far below it stands.
      foldInto(events, event);
    }
    this.events = events;
    const changes = told.filter((event) => event.body.kind === "deleted" || targetOf(event) > 0);
    if (changes.length > 0) this.#changes = [...this.#changes, ...changes].slice(-mostChanges);
  }

  get(seq: number): ChannelEvent | undefined {
    return eventAt(this.events, seq);
  }

  /**
   * Lets go what is far from the screen, where the events from `first` to `last` are. The answer says whether there was
   * too much.
   */
  trim(first: number, last: number): boolean {
    const { events } = this;
    if (events.length <= most) return false;
    const start = Math.max(0, placeOf(events, first) - aside);
    const end = Math.min(events.length, placeOf(events, last) + 1 + aside);
    this.events = events.slice(start, end);
    if (start > 0) {
      this.from = this.events[0]?.seq ?? this.from;
      this.reachedStart = false;
    }
    if (end < events.length) {
      this.to = this.events.at(-1)?.seq ?? this.to;
      this.atHead = false;
    }
    return this.events.length < events.length;
  }

  #asItIs(page: readonly ChannelEvent[]): readonly ChannelEvent[] {
    if (this.#changes.length === 0) return page;
    const events = [...page];
    for (const change of this.#changes) foldInto(events, change);
    return events;
  }
}

export function eventAt(events: readonly ChannelEvent[], seq: number): ChannelEvent | undefined {
  const found = events[placeOf(events, seq)];
  return found?.seq === seq ? found : undefined;
}

/** Where an event with this seq is or would be. */
function placeOf(events: readonly ChannelEvent[], seq: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle] as ChannelEvent).seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What an edit, a reaction and a deletion do to the messages before them. */
function foldInto(events: ChannelEvent[], event: ChannelEvent): void {
  const change = (seq: number, to: (message: ChannelEvent) => ChannelEvent) => {
    const at = placeOf(events, seq);
    const message = events[at];
    if (message?.seq === seq) events[at] = to(message);
  };
  if (event.body.kind === "deleted") for (const target of event.body.targets) change(target, withoutContent);
  const target = targetOf(event);
  if (target > 0) change(target, (message) => fold(message, event));
}
