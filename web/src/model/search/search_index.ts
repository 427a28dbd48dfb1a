import type { ChannelId } from "@parley/sdk";
import { foldText } from "./normalise.ts";
import { Postings } from "./postings.ts";
import { queryOf, termsOf, termsOfQuery } from "./tokens.ts";

/** Where a message is. */
export interface MessageKey {
  readonly channel: ChannelId;
  readonly seq: number;
}

export interface SearchOptions {
  /** Only in this channel. */
  readonly channel?: ChannelId;
  /** At most so many hits; `total` counts on. */
  readonly limit?: number;
}

export interface SearchResult {
  /** Newest first. */
  readonly hits: readonly MessageKey[];
  readonly total: number;
}

const DEFAULT_LIMIT = 50;
const MOST_TERMS = 255;

interface Document extends MessageKey {
  readonly time: number;
  /** Folded. What a phrase is looked for in. */
  readonly text: string;
}

/**
 * The messages on this device by their words. Everything is in memory; it is built anew from the store when the app
 * starts, so it may be dropped at any time.
 *
 * Documents have numbers in the order in which they were put. An edited message is a new document; the old one is dead
 * until so many are that compact() pays.
 */
export class SearchIndex {
  #documents: (Document | undefined)[] = [];
  #numbers = new Map<ChannelId, Map<number, number>>();
  #postings = new Postings();
  #dead = 0;

  get size(): number {
    return this.#documents.length - this.#dead;
  }

  /** Puts a message, or what it says now. Text without a word is forgotten. */
  put(key: MessageKey & { readonly time: number }, text: string): void {
    const folded = foldText(text);
    const old = this.#number(key);
    if (old !== undefined && this.#documents[old]?.text === folded) return;
    this.remove(key);
    const terms = termsOf(folded);
    if (terms.size === 0) return;
    const number = this.#documents.length;
    this.#documents.push({ channel: key.channel, seq: key.seq, time: key.time, text: folded });
    let ofChannel = this.#numbers.get(key.channel);
    if (ofChannel === undefined) {
      ofChannel = new Map();
      this.#numbers.set(key.channel, ofChannel);
    }
    ofChannel.set(key.seq, number);
    this.#postings.add(number, terms);
  }

  remove(key: MessageKey): void {
    const number = this.#number(key);
    if (number === undefined) return;
    this.#numbers.get(key.channel)?.delete(key.seq);
    this.#kill(number);
  }

  /** Both ends included; `to` 0: all from there on. */
  removeRange(channel: ChannelId, from: number, to: number): void {
    const numbers = this.#numbers.get(channel);
    if (numbers === undefined) return;
    if (to !== 0 && to - from < numbers.size) {
      for (let seq = from; seq <= to; seq++) this.remove({ channel, seq });
      return;
    }
    for (const seq of [...numbers.keys()]) if (seq >= from && (to === 0 || seq <= to)) this.remove({ channel, seq });
  }

  removeChannel(channel: ChannelId): void {
    const numbers = this.#numbers.get(channel);
    if (numbers === undefined) return;
    this.#numbers.delete(channel);
    for (const number of numbers.values()) this.#kill(number);
  }

  /** Every word of the query begins a word of the message; letters of scripts without spaces stand in it as they are. */
  search(query: string, options: SearchOptions = {}): SearchResult {
    const wanted = queryOf(query);
    const terms = termsOfQuery(wanted).slice(0, MOST_TERMS);
    if (terms.length === 0) return { hits: [], total: 0 };
    const most = options.limit ?? DEFAULT_LIMIT;
    const best: Document[] = [];
    let total = 0;
    for (const number of this.#postings.withAll(terms)) {
      const document = this.#documents[number];
      if (document === undefined) continue;
      if (options.channel !== undefined && document.channel !== options.channel) continue;
      if (!wanted.phrases.every((phrase) => document.text.includes(phrase))) continue;
      total++;
      // Few are shown of the many that a letter finds, so all are not sorted.
      const last = best[most - 1];
      if (last !== undefined && newestFirst(last, document) <= 0) continue;
      best.splice(placeOf(best, document), 0, document);
      if (best.length > most) best.pop();
    }
    return { hits: best.map(({ channel, seq }) => ({ channel, seq })), total };
  }

  #number(key: MessageKey): number | undefined {
    return this.#numbers.get(key.channel)?.get(key.seq);
  }

  #kill(number: number): void {
    this.#documents[number] = undefined;
    this.#dead++;
    if (this.#dead > 1_000 && this.#dead > this.#documents.length / 2) this.#compact();
  }

  #compact(): void {
    const moved = new Map<number, number>();
    const living: Document[] = [];
    for (const [number, document] of this.#documents.entries()) {
      if (document === undefined) continue;
      moved.set(number, living.length);
      this.#numbers.get(document.channel)?.set(document.seq, living.length);
      living.push(document);
    }
    this.#postings.renumber(moved);
    this.#documents = living;
    this.#dead = 0;
  }
}

function newestFirst(a: Document, b: Document): number {
  return b.time - a.time || b.seq - a.seq;
}

/** Where a document belongs among those that are sorted, newest first. */
function placeOf(sorted: readonly Document[], document: Document): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (newestFirst(sorted[middle] as Document, document) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
