import type { ChannelId } from "@parley/sdk";
import { type MessageKey, SearchIndex, type SearchOptions, type SearchResult } from "./search_index.ts";

export interface MessageText extends MessageKey {
  readonly time: number;
  readonly text: string;
}

/** A change of what can be found. */
export type IndexChange =
  | { readonly kind: "put"; readonly messages: readonly MessageText[] }
  /** Both ends included; `to` 0: all from there on. */
  | { readonly kind: "remove"; readonly channel: ChannelId; readonly from: number; readonly to: number }
  | { readonly kind: "removeChannel"; readonly channel: ChannelId };

/** Where the index lives. Changes and searches take effect in the order in which they were asked for. */
export interface SearchEngine {
  change(change: IndexChange): void;
  search(query: string, options: SearchOptions): Promise<SearchResult>;
  close(): void;
}

export function applyChange(index: SearchIndex, change: IndexChange): void {
  if (change.kind === "put") for (const message of change.messages) index.put(message, message.text);
  else if (change.kind === "remove") index.removeRange(change.channel, change.from, change.to);
  else index.removeChannel(change.channel);
}

/** On the caller's thread: for tests, and where there are no workers. */
export class LocalSearchEngine implements SearchEngine {
  readonly #index = new SearchIndex();

  change(change: IndexChange): void {
    applyChange(this.#index, change);
  }

  async search(query: string, options: SearchOptions): Promise<SearchResult> {
    return this.#index.search(query, options);
  }

  close(): void {}
}
