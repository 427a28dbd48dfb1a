import type { AccountId } from "@parley/sdk";

/** Who of those that were chosen after an "@" is still named in the text. */
export function mentionsIn(
  text: string,
  chosen: readonly { readonly name: string; readonly account: AccountId }[],
): readonly AccountId[] {
  const plain = text.toLowerCase();
  const named = chosen.filter(({ name }) => {
    const at = plain.indexOf(`@${name.toLowerCase()}`);
    return at >= 0 && !/[a-z0-9_]/u.test(plain[at + name.length + 1] ?? "");
  });
  return [...new Set(named.map(({ account }) => account))];
}
