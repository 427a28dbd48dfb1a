import type { AccountId, ChannelId } from "@parley/sdk";
import type { ComposerDraft } from "./drafts.ts";

const prefix = "parley.draft/";
const keyOf = (account: AccountId, channel: ChannelId): string => `${prefix}${account}/${channel}`;

/**
 * Drafts of a page that goes: there is no time left for the store, which answers later, and localStorage is there at
 * once. They stay for as long as the store does not have them.
 */
export class DraftJournal {
  readonly #storage: Storage | undefined;

  constructor(storage: Storage | undefined = ofThePage()) {
    this.#storage = storage;
  }

  write(account: AccountId, channel: ChannelId, draft: ComposerDraft): void {
    try {
      this.#storage?.setItem(keyOf(account, channel), JSON.stringify(draft));
    } catch {
      // No room: the store may still have it in time.
    }
  }

  remove(account: AccountId, channel: ChannelId): void {
    this.#storage?.removeItem(keyOf(account, channel));
  }

  /** What an earlier page of this account left. */
  read(account: AccountId): ReadonlyMap<ChannelId, ComposerDraft> {
    const found = new Map<ChannelId, ComposerDraft>();
    for (const key of Object.keys(this.#storage ?? {})) {
      if (!key.startsWith(`${prefix}${account}/`)) continue;
      try {
        found.set(key.slice(`${prefix}${account}/`.length) as ChannelId, JSON.parse(this.#storage?.getItem(key) ?? ""));
      } catch {
        this.#storage?.removeItem(key);
      }
    }
    return found;
  }
}

function ofThePage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
