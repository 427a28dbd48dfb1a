import { withFencesClosed } from "../../../model/text/parse.ts";

/** More is folded until somebody asks for it. */
const most = { units: 1_500, lines: 24 };

export function isLong(text: string): boolean {
  return text.length > most.units || text.split("\n", most.lines + 1).length > most.lines;
}

/** The beginning of a long text; never half a character, and what is code stays code. */
export function folded(text: string): string {
  const lines = text.split("\n", most.lines).join("\n");
  if (lines.length <= most.units) return withFencesClosed(`${lines}…`);
  const cut = lines.slice(0, most.units);
  return withFencesClosed(`${/[\ud800-\udbff]$/u.test(cut) ? cut.slice(0, -1) : cut}…`);
}
