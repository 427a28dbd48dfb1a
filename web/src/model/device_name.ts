const browsers: readonly (readonly [RegExp, string])[] = [
  [/Edg(?:A|iOS)?\//u, "Edge"],
  [/OPR\//u, "Opera"],
  [/Firefox\/|FxiOS\//u, "Firefox"],
  [/Chrom(?:e|ium)\/|CriOS\//u, "Chrome"],
  [/Safari\//u, "Safari"],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/Android/u, "Android"],
  [/iPhone|iPad/u, "iOS"],
  [/Windows/u, "Windows"],
  [/CrOS/u, "ChromeOS"],
  [/Mac OS X|Macintosh/u, "macOS"],
  [/Linux/u, "Linux"],
];

/** What an account's list of devices shows: "Firefox on Linux". */
export function deviceName(userAgent: string): string {
  const find = (table: typeof browsers) => table.find(([pattern]) => pattern.test(userAgent))?.[1];
  const [browser = "Browser", system] = [find(browsers), find(systems)];
  return system === undefined ? browser : `${browser} on ${system}`;
}
