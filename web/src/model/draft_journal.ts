import type { AccountId, ChannelId, SendId } from "@parley/sdk";
import type { ComposerDraft } from "./drafts.ts";

/** What a page that goes leaves of one channel. */
export interface JournalEntry {
  /** What stands in the composer. */
  readonly draft: ComposerDraft;
  /** Sent, and maybe not stored; in the order of sending. */
  readonly sent: readonly { readonly sendId: SendId; readonly draft: ComposerDraft }[];
}

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

  write(account: AccountId, channel: ChannelId, entry: JournalEntry): void {
    try {
      this.#storage?.setItem(keyOf(account, channel), JSON.stringify(entry));
    } catch {
      // No room: the store may still have it in time.
    }
  }

  remove(account: AccountId, channel: ChannelId): void {
    this.#storage?.removeItem(keyOf(account, channel));
  }

  /** What an earlier page of this account left. */
  read(account: AccountId): ReadonlyMap<ChannelId, JournalEntry> {
    const found = new Map<ChannelId, JournalEntry>();
    for (const key of Object.keys(this.#storage ?? {})) {
      if (!key.startsWith(`${prefix}${account}/`)) continue;
      try {
        const entry = JSON.parse(this.#storage?.getItem(key) ?? "") as Partial<JournalEntry>;
        if (entry.draft === undefined || !Array.isArray(entry.sent)) throw new SyntaxError("Not an entry.");
        found.set(key.slice(`${prefix}${account}/`.length) as ChannelId, { draft: entry.draft, sent: entry.sent });
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
