import type { ChannelRow } from "./channel_list.ts";

/** Something that one can do by its name. */
export interface PaletteCommand {
  readonly id: string;
  readonly label: string;
}

/** A channel by the name that the screen gives it. */
export interface PaletteChannel {
  readonly row: ChannelRow;
  readonly label: string;
}

const mostChannels = 8;

/** What fits the words: where a name begins with them first, then where one of its words does, then anywhere. */
export function findIn<T extends { readonly label: string }>(all: readonly T[], words: string): readonly T[] {
  const wanted = plain(words.trim());
  if (wanted === "") return all;
  return all
    .map((entry) => ({ entry, rank: rankOf(plain(entry.label), wanted) }))
    .filter(({ rank }) => rank < notThere)
    .sort((a, b) => a.rank - b.rank)
    .map(({ entry }) => entry);
}

export function findChannels(all: readonly PaletteChannel[], words: string): readonly PaletteChannel[] {
  const wanted = words.trim() === "" ? all.filter(({ row }) => !row.archived) : all;
  return findIn(wanted, words).slice(0, mostChannels);
}

const notThere = 3;

function rankOf(name: string, wanted: string): number {
  if (name.startsWith(wanted)) return 0;
  const at = name.indexOf(wanted);
  if (at < 0) return notThere;
  return /[\p{L}\p{N}]/u.test(name.charAt(at - 1)) ? 2 : 1;
}

function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}
