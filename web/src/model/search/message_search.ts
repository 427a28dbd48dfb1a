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
import type { MessageText, SearchEngine } from "./engine.ts";
import type { SearchOptions, SearchResult } from "./search_index.ts";

const PAGE = 200;

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

  /** Resolves when everything stored can be found, or with the end of the search. */
  readonly ready: Promise<void>;

  /** `pause` is awaited between pages, so that whoever scrolls is not held up. Owns `engine`. */
  constructor(client: SearchedClient, engine: SearchEngine, pause: () => Promise<void> = async () => {}) {
    this.#client = client;
    this.#engine = engine;
    const options = { signal: this.#ended.signal };
    client.on("events", (told) => this.#eventsTold(told), options);
    client.on("channel", ({ channel }) => this.#removeHidden(channel), options);
    client.on(
      "channel_gone",
      ({ channel }) => {
        this.#changes++;
        engine.change({ kind: "removeChannel", channel });
      },
      options,
    );
    client.on(
      "history_dropped",
      ({ channel, after }) => {
        this.#changes++;
        engine.change({ kind: "remove", channel: channel.id, from: after + 1, to: 0 });
      },
      options,
    );
    this.ready = this.#readStore(pause);
  }

  search(query: string, options: SearchOptions = {}): Promise<SearchResult> {
    return this.#engine.search(query, options);
  }

  close(): void {
    this.#ended.abort();
    this.#engine.close();
  }

  async #readStore(pause: () => Promise<void>): Promise<void> {
    await this.#client.loaded;
    for (const channel of this.#client.channels()) {
      this.#hidden.set(channel.id, channel.registers.hidden);
      for (const range of [...channel.have].reverse()) await this.#readRange(channel.id, range, pause);
    }
  }

  async #readRange(channel: ChannelId, range: SeqRange, pause: () => Promise<void>): Promise<void> {
    let before = range.to + 1;
    while (before > range.from) {
      await pause();
      const page = await this.#read(channel, { before, limit: PAGE, local: true });
      if (page === undefined) return;
      this.#put(channel, page.events);
      // A page without events: nothing is visible down to its `from`.
      const next = page.events[0]?.seq ?? page.from;
      if (next >= before) return;
      before = next;
    }
  }

  /** A page as it is when this resolves; undefined: the channel is gone, or the search has ended. */
  async #read(channel: ChannelId, query: HistoryQuery): Promise<HistoryPage | undefined> {
    for (;;) {
      if (this.#ended.signal.aborted || this.#client.channel(channel) === undefined) return undefined;
      const changes = this.#changes;
      const page = await this.#client.history(channel, query);
      if (changes === this.#changes && !this.#ended.signal.aborted) return page;
    }
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
          this.#engine.change({ kind: "remove", channel: channel.id, from: target, to: target });
        }
      }
    }
  }

  /** Edits may be told in any order (an older page after a newer one), so the store is asked what the message says now. */
  async #putEdited(channel: ChannelId, target: number): Promise<void> {
    const page = await this.#read(channel, { around: target, limit: 1, local: true }).catch(() => undefined);
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
    if (messages.length > 0) this.#engine.change({ kind: "put", messages });
  }

  #removeHidden(channel: ChannelState): void {
    const { hidden } = channel.registers;
    if (this.#hidden.get(channel.id) === hidden) return;
    this.#hidden.set(channel.id, hidden);
    this.#changes++;
    for (const { from, to } of hidden) this.#engine.change({ kind: "remove", channel: channel.id, from, to });
  }
}

function textOf(event: ChannelEvent): string | undefined {
  const content = event.annotation?.current ?? event.content;
  return content?.kind === "text" && event.contentGone === undefined ? content.text : undefined;
}
