import {
  type ChannelEvent,
  type ChannelId,
  type ChannelState,
  type ClientEvents,
  fold,
  type HistoryPage,
  ParleyError,
  type SendId,
  targetOf,
  withoutContent,
} from "@parley/sdk";
import { type Row, RowMaker } from "./conversation_rows.ts";
import { withWaiting } from "./conversation_waiting.ts";
import { coalesced, Observable } from "./observable.ts";
import type { Session } from "./session.ts";

export interface ConversationView {
  readonly channel: ChannelState | undefined;
  readonly rows: readonly Row[];
  /** The first page is on its way, and nothing is there to show. */
  readonly loading: boolean;
  readonly reachedStart: boolean;
  readonly atHead: boolean;
  /** Rises when rows were put before those that stood there: what is seen has to keep its place. */
  readonly prepended: number;
}

const page = 60;

/**
 * What is shown of a channel: a part of its log without holes, which grows in both directions, and what waits to be
 * sent. What is on this device is there at once; what is missing comes when it can.
 */
export class Conversation {
  readonly view: Observable<ConversationView>;
  /** Why the last page could not be had. */
  readonly problem = new Observable<ParleyError | undefined>(undefined);
  readonly channelId: ChannelId;
  readonly #session: Session;
  readonly #ended = new AbortController();
  readonly #maker = new RowMaker();
  readonly #compute: () => void;
  #events: readonly ChannelEvent[] = [];
  /** With what waits in the outbox. */
  #shown: readonly ChannelEvent[] = [];
  #from = 0;
  #to = 0;
  #reachedStart = false;
  #atHead = true;
  #prepended = 0;
  #loading = true;
  #loadingOlder = false;
  #loadingNewer = false;
  #readAtOpening: number;
  #wasSeen = false;
  /** Rises with each jump: an answer to what was asked before it is none. */
  #jumps = 0;

  constructor(session: Session, channelId: ChannelId, at?: number) {
    this.#session = session;
    this.channelId = channelId;
    const { client } = session;
    const channel = client.channel(channelId);
    this.#readAtOpening =
      channel !== undefined && channel.unread > 0 ? Math.max(channel.registers.read, channel.readWanted) : 0;
    this.view = new Observable(this.#makeView());
    this.#compute = coalesced(() => {
      if (!this.#ended.signal.aborted) this.view.set(this.#makeView());
    });
    const options = { signal: this.#ended.signal };
    const mine = (told: ChannelId) => told === channelId;
    client.on("events", (told) => mine(told.channel.id) && this.#told(told), options);
    client.on("channel", (told) => mine(told.channel.id) && this.#channelChanged(), options);
    client.on("channel_gone", (told) => mine(told.channel) && this.#compute(), options);
    client.on("queued", ({ entry }) => mine(entry.channel) && this.#compute(), options);
    client.on("sent", (told) => mine(told.channel) && this.#compute(), options);
    client.on("history_dropped", (told) => mine(told.channel.id) && void this.jumpToNewest(), options);
    const unsubscribe = session.failed.all.subscribe(this.#compute);
    this.#ended.signal.addEventListener("abort", unsubscribe);
    client.open([channelId]);
    void (at === undefined ? this.jumpToNewest() : this.jumpTo(at));
  }

  close(): void {
    this.#ended.abort();
    this.#session.client.open([]);
  }

  /** Shows the end of the conversation. */
  async jumpToNewest(): Promise<void> {
    await this.#jump({ limit: page });
  }

  /** Shows the message at `seq` with what stands around it; false: it cannot be seen. */
  async jumpTo(seq: number): Promise<boolean> {
    if (!this.#has(seq)) await this.#jump({ around: seq, limit: page });
    return this.#has(seq);
  }

  async loadOlder(): Promise<void> {
    if (this.#loadingOlder || this.#reachedStart || this.#loading) return;
    this.#loadingOlder = true;
    try {
      await this.#page({ before: this.#from, limit: page }, (found) => {
        this.#reachedStart = found.reachedStart;
        this.#from = Math.min(this.#from, found.from);
        if (found.events.length === 0) return;
        this.#events = [...found.events, ...this.#events];
        this.#prepended++;
      });
    } finally {
      this.#loadingOlder = false;
    }
  }

  async loadNewer(): Promise<void> {
    if (this.#loadingNewer || this.#atHead || this.#loading) return;
    this.#loadingNewer = true;
    try {
      await this.#page({ after: this.#to, limit: page }, (found) => {
        this.#events = [...this.#events, ...found.events];
        this.#to = Math.max(this.#to, found.to);
        this.#atHead = found.reachedHead;
      });
    } finally {
      this.#loadingNewer = false;
    }
  }

  /** The user saw everything up to `seq`. */
  sawUpTo(seq: number): void {
    const channel = this.#session.client.channel(this.channelId);
    if (channel === undefined || channel.role === "none") return;
    // Once: who marks it while it is open means the next time.
    if (!this.#wasSeen && channel.registers.markedUnread) {
      void this.#session.client.setRegisters(this.channelId, { markedUnread: false }).catch(() => undefined);
    }
    this.#wasSeen = true;
    if (seq <= Math.max(channel.readWanted, channel.registers.read) || seq > channel.head) return;
    void this.#session.client.read(this.channelId, seq).catch(() => undefined);
  }

  /** The line goes: what was new is not any more. */
  forgetNewLine(): void {
    this.#readAtOpening = 0;
    this.#compute();
  }

  event(seq: number): ChannelEvent | undefined {
    return this.#shown.find((event) => event.seq === seq);
  }

  // ---- pages ----------------------------------------------------------------------------------------------------------

  async #jump(query: { around?: number; limit: number }): Promise<void> {
    const jump = ++this.#jumps;
    const take = (found: HistoryPage) => {
      if (jump !== this.#jumps) return;
      this.#events = found.events;
      this.#from = found.from;
      this.#to = found.to;
      this.#reachedStart = found.reachedStart;
      this.#atHead = found.reachedHead;
      this.#loading = false;
    };
    // What is here at once; then the same without holes.
    await this.#page({ ...query, local: true }, (found) => {
      if (found.events.length > 0 || found.reachedStart) take(found);
    });
    const isEnough = this.#events.length >= query.limit || (this.#reachedStart && this.#atHead);
    if (jump === this.#jumps && (this.#loading || !isEnough || query.around !== undefined))
      await this.#page(query, take);
  }

  async #page(
    query: { local?: boolean; around?: number; before?: number; after?: number; limit: number },
    take: (page: HistoryPage) => void,
  ) {
    const jump = this.#jumps;
    try {
      const found = await this.#session.client.history(this.channelId, { ...query, signal: this.#ended.signal });
      if (jump !== this.#jumps) return;
      take(found);
      this.problem.set(undefined);
    } catch (error) {
      if (this.#ended.signal.aborted) return;
      this.problem.set(error instanceof ParleyError ? error : new ParleyError("unreachable", String(error)));
      this.#loading = false;
    }
    this.#compute();
  }

  // ---- what is told ---------------------------------------------------------------------------------------------------

  #told({ events }: ClientEvents["events"]): void {
    for (const event of events) {
      if (this.#loading) continue; // the page has it
      if (event.seq > this.#to) {
        // Whether something stands between is known by the channel's ranges.
        if (!this.#atHead || !this.#isNext(event.seq)) continue;
        this.#events = [...this.#events, event];
        this.#to = event.seq;
      } else if (event.seq >= this.#from && !this.#has(event.seq)) {
        this.#events = [...this.#events, event].sort((a, b) => a.seq - b.seq);
      }
      this.#foldIn(event);
    }
    const head = this.#session.client.channel(this.channelId)?.head ?? 0;
    if (this.#atHead && !this.#loading && head > this.#to && !this.#isNext(head + 1)) {
      this.#atHead = false;
      void this.loadNewer();
    }
    this.#compute();
  }

  #channelChanged(): void {
    // It was not known yet when this was opened.
    if (this.problem.get()?.name === "channel_unknown") void this.jumpToNewest();
    this.#compute();
  }

  /** Nothing that is visible is missing between what is shown and `seq`. */
  #isNext(seq: number): boolean {
    const channel = this.#session.client.channel(this.channelId);
    const between = channel?.visible.some((range) => {
      const from = Math.max(range.from, this.#to + 1);
      const to = Math.min(range.to === 0 ? seq - 1 : range.to, seq - 1);
      return from <= to;
    });
    return between !== true;
  }

  #foldIn(event: ChannelEvent): void {
    const { body } = event;
    if (body.kind === "deleted") {
      const gone = new Set(body.targets);
      this.#events = this.#events.map((one) => (gone.has(one.seq) ? withoutContent(one) : one));
      return;
    }
    const target = targetOf(event);
    if (target === 0 || !this.#has(target)) return;
    this.#events = this.#events.map((one) => (one.seq === target ? fold(one, event) : one));
  }

  #has(seq: number): boolean {
    return this.#events.some((event) => event.seq === seq);
  }

  #makeView(): ConversationView {
    const { client, failed, me } = this.#session;
    const channel = client.channel(this.channelId);
    this.#shown = withWaiting(this.#events, client.outbox(), this.channelId, me);
    const shown = new Set<SendId | undefined>(this.#events.map((event) => event.sendId));
    const pending = client
      .outbox()
      .filter(
        ({ channel, command, sendId }) => channel === this.channelId && command.kind === "post" && !shown.has(sendId),
      );
    const rows = this.#maker.make({
      channel,
      events: this.#shown,
      atHead: this.#atHead,
      pending,
      failed: failed.of(this.channelId),
      me,
      readAtOpening: this.#readAtOpening,
    });
    return {
      channel,
      rows,
      loading: this.#loading && rows.length === 0,
      reachedStart: this.#reachedStart,
      atHead: this.#atHead,
      prepended: this.#prepended,
    };
  }
}
