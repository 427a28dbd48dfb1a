import type { AccountId, ChannelEvent } from "@parley/sdk";

/** Everybody who reacted to a message with the same emoji. */
export interface ReactionGroup {
  readonly emoji: string;
  /** Oneself first. */
  readonly accounts: readonly AccountId[];
  readonly mine: boolean;
}

/** The reactions to a message, the most frequent first. */
export function reactionGroups(event: ChannelEvent, me: AccountId | undefined): readonly ReactionGroup[] {
  const groups = new Map<string, AccountId[]>();
  for (const { account, content } of event.annotation?.reactions ?? []) {
    if (content.kind !== "text") continue;
    const accounts = groups.get(content.text) ?? [];
    if (account === me) accounts.unshift(account);
    else accounts.push(account);
    groups.set(content.text, accounts);
  }
  return [...groups]
    .map(([emoji, accounts]) => ({ emoji, accounts, mine: accounts[0] === me }))
    .sort((a, b) => b.accounts.length - a.accounts.length);
}
