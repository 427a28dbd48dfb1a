import { appendFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const results: string = fileURLToPath(new URL("../../../build/bench-web/results.jsonl", import.meta.url));

export interface Figure {
  readonly what: string;
  /** Null: it could not be measured. */
  readonly value: number | null;
  readonly unit: "KB" | "ms" | "MB" | "points";
  /** "<= 180"; empty where it only explains another. */
  readonly goal: string;
}

export function note(what: string, value: number, unit: Figure["unit"], goal = ""): void {
  appendFileSync(results, `${JSON.stringify({ what, value, unit, goal } satisfies Figure)}\n`);
}

/** The value below which a share of the values is. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);
