import {
  type ChannelEvent,
  type ChannelId,
  type ChannelState,
  type ClientEvents,
  type HistoryPage,
  ParleyError,
  type SendId,
} from "@parley/sdk";
import type { ComingChannel } from "./coming_channels.ts";
import { type Row, RowMaker } from "./conversation_rows.ts";
import { withWaiting } from "./conversation_waiting.ts";
import { allWaiting } from "./drafts.ts";
import { EventWindow, eventAt } from "./event_window.ts";
import { coalesced, Observable } from "./observable.ts";
import type { Session } from "./session.ts";
import { UnreadMentions } from "./unread_mentions.ts";

export interface ConversationView {
  readonly channel: ChannelState | undefined;
  /** It is to be made, or joined. */
  readonly coming: ComingChannel["step"] | undefined;
  readonly rows: readonly Row[];
  /** The first page is on its way, and nothing is there to show. */
  readonly loading: boolean;
  readonly reachedStart: boolean;
  readonly atHead: boolean;
  /** Rises when the place where one begins is to be found anew. */
  readonly openings: number;
}

const page = 60;
const noHistory: HistoryPage = { events: [], from: 0, to: 0, reachedStart: true, reachedHead: true };

/**
 * What is shown of a channel: a part of its log without holes, which grows in both directions, and what waits to be
 * sent. What is on this device is there at once; what is missing comes when it can.
 */
export class Conversation {
  readonly view: Observable<ConversationView>;
  /** Why the last page could not be had. */
  readonly problem = new Observable<ParleyError | undefined>(undefined);
  readonly channelId: ChannelId;
  /** Those that mention me, and that I have not seen. */
  readonly mentions: UnreadMentions;
  readonly #session: Session;
  readonly #ended = new AbortController();
  readonly #maker = new RowMaker();
  readonly #compute: () => void;
  readonly #window = new EventWindow();
  /** With what waits in the outbox. */
  #shown: readonly ChannelEvent[] = [];
  #openings = 0;
  #loading = true;
  #loadingOlder = false;
  #loadingNewer = false;
  #readAtOpening: number | undefined;
  readonly #at: number | undefined;
  #hasBegun = false;
  #wasSynced: boolean;
  #wasSeen = false;
  /** There is no history yet: the channel is only to be made, or joined. */
  #isBefore = false;
  /** Rises with each jump: an answer to what was asked before it is none. */
  #jumps = 0;

  constructor(session: Session, channelId: ChannelId, at?: number) {
    this.#session = session;
    this.channelId = channelId;
    const { client } = session;
    this.#at = at;
    this.#wasSynced = client.state.name === "live";
    this.#findOpening();
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
    for (const unsubscribe of [
      session.failed.all.subscribe(this.#compute),
      session.drafts.leaving.subscribe(this.#compute),
      session.coming.all.subscribe(() => this.#comingChanged()),
    ]) {
      this.#ended.signal.addEventListener("abort", unsubscribe);
    }
    this.mentions = new UnreadMentions(client, channelId, this.#ended.signal);
    client.open([channelId]);
    client.on("loaded", () => this.#beginIfReady(), options);
    client.on("state", () => this.#beginIfReady(), options);
    client.on("synced", () => this.#synced(), options);
    this.#beginIfReady();
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
    if (this.#loadingOlder || this.#window.reachedStart || this.#loading) return;
    this.#loadingOlder = true;
    try {
      await this.#page({ before: this.#window.from, limit: page }, (found) => this.#window.putBefore(found));
    } finally {
      this.#loadingOlder = false;
    }
  }

  async loadNewer(): Promise<void> {
    if (this.#loadingNewer || this.#window.atHead || this.#loading) return;
    this.#loadingNewer = true;
    try {
      await this.#page({ after: this.#window.to, limit: page }, (found) => this.#window.putAfter(found));
    } finally {
      this.#loadingNewer = false;
    }
  }

  /** What is far from the screen, which shows the events from `first` to `last`, need not be here. */
  trim(first: number, last: number): void {
    if (this.#window.trim(first, last)) this.#compute();
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

  /** Nobody looks: what comes from now on is new. */
  markNewLine(): void {
    if (this.#readAtOpening !== undefined) return;
    this.#findOpening();
    if (this.#readAtOpening !== undefined) this.#compute();
  }

  /** The line goes: what was new is not any more. */
  forgetNewLine(): void {
    // What is being sent is to be seen at once: no rows are made for nothing.
    if (this.#readAtOpening === undefined) return;
    this.#readAtOpening = undefined;
    this.#compute();
  }

  event(seq: number): ChannelEvent | undefined {
    return eventAt(this.#shown, seq);
  }

  /** Notes what was read until now; the answer is the first that is new where that is not among the newest. */
  #findOpening(): number | undefined {
    const channel = this.#session.client.channel(this.channelId);
    if (channel === undefined || channel.unread === 0) return undefined;
    this.#readAtOpening = Math.max(channel.registers.read, channel.readWanted);
    return channel.unread > page / 2 ? this.#readAtOpening + 1 : undefined;
  }

  /** Where one begins depends on the channel: it is waited for where it may still come. */
  #beginIfReady(): void {
    const { client } = this.#session;
    const { name } = client.state;
    const mayCome = name === "waiting" ? client.state.retryAt === undefined : name !== "live" && name !== "stopped";
    const isKnown = this.#session.channel(this.channelId) !== undefined;
    if (this.#hasBegun || (mayCome && !isKnown)) return;
    this.#hasBegun = true;
    void this.#begin(this.#at ?? this.#findOpening());
  }

  /** What came while nobody was there is known only now. */
  #synced(): void {
    const isFirst = !this.#wasSynced;
    this.#wasSynced = true;
    if (!this.#hasBegun || !isFirst || this.#at !== undefined || this.#readAtOpening !== undefined) {
      return this.#beginIfReady();
    }
    const opening = this.#findOpening();
    if (this.#readAtOpening === undefined) return;
    this.#openings++;
    if (opening !== undefined) void this.#begin(opening);
    else this.#compute();
  }

  async #begin(at: number | undefined): Promise<void> {
    if (at !== undefined && ((await this.jumpTo(at)) || this.#window.events.length > 0)) return;
    await this.jumpToNewest();
  }

  // ---- pages ----------------------------------------------------------------------------------------------------------

  async #jump(query: { around?: number; limit: number }): Promise<void> {
    const jump = ++this.#jumps;
    const take = (found: HistoryPage) => {
      this.#window.replace(found);
      this.#loading = false;
    };
    // What is here at once; then the same without holes.
    await this.#page({ ...query, local: true }, (found) => {
      if (found.events.length > 0 || found.reachedStart) take(found);
    });
    const { events, reachedStart, atHead } = this.#window;
    // What is here may end long before the newest.
    const isEnough = atHead && (reachedStart || events.length >= query.limit);
    if (jump === this.#jumps && (this.#loading || !isEnough || query.around !== undefined))
      await this.#page(query, take);
  }

  async #page(
    query: { local?: boolean; around?: number; before?: number; after?: number; limit: number },
    take: (page: HistoryPage) => void,
  ) {
    const jump = this.#jumps;
    this.#isBefore = this.#isOnlyComing();
    if (this.#isBefore) {
      take(noHistory);
      return this.#compute();
    }
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
    // Else the page has it that is on its way.
    if (!this.#loading) this.#window.add(events, (seq) => this.#isNext(seq));
    const head = this.#session.client.channel(this.channelId)?.head ?? 0;
    if (this.#window.atHead && !this.#loading && head > this.#window.to && !this.#isNext(head + 1)) {
      this.#window.atHead = false;
      void this.loadNewer();
    }
    this.#compute();
  }

  #channelChanged(): void {
    // It was not known yet when this was opened.
    if (this.problem.get()?.name === "channel_unknown") void this.jumpToNewest();
    this.#compute();
  }

  #comingChanged(): void {
    // It was made, or joined; or it will not be.
    if (this.#isBefore && !this.#isOnlyComing()) void this.jumpToNewest();
    this.#compute();
  }

  #isOnlyComing(): boolean {
    const { client, coming } = this.#session;
    return client.channel(this.channelId) === undefined && coming.get(this.channelId) !== undefined;
  }

  /** Nothing that is visible is missing between what is shown and `seq`. */
  #isNext(seq: number): boolean {
    const channel = this.#session.client.channel(this.channelId);
    const between = channel?.visible.some((range) => {
      const from = Math.max(range.from, this.#window.to + 1);
      const to = Math.min(range.to === 0 ? seq - 1 : range.to, seq - 1);
      return from <= to;
    });
    return between !== true;
  }

  #has(seq: number): boolean {
    return this.#window.get(seq) !== undefined;
  }

  #makeView(): ConversationView {
    const { client, failed, drafts, me } = this.#session;
    // What was sent is seen at once, however long the store takes.
    const waiting = allWaiting(client.outbox(), drafts.leaving.get());
    const channel = this.#session.channel(this.channelId);
    const { events, reachedStart, atHead } = this.#window;
    this.#shown = withWaiting(events, waiting, this.channelId, me);
    const shown = new Set<SendId | undefined>(events.map((event) => event.sendId));
    const pending = waiting.filter(
      ({ channel, command, sendId }) => channel === this.channelId && command.kind === "post" && !shown.has(sendId),
    );
    const rows = this.#maker.make({
      channel,
      events: this.#shown,
      atHead,
      pending,
      failed: failed.of(this.channelId),
      me,
      readAtOpening: this.#readAtOpening,
      reachedStart,
    });
    return {
      channel,
      coming: this.#session.coming.get(this.channelId)?.step,
      rows,
      loading: this.#loading && rows.length === 0,
      reachedStart,
      atHead,
      openings: this.#openings,
    };
  }
}
