import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { results } from "./figures.ts";

/** Forgets the figures of the last run. */
export default function begin(): void {
  mkdirSync(dirname(results), { recursive: true });
  rmSync(results, { force: true });
}
