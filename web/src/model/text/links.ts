/** A link in a line of text. Offsets are UTF-16. */
export interface FoundLink {
  readonly from: number;
  readonly to: number;
  readonly href: string;
}

// Only these begin a link: text that merely looks like a name with a dot in it ("end.Next") is none.
const START = /https?:\/\/|www\.|mailto:|[\p{L}\p{N}._%+-]{1,64}@(?=[\p{L}\p{N}-]{1,63}\.)/giu;
const BODY = /[^\s\p{Cc}<>"'`{}|\\^]*/uy;
const MAIL_HOST = /[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})*\.\p{L}{2,63}/uy;
// Characters that make an address read as another one.
const DECEIVING = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;
const TRAILING = /[.,:;!?…、。，！？：；·*_~'")\]]$/u;

/** Ascending, disjoint. Linear in the length of `line`. */
export function findLinks(line: string): FoundLink[] {
  const found: FoundLink[] = [];
  START.lastIndex = 0;
  for (let match = START.exec(line); match !== null; match = START.exec(line)) {
    const before = line.slice(0, match.index).at(-1) ?? "";
    if (/[\p{L}\p{N}@/]/u.test(before)) continue;
    const link = match[0].endsWith("@") ? mailAt(line, match.index, START.lastIndex) : webAt(line, match);
    if (link === undefined) continue;
    found.push(link);
    START.lastIndex = link.to;
  }
  return found;
}

function webAt(line: string, match: RegExpExecArray): FoundLink | undefined {
  BODY.lastIndex = START.lastIndex;
  const body = BODY.exec(line)?.[0] ?? "";
  const text = withoutTail(match[0] + body);
  if (text.length <= match[0].length) return undefined;
  return linkOf(match.index, text, /^www\./iu.test(text) ? `https://${text}` : text);
}

function mailAt(line: string, from: number, hostAt: number): FoundLink | undefined {
  MAIL_HOST.lastIndex = hostAt;
  const host = MAIL_HOST.exec(line)?.[0];
  if (host === undefined) return undefined;
  const text = line.slice(from, hostAt) + host;
  return linkOf(from, text, `mailto:${text}`);
}

function linkOf(from: number, text: string, address: string): FoundLink | undefined {
  if (DECEIVING.test(text) || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  // "https://bank.example@evil.example" goes to evil.example.
  if (url.username !== "" || url.password !== "") return undefined;
  if (
    url.protocol !== "mailto:" &&
    !url.hostname.includes(".") &&
    url.hostname !== "localhost" &&
    !url.hostname.startsWith("[")
  ) {
    return undefined;
  }
  return { from, to: from + text.length, href: url.href };
}

/** Punctuation behind an address belongs to the sentence; a closing bracket only where it was not opened inside. */
function withoutTail(text: string): string {
  let open = 0;
  for (const letter of text) open += letter === "(" ? 1 : letter === ")" ? -1 : 0;
  let end = text.length;
  while (end > 0 && TRAILING.test(text[end - 1] ?? "")) {
    if (text[end - 1] === ")") {
      if (open >= 0) break;
      open++;
    }
    end--;
  }
  return text.slice(0, end);
}
