/** A word to look for; with `prefix` also whatever begins with it. */
export interface Term {
  readonly term: string;
  readonly prefix: boolean;
}

/** Ascending document numbers; grows by doubling, four bytes each. */
class NumberList {
  #numbers = new Uint32Array(2);
  length = 0;

  push(number: number): void {
    if (this.length === this.#numbers.length) {
      const grown = new Uint32Array(this.#numbers.length * 2);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[this.length++] = number;
  }

  view(): Uint32Array {
    return this.#numbers.subarray(0, this.length);
  }
}

/**
 * Which documents have which words. Words are sorted when somebody asks for a beginning; those that came since are
 * sorted in then, so that a word more costs a look-up, not a search tree.
 */
export class Postings {
  #lists = new Map<string, NumberList>();
  #sorted: string[] = [];
  #unsorted: string[] = [];
  /** Above all numbers. */
  #top = 0;

  /** `number` must be above all that were added before. */
  add(number: number, terms: Iterable<string>): void {
    this.#top = number + 1;
    for (const term of terms) {
      let list = this.#lists.get(term);
      if (list === undefined) {
        list = new NumberList();
        this.#lists.set(term, list);
        this.#unsorted.push(term);
      }
      list.push(number);
    }
  }

  /** Numbers of the documents that have all of `terms`, of which there are at most 255, from the highest to the lowest. */
  *withAll(terms: readonly Term[]): Iterable<number> {
    // How many of the terms a document has, as long as it has had all before.
    const has = new Uint8Array(this.#top);
    for (const [at, { term, prefix }] of terms.entries()) {
      for (const part of prefix ? this.#beginning(term) : this.#exactly(term)) {
        for (const number of part) if (has[number] === at) has[number] = at + 1;
      }
    }
    for (let number = this.#top - 1; number >= 0; number--) if (has[number] === terms.length) yield number;
  }

  /** Documents get other numbers (in the same order); those without one are forgotten. */
  renumber(moved: ReadonlyMap<number, number>): void {
    const lists = new Map<string, NumberList>();
    this.#top = 0;
    for (const [term, list] of this.#lists) {
      const kept = new NumberList();
      for (const number of list.view()) {
        const now = moved.get(number);
        if (now === undefined) continue;
        kept.push(now);
        this.#top = Math.max(this.#top, now + 1);
      }
      if (kept.length > 0) lists.set(term, kept);
    }
    this.#lists = lists;
    this.#sorted = [];
    this.#unsorted = [...lists.keys()];
  }

  #exactly(term: string): Uint32Array[] {
    const list = this.#lists.get(term);
    return list === undefined ? [] : [list.view()];
  }

  #beginning(prefix: string): Uint32Array[] {
    this.#sortIn();
    const found: Uint32Array[] = [];
    for (let at = this.#lowerBound(prefix); at < this.#sorted.length; at++) {
      const term = this.#sorted[at] ?? "";
      if (!term.startsWith(prefix)) break;
      found.push(...this.#exactly(term));
    }
    return found;
  }

  #sortIn(): void {
    if (this.#unsorted.length === 0) return;
    // Two runs that are sorted already are merged in one pass by the engine's sort (TimSort).
    this.#unsorted.sort(compare);
    this.#sorted = this.#sorted.concat(this.#unsorted);
    this.#unsorted = [];
    this.#sorted.sort(compare);
  }

  #lowerBound(prefix: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] ?? "") < prefix) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
