import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { type Figure, results } from "./figures.ts";

/** Prints the table of a run. */
export default function print(): void {
  if (!existsSync(results)) return;
  const figures = readFileSync(results, "utf8")
    .trim()
    .split("\n")
    .map((line): Figure => JSON.parse(line));
  const rows = figures.map(({ what, value, unit, goal }) => {
    // JSON has no NaN.
    const shown = value === null ? "?" : `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${unit}`;
    const isMet =
      goal === "" ||
      value === null ||
      (goal.startsWith("<=") ? value <= Number(goal.slice(2)) : value >= Number(goal.slice(2)));
    return `${what.padEnd(66)} ${shown.padStart(12)}   ${goal.padEnd(8)} ${isMet ? "" : "missed"}`.trimEnd();
  });
  const [cpu] = cpus();
  process.stdout.write(`\n${rows.join("\n")}\n\nOn ${cpus().length} x ${cpu?.model ?? "?"}; also in ${results}\n`);
}
