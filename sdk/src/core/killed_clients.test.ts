// The client is killed wherever it waits for the store or the network, right before or right after what it waits for,
// and opened again from its store, while people speak and the connection breaks: at each such point once, and at many in
// an order that the seed decides. PARLEY_CORE_SEEDS: "from-to", for more of them.
import { describe, expect, it } from "vitest";
import { type Fate, Run } from "./killed_clients_for_test.ts";

const [firstSeed = 1, lastSeed = 30] = (process.env.PARLEY_CORE_SEEDS ?? "1-30").split("-").map(Number);

async function play(seed: number, turns: number, fate: (run: Run) => (point: string) => Fate): Promise<Run> {
  const run = new Run(seed, fate);
  await run.play(turns);
  await run.judge();
  return run;
}

describe("a client that is killed", () => {
  it("loses nothing, doubles nothing and keeps the order, wherever it waits at the time", {
    timeout: 60_000,
  }, async () => {
    const points: string[] = [];
    await play(1, 12, () => (point) => {
      points.push(point);
      return "lives";
    });
    for (const kind of ["load", "commit", "events", "token", "opened", "frame", "closed", "send", "wake"]) {
      expect(points, "the scenario comes by every kind of point").toContain(kind);
    }
    for (const death of ["dies before", "dies after"] as const) {
      for (let fatal = 0; fatal < points.length; fatal++) {
        let at = 0;
        const run = await play(1, 12, () => () => (at++ === fatal ? death : "lives"));
        expect(run.deaths, `${death} ${points[fatal]} ${fatal}`).toBe(1);
      }
    }
  });

  let deaths = 0;
  for (let seed = firstSeed; seed <= lastSeed; seed++) {
    it(`does so again and again: seed ${seed}`, async () => {
      const run = await play(seed, 60, ({ world }) => (point) => {
        if (world.random(point === "commit" ? 12 : 60) > 0) return "lives";
        return world.random(2) === 0 ? "dies before" : "dies after";
      });
      deaths += run.deaths;
    });
  }
  it("was killed often enough for that to mean something", () => {
    expect(deaths).toBeGreaterThanOrEqual(5 * (lastSeed - firstSeed));
  });
});
