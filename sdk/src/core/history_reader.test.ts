// A channel of which some seqs cannot be seen, some are stored, and some the server does not give: as the seed decides.
import { describe, expect, it } from "vitest";
import type { HistoryQuery } from "../client.ts";
import { MemoryStore } from "../store/memory_store.ts";
import { channel, channelId, message } from "../store/samples_for_test.ts";
import type { ChannelState, HistoryPage, SeqRange } from "../types.ts";
import { makeRandom, type Random } from "../wire/random_messages_for_test.ts";
import { HistoryReader } from "./history_reader.ts";
import { addRange, contains, type Ranges } from "./ranges.ts";

const here = channelId(1);
const pageOfServer = 5;

function randomRanges(random: Random, last: number, parts: number): Ranges {
  let ranges: Ranges = [];
  for (let count = random(parts + 1); count > 0; count--) {
    const from = 1 + random(last);
    ranges = addRange(ranges, from, Math.min(last, from + random(12)));
  }
  return ranges;
}

class World {
  readonly random: Random;
  /** The seqs of all events that there are to see. */
  readonly all: readonly number[];
  fetches = 0;
  state: ChannelState;
  readonly #store = new MemoryStore();
  readonly #reader: HistoryReader;

  constructor(seed: number) {
    const random = makeRandom(seed);
    const head = 1 + random(60);
    const parts = randomRanges(random, head, 4);
    const [lastPart] = parts.slice(-1);
    // Mostly the last one is open.
    const visible = lastPart?.to === head && random(3) > 0 ? [...parts.slice(0, -1), { ...lastPart, to: 0 }] : parts;
    const lost = new Set(Array.from({ length: random(4) }, () => 1 + random(head)));
    const seqs = Array.from({ length: head }, (_, index) => index + 1);
    this.random = random;
    this.all = seqs.filter((seq) => contains(visible, seq) && !lost.has(seq));
    this.state = channel(1, [], { visible, head: visible.length === 0 ? 0 : head });
    this.#reader = new HistoryReader(
      here,
      this.#store,
      () => this.state,
      (range) => this.#fetch(range),
    );
  }

  async begin(): Promise<void> {
    for (const { from, to } of randomRanges(this.random, this.state.head || 1, 3)) await this.#keep(from, to);
  }

  read(query: HistoryQuery): Promise<HistoryPage> {
    return this.#reader.read(query);
  }

  async #keep(from: number, to: number): Promise<void> {
    const events = this.all.filter((seq) => from <= seq && seq <= to).map((seq) => message(seq));
    await this.#store.commit({ events: [{ channel: here, events }] });
    this.state = { ...this.state, have: addRange(this.state.have, from, to) };
  }

  /** As the server pages: what is told is all of the range that the answer speaks for. */
  async #fetch({ from, to, oldestFirst }: SeqRange & { oldestFirst: boolean }): Promise<void> {
    this.fetches++;
    expect(from).toBeLessThanOrEqual(to);
    const found = this.all.filter((seq) => from <= seq && seq <= to);
    const page = oldestFirst ? found.slice(0, pageOfServer) : found.slice(-pageOfServer);
    const isAll = page.length === found.length;
    await this.#keep(
      isAll || oldestFirst ? from : (page[0] as number),
      isAll || !oldestFirst ? to : (page.at(-1) as number),
    );
  }
}

const seqsOf = (page: HistoryPage) => page.events.map((event) => event.seq);

async function inManyWorlds(work: (world: World) => Promise<void>): Promise<void> {
  for (let seed = 1; seed <= 300; seed++) {
    try {
      const world = new World(seed);
      await world.begin();
      await work(world);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}

describe("history", () => {
  it("goes back to the beginning without a hole", () =>
    inManyWorlds(async (world) => {
      const walked: number[] = [];
      let before: number | undefined;
      for (let pages = 0; ; pages++) {
        expect(pages).toBeLessThan(100);
        const limit = 1 + world.random(9);
        const page = await world.read({ ...(before === undefined ? {} : { before }), limit });
        expect(page.reachedHead).toBe(before === undefined || world.all.every((seq) => seq < (before as number)));
        expect(page.events.length).toBeLessThanOrEqual(limit);
        walked.unshift(...seqsOf(page));
        if (page.reachedStart) break;
        expect(page.events.length, "a page that is not the last has something new").toBeGreaterThan(0);
        before = page.from;
      }
      expect(walked).toEqual(world.all);
    }));

  it("goes on to the newest without a hole", () =>
    inManyWorlds(async (world) => {
      const walked: number[] = [];
      for (let after = 0, pages = 0; ; pages++) {
        expect(pages).toBeLessThan(100);
        const page = await world.read({ after, limit: 1 + world.random(9) });
        walked.push(...seqsOf(page));
        if (page.reachedHead) break;
        expect(page.events.length).toBeGreaterThan(0);
        after = page.to;
      }
      expect(walked).toEqual(world.all);
    }));

  it("has both sides of a seq, or what is on this device of them, without a hole", () =>
    inManyWorlds(async (world) => {
      for (const local of [true, false]) {
        for (const around of [1, 1 + world.random(world.state.head || 1), world.state.head || 1]) {
          const before = world.fetches;
          const limit = 2 + world.random(9);
          const seqs = seqsOf(await world.read({ around, limit, local }));
          if (local) expect(world.fetches).toBe(before);
          const [first = 0, last = 0] = [seqs[0], seqs.at(-1)];
          expect(seqs).toEqual(world.all.filter((seq) => first <= seq && seq <= last));
          if (local) continue;
          expect(seqs.includes(around)).toBe(world.all.includes(around));
          const below = world.all.filter((seq) => seq <= around).slice(-Math.ceil(limit / 2));
          const above = world.all.filter((seq) => seq > around).slice(0, Math.floor(limit / 2));
          expect(seqs).toEqual([...below, ...above]);
        }
      }
    }));
});
