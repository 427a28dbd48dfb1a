/**
 * What stands in a profile's or a group's avatar: an emoji on a colour, written `emoji:<colour>:<emoji>`. Anything else
 * (a picture of a later version) is shown as initials.
 */
export interface Avatar {
  readonly colour: number;
  readonly emoji?: string;
}

export const avatarColours = 8;

export function parseAvatar(text: string | undefined, seed: string): Avatar {
  const match = /^emoji:([0-7]):(.{1,32})$/u.exec(text ?? "");
  if (match?.[1] !== undefined && match[2] !== undefined) return { colour: Number(match[1]), emoji: match[2] };
  return { colour: colourOf(seed) };
}

export function writeAvatar(colour: number, emoji: string): string {
  return `emoji:${colour}:${emoji}`;
}

/** The same colour for the same id on every device. */
export function colourOf(seed: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < seed.length; i++) sum = Math.imul(sum ^ seed.charCodeAt(i), 0x01000193);
  return (sum >>> 8) % avatarColours;
}

/** Up to two letters that stand for a name, whole characters of any script. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/\s+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = firstCharacter(words[0]);
  const last = words.length > 1 ? firstCharacter(words[words.length - 1]) : "";
  const cased = /\p{Lu}|\p{Ll}/u.test(first);
  return (cased ? first + last : first).toLocaleUpperCase();
}

function firstCharacter(word: string | undefined): string {
  if (!word) return "";
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(word)) {
    if (/[\p{L}\p{N}]/u.test(segment)) return segment;
  }
  return "";
}
