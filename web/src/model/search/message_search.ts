import type {
  ChannelEvent,
  ChannelId,
  ChannelState,
  ChatClient,
  ClientEvents,
  HistoryPage,
  HistoryQuery,
  SeqRange,
} from "@parley/sdk";
import { Observable } from "../observable.ts";
import type { IndexChange, MessageText, SearchEngine } from "./engine.ts";
import type { SearchOptions, SearchResult } from "./search_index.ts";

const PAGE = 200;
const mostFailures = 3;
const tellEveryMs = 300;

/** What of a client the search needs. */
export type SearchedClient = Pick<ChatClient, "loaded" | "on" | "channels" | "channel" | "history">;

/**
 * Keeps the index equal to the messages that are on this device: first those that are stored, channel by channel and
 * newest first, then what comes, changes and goes.
 */
export class MessageSearch {
  readonly #client: SearchedClient;
  readonly #engine: SearchEngine;
  readonly #ended = new AbortController();
  // Rises with each change of a message that was there already: a page that was read meanwhile is read again.
  #changes = 0;
  readonly #hidden = new Map<ChannelId, readonly SeqRange[]>();
  readonly #pause: () => Promise<void>;
  #telling: ReturnType<typeof setTimeout> | undefined;
  /** Counts how often what can be found changed; a few times a second at most. */
  readonly changed = new Observable(0);

  /** Resolves when everything stored can be found, or with the end of the search. */
  readonly ready: Promise<void>;

  /** `pause` is awaited between pages, so that whoever scrolls is not held up. Owns `engine`. */
  constructor(client: SearchedClient, engine: SearchEngine, pause: () => Promise<void> = async () => {}) {
    this.#client = client;
    this.#engine = engine;
    this.#pause = pause;
    const options = { signal: this.#ended.signal };
    client.on("events", (told) => this.#eventsTold(told), options);
    client.on("channel", ({ channel }) => this.#removeHidden(channel), options);
    client.on(
      "channel_gone",
      ({ channel }) => {
        this.#changes++;
        this.#change({ kind: "removeChannel", channel });
      },
      options,
    );
    client.on(
      "history_dropped",
      ({ channel, after }) => {
        this.#changes++;
        this.#change({ kind: "remove", channel: channel.id, from: after + 1, to: 0 });
      },
      options,
    );
    this.ready = this.#readStore();
  }

  search(query: string, options: SearchOptions = {}): Promise<SearchResult> {
    return this.#engine.search(query, options);
  }

  close(): void {
    this.#ended.abort();
    clearTimeout(this.#telling);
    this.#engine.close();
  }

  async #readStore(): Promise<void> {
    await this.#client.loaded;
    for (const channel of this.#client.channels()) {
      this.#hidden.set(channel.id, channel.registers.hidden);
      for (const range of [...channel.have].reverse()) await this.#readRange(channel.id, range);
    }
  }

  async #readRange(channel: ChannelId, range: SeqRange): Promise<void> {
    let before = range.to + 1;
    while (before > range.from) {
      await this.#pause();
      const page = await this.#read(channel, { before, limit: PAGE, local: true });
      if (page === undefined) return;
      this.#put(channel, page.events);
      // A page without events: nothing is visible down to its `from`.
      const next = page.events[0]?.seq ?? page.from;
      if (next >= before) return;
      before = next;
    }
  }

  /** A page as it is when this resolves; undefined: the channel is gone, cannot be read, or the search has ended. */
  async #read(channel: ChannelId, query: HistoryQuery): Promise<HistoryPage | undefined> {
    let failures = 0;
    while (failures < mostFailures) {
      if (this.#ended.signal.aborted || this.#client.channel(channel) === undefined) return undefined;
      const changes = this.#changes;
      try {
        const page = await this.#client.history(channel, query);
        if (changes === this.#changes && !this.#ended.signal.aborted) return page;
      } catch {
        // The channel went while it was read, or the tab that reads for all; one that cannot be read holds up no other.
        failures++;
        await this.#pause();
      }
    }
    return undefined;
  }

  #eventsTold({ channel, events }: ClientEvents["events"]): void {
    this.#put(channel.id, events);
    for (const { body } of events) {
      if (body.kind === "edited") {
        this.#changes++;
        void this.#putEdited(channel.id, body.target);
      } else if (body.kind === "deleted") {
        this.#changes++;
        for (const target of body.targets) {
          this.#change({ kind: "remove", channel: channel.id, from: target, to: target });
        }
      }
    }
  }

  /** Edits may be told in any order (an older page after a newer one), so the store is asked what the message says now. */
  async #putEdited(channel: ChannelId, target: number): Promise<void> {
    const page = await this.#read(channel, { around: target, limit: 1, local: true });
    if (page !== undefined) this.#put(channel, page.events);
  }

  #put(channel: ChannelId, events: readonly ChannelEvent[]): void {
    const messages: MessageText[] = [];
    for (const event of events) {
      const text = textOf(event);
      if (event.body.kind === "message" && text !== undefined) {
        messages.push({ channel, seq: event.seq, time: event.time, text });
      }
    }
    if (messages.length > 0) this.#change({ kind: "put", messages });
  }

  #change(change: IndexChange): void {
    this.#engine.change(change);
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      this.changed.set(this.changed.get() + 1);
    }, tellEveryMs);
  }

  #removeHidden(channel: ChannelState): void {
    const { hidden } = channel.registers;
    if (this.#hidden.get(channel.id) === hidden) return;
    this.#hidden.set(channel.id, hidden);
    this.#changes++;
    for (const { from, to } of hidden) this.#change({ kind: "remove", channel: channel.id, from, to });
  }
}

function textOf(event: ChannelEvent): string | undefined {
  const content = event.annotation?.current ?? event.content;
  return content?.kind === "text" && event.contentGone === undefined ? content.text : undefined;
}
