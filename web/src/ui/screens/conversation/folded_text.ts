/** More is folded until somebody asks for it. */
const most = { units: 1_500, lines: 24 };

export function isLong(text: string): boolean {
  return text.length > most.units || text.split("\n", most.lines + 1).length > most.lines;
}

/** The beginning of a long text; never half a character. */
export function folded(text: string): string {
  const lines = text.split("\n", most.lines).join("\n");
  if (lines.length <= most.units) return `${lines}…`;
  const cut = lines.slice(0, most.units);
  return `${/[\ud800-\udbff]$/u.test(cut) ? cut.slice(0, -1) : cut}…`;
}
