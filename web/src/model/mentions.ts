import type { AccountId } from "@parley/sdk";

/** Who of those that were chosen after an "@" is still named in the text. */
export function mentionsIn(
  text: string,
  chosen: readonly { readonly name: string; readonly account: AccountId }[],
): readonly AccountId[] {
  const plain = text.toLowerCase();
  const named = chosen.filter(({ name }) => {
    const mark = `@${name.toLowerCase()}`;
    for (let at = plain.indexOf(mark); at >= 0; at = plain.indexOf(mark, at + 1)) {
      // Else it is the beginning of a longer one.
      if (!/[a-z0-9_]/u.test(plain[at + mark.length] ?? "")) return true;
    }
    return false;
  });
  return [...new Set(named.map(({ account }) => account))];
}
