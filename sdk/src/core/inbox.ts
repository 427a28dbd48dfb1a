/** The inbox: rows since a version, applied with the version in one transaction. */
import { ParleyError } from "../errors.ts";
import type * as fr from "../gen/messages.ts";
import { type ChannelId, idToBytes } from "../ids.ts";
import type { EventRange } from "../store/store.ts";
import { Backoff } from "./backoff.ts";
import type { Channel } from "./channel.ts";
import { agreedUntil, forgetAfter, hideLast, rememberDigest, takeRow, topOf } from "./channel_view.ts";
import type { Core } from "./core.ts";
import { isForNow } from "./errors.ts";
import type { Asked } from "./requests.ts";
import { type InboxRow, type ServerFrame, toError, toIncarnation, toRow } from "./wire.ts";

const nobody = new Uint8Array(0);
const pauseMs = 1_000;

export class InboxPart {
  retryAt = 0;
  readonly #core: Core;
  readonly #backoff: Backoff;
  #inFlight = false;
  #again = false;
  /** The version given was empty. */
  #isFull = false;
  #round = 0;
  /** Messages that came while the inbox was being read. */
  #fresh: { readonly channel: Channel; readonly seq: number; readonly mention: boolean }[] = [];

  constructor(core: Core) {
    this.#core = core;
    this.#backoff = new Backoff(core.settings.firstBackoff, core.settings.longestBackoff, core.random);
  }

  ask(now: number, page: Uint8Array = nobody): void {
    if (this.#inFlight) {
      this.#again = true;
      return;
    }
    const { version } = this.#core.session;
    if (page.length === 0) {
      this.#fresh = [];
      this.#isFull = version.length === 0;
      if (this.#isFull) this.#round++;
    }
    this.#inFlight = true;
    this.#core.requests.ask(now, { kind: "inbox" }, { case: "getInbox", value: { version, page } });
  }

  /** Its answer is on its way. */
  get isAsked(): boolean {
    return this.#inFlight;
  }

  /** Soon, and once for many wishes. */
  want(now: number): void {
    if (this.retryAt === 0) this.retryAt = now + pauseMs;
  }

  tick(now: number): void {
    if (this.retryAt === 0 || now < this.retryAt) return;
    this.retryAt = 0;
    this.ask(now);
  }

  welcomed(now: number, isRestored: boolean): void {
    if (isRestored && this.#inFlight) {
      // The question in flight named a version of the old incarnation.
      this.#core.requests.disown((asked) => asked.kind === "inbox");
      this.#inFlight = false;
    }
    if (!this.#inFlight) this.ask(now);
  }

  disconnected(): void {
    this.#inFlight = this.#again = false;
    this.retryAt = 0;
    this.#fresh = [];
  }

  /** A message was counted. */
  counted(channel: Channel, seq: number, mention: boolean): void {
    if (this.#inFlight) this.#fresh.push({ channel, seq, mention });
  }

  answered(now: number, { request }: Asked, frame: ServerFrame): void {
    this.#inFlight = false;
    if (frame.body.case === "error") return this.#failed(now, toError(frame.body.value));
    if (frame.body.case !== "inbox") return;
    const inbox = frame.body.value;
    const core = this.#core;
    if (toIncarnation(inbox.incarnation) !== core.session.incarnation) {
      const why = new ParleyError("incarnation_changed", "The server was restored.");
      return core.connection.giveUp(now, { policy: "backoff", why });
    }
    const isLast = inbox.nextPage.length === 0;
    this.#takeRows(now, inbox, request, isLast);
    if (!isLast) return this.ask(now, inbox.nextPage);
    this.#fresh = [];
    this.#backoff.reset();
    core.connection.go({ name: "live" });
    core.turn.tell("synced", {});
    const again = this.#again;
    this.#again = false;
    if (again) this.ask(now);
  }

  #failed(now: number, why: ParleyError): void {
    const core = this.#core;
    this.#again = false;
    const isVersionWrong = why.name === "incarnation_changed" || why.name === "invalid_argument";
    if (isVersionWrong && core.session.version.length > 0) {
      core.session.version = nobody;
      return this.ask(now);
    }
    this.retryAt = now + Math.max(this.#backoff.next(), why.retryAfterMs);
  }

  #takeRows(now: number, inbox: fr.Inbox, request: number, isLast: boolean): void {
    const core = this.#core;
    const rows: Channel[] = [];
    for (const given of inbox.rows) {
      const row = toRow(given);
      if (row === undefined) continue;
      const channel = core.channelOf(row.id);
      this.#takeRow(now, channel, row, request);
      rows.push(channel);
    }
    if (isLast) {
      if (this.#isFull) this.#forgetUnseen();
      core.session.version = new Uint8Array(inbox.version);
      core.saveSession();
    }
    for (const channel of rows) this.afterRow(now, channel);
  }

  #takeRow(now: number, channel: Channel, row: InboxRow, request: number): void {
    const core = this.#core;
    const { state } = channel;
    const { incarnation } = core.session;
    // What was told since the row was asked for may be newer than the row, or some of it may have been lost on its way:
    // if it was newer, the next inbox has the row again.
    const hasOtherTicks = row.deliveredByAll !== state.deliveredByAll || row.readByAll !== state.readByAll;
    if (channel.registersTold >= request || (channel.ticksTold >= request && hasOtherTicks)) this.want(now);
    const hiddenBefore = state.registers.hidden;
    const agreed = agreedUntil(state, row, incarnation);
    const isOtherHistory = state.incarnation !== incarnation;
    const top = topOf(state);
    const drops = agreed.until < top;
    if (drops) core.turn.drop(channel, agreed.until + 1, top);
    if (drops || isOtherHistory) forgetAfter(state, agreed.until);
    // The server's cursors may be older ones now: what was read here is told again.
    if (isOtherHistory) state.registers = { ...state.registers, delivered: 0, read: 0 };
    state.incarnation = incarnation;
    state.unproven = !agreed.proven;
    if (!channel.known || (isOtherHistory && state.have.length === 0)) state.contact = row.head;
    if (!channel.known || drops || isOtherHistory) channel.shaped = channel.skipped = 0;
    const isOvertaken = row.head < channel.shaped;
    takeRow(state, row, isOvertaken);
    if (!isOvertaken && row.head >= channel.skipped) channel.skipped = 0;
    if (channel.skipped !== 0) this.want(now);
    this.hidden(channel, hiddenBefore);
    if (!state.unproven) rememberDigest(state, row.head, row.digest);
    this.#takeBadge(channel, row);
    channel.badged = 0;
    channel.known = true;
    channel.unhelpful = false;
    channel.round = this.#round;
    core.changed(channel);
  }

  #takeBadge({ state }: Channel, row: InboxRow): void {
    // What was read here, and the server does not know of yet, is read.
    const isAllRead = state.readWanted >= row.head;
    state.unread = isAllRead ? 0 : row.unread;
    state.unreadMentions = isAllRead ? 0 : row.unreadMentions;
    for (const fresh of this.#fresh) {
      if (fresh.channel.state !== state || fresh.seq <= row.head) continue;
      if (fresh.seq <= Math.max(state.readWanted, state.registers.read)) continue; // read since
      state.unread++;
      if (fresh.mention) state.unreadMentions++;
    }
    state.counted = Math.max(state.counted, row.head);
  }

  /** What is deleted for me goes. */
  hidden(channel: Channel, before: readonly { from: number; to: number }[]): void {
    const { hidden } = channel.state.registers;
    const known = new Set(before.map((range) => `${range.from}-${range.to}`));
    const erased: EventRange[] = hidden
      .filter((range) => !known.has(`${range.from}-${range.to}`))
      .map((range) => ({ channel: channel.state.id, ...range }));
    if (erased.length === 0) return;
    this.#core.turn.erased.push(...erased);
    hideLast(channel.state);
  }

  afterRow(now: number, channel: Channel): void {
    this.#core.events.settle(now, channel);
    this.#core.receipts.touch(now, channel);
  }

  #forgetUnseen(): void {
    for (const channel of this.#core.channels.values()) {
      if (channel.known && channel.round !== this.#round) this.#forget(channel);
    }
  }

  #forget(channel: Channel): void {
    const core = this.#core;
    const { id } = channel.state;
    core.repair.forget(channel);
    core.receipts.forget(channel);
    core.wishes.forget(channel);
    core.events.dropHeld(id, 0);
    // A channel that comes back under this id must not take the answers of the one that went.
    core.requests.disown((asked) => "channel" in asked && asked.channel === id);
    core.channels.delete(id);
    core.turn.forget(channel);
  }

  /** Everything that is stored goes but the outbox and the app's values, and comes anew: not where nothing can come. */
  rebuild(now: number): void {
    const core = this.#core;
    if (!core.connection.isEstablished) throw new ParleyError("unreachable", "There is no connection to read it from.");
    for (const channel of [...core.channels.values()]) this.#forget(channel);
    core.session.version = nobody;
    core.saveSession();
    this.ask(now);
  }

  // ---- one row alone ------------------------------------------------------------------------------------------------

  refresh(now: number, channel: Channel): void {
    const core = this.#core;
    if (channel.refreshing || !core.connection.isEstablished) return;
    channel.refreshing = true;
    const { id } = channel.state;
    core.requests.ask(
      now,
      { kind: "channel", channel: id },
      { case: "getChannel", value: { channelId: idToBytes(id) } },
    );
  }

  takeBack(id: ChannelId): void {
    const channel = this.#core.find(id);
    if (channel !== undefined) channel.refreshing = false;
  }

  channelAnswered(now: number, asked: Asked & { kind: "channel" }, frame: ServerFrame): void {
    const channel = this.#core.find(asked.channel);
    if (channel === undefined) return;
    channel.refreshing = false;
    if (frame.body.case === "error") {
      // What changed since the last inbox stands in the next one.
      if (isForNow(toError(frame.body.value))) return this.want(now);
      return this.#core.events.dropHeld(asked.channel, 0);
    }
    const row = frame.body.case === "channel" && frame.body.value.row ? toRow(frame.body.value.row) : undefined;
    if (row === undefined || row.id !== asked.channel) return;
    // Events have overtaken it, or an inbox: what it tells is in that one, or in the next.
    const isOld = channel.known && this.#core.repair.isCompared(channel) && row.head < channel.state.counted;
    if (isOld) return this.want(now);
    this.#takeRow(now, channel, row, asked.request);
    if (this.#inFlight) channel.skipped = channel.state.counted; // its row may be an older one
    this.afterRow(now, channel);
  }
}
