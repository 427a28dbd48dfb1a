import type { AccountId, ChannelEvent, ChannelId, ChannelKind, ChannelState, OutboxEntry } from "@parley/sdk";
import type { ComingChannel, ComingChannels } from "./coming_channels.ts";
import { allWaiting, type ComposerDraft, type Drafts } from "./drafts.ts";
import type { FailedSend, FailedSends } from "./failed_sends.ts";
import type { Live } from "./live.ts";
import { coalesced, Observable } from "./observable.ts";
import type { People } from "./people.ts";
import type { AppClient } from "./ports.ts";
import { plainLine } from "./text/parse.ts";
import { VisibleLast } from "./visible_last.ts";

/** How far one's own message has got. */
export type Tick = "waiting" | "sent" | "delivered" | "read";

export type LastLine =
  | { readonly kind: "none" }
  | { readonly kind: "draft"; readonly text: string }
  | { readonly kind: "typing"; readonly names: readonly string[] }
  | { readonly kind: "failed" }
  /** Nothing can have been said yet. */
  | { readonly kind: "coming"; readonly step: "making" | "joining" }
  | {
      readonly kind: "message";
      readonly text: string;
      readonly own: boolean;
      /** In groups, of others. */
      readonly author: string;
      readonly deleted: boolean;
      readonly tick: Tick | undefined;
    };

/** What a row of the channel list shows. A row that did not change is the same object. */
export interface ChannelRow {
  readonly id: ChannelId;
  readonly kind: ChannelKind;
  readonly name: string;
  readonly avatar: string;
  readonly avatarSeed: string;
  readonly time: number;
  readonly unread: number;
  readonly mentions: number;
  readonly markedUnread: boolean;
  readonly muted: boolean;
  readonly pinned: boolean;
  readonly archived: boolean;
  readonly gone: boolean;
  /** It is only to be made, or joined: the server knows nothing of it yet. */
  readonly coming: boolean;
  readonly online: boolean;
  readonly last: LastLine;
}

export type ListFilter = "all" | "unread" | "groups" | "archived";

/** All channels, pinned ones first, then by activity. */
export class ChannelList {
  readonly rows = new Observable<readonly ChannelRow[]>([]);
  /** The store was read; before it an empty list means nothing. */
  readonly ready = new Observable(false);

  readonly #parts: Parts;
  readonly #last: VisibleLast;
  #shown = new Map<ChannelId, ShownRow>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#last = new VisibleLast(parts.client);
    const compute = coalesced(() => this.#compute());
    const { client } = parts;
    client.on("loaded", () => {
      this.ready.set(true);
      compute();
    });
    for (const name of ["synced", "channel", "channel_gone", "queued", "sent"] as const) client.on(name, compute);
    parts.people.changed.subscribe(compute);
    parts.people.me.subscribe(compute);
    parts.live.typing.subscribe(compute);
    parts.live.presence.subscribe(compute);
    parts.drafts.changed.subscribe(compute);
    parts.drafts.leaving.subscribe(compute);
    parts.failed.all.subscribe(compute);
    this.#last.changed.subscribe(compute);
    parts.coming.all.subscribe(compute);
    void client.loaded.then(
      () => {
        this.ready.set(true);
        compute();
      },
      () => undefined,
    );
  }

  row(channel: ChannelId): ChannelRow | undefined {
    return this.#shown.get(channel)?.row;
  }

  #compute(): void {
    const { client } = this.#parts;
    const pending = new Map<ChannelId, OutboxEntry>();
    const waiting = allWaiting(client.outbox(), this.#parts.drafts.leaving.get());
    for (const entry of waiting) if (entry.command.kind === "post") pending.set(entry.channel, entry);
    const shown = new Map<ChannelId, ShownRow>();
    const rows: ChannelRow[] = [];
    const coming = [...this.#parts.coming.all.get().values()].filter(({ state }) => !client.channel(state.id));
    for (const channel of [...client.channels(), ...coming.map(({ state }) => state)]) {
      if (channel.kind === "account" || channel.kind === "unknown") continue;
      const from = whatMakes(channel, this.#last.of(channel), pending.get(channel.id), this.#parts);
      const before = this.#shown.get(channel.id);
      const kept = before !== undefined && isSame(before.from, from) ? before : anew(before, from, this.#parts);
      shown.set(channel.id, kept);
      rows.push(kept.row);
    }
    rows.sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.time - a.time);
    this.#shown = shown;
    const old = this.rows.get();
    if (old.length !== rows.length || rows.some((row, at) => row !== old[at])) this.rows.set(rows);
  }
}

export interface Parts {
  readonly client: AppClient;
  readonly people: People;
  readonly live: Live;
  readonly drafts: Drafts;
  readonly failed: FailedSends;
  readonly coming: ComingChannels;
}

interface ShownRow {
  readonly from: RowParts;
  readonly row: ChannelRow;
  readonly key: string;
}

/** All that a row is made of. Where none of it is another one, as in most rows of a long list, the row stays. */
interface RowParts {
  readonly channel: ChannelState;
  readonly last: ChannelEvent | undefined;
  readonly pending: OutboxEntry | undefined;
  readonly names: number;
  readonly me: AccountId | undefined;
  readonly draft: ComposerDraft;
  readonly failed: readonly FailedSend[] | undefined;
  readonly typing: readonly AccountId[] | undefined;
  readonly online: boolean;
  readonly muted: boolean;
  readonly coming: ComingChannel["step"] | undefined;
}

function whatMakes(
  channel: ChannelState,
  last: ChannelEvent | undefined,
  pending: OutboxEntry | undefined,
  parts: Parts,
): RowParts {
  const { people, live, client } = parts;
  return {
    channel,
    last,
    pending,
    names: people.changed.get(),
    me: client.me?.account,
    draft: parts.drafts.get(channel.id),
    failed: parts.failed.all.get().get(channel.id),
    typing: live.typing.get().get(channel.id),
    online: channel.peer !== undefined && live.presence.get().get(channel.peer)?.online === true,
    muted: isMuted(channel.registers.mutedUntil, Date.now() + client.clockOffset),
    coming: parts.coming.get(channel.id)?.step,
  };
}

function isSame(a: RowParts, b: RowParts): boolean {
  return (Object.keys(b) as (keyof RowParts)[]).every((part) => a[part] === b[part]);
}

/** The row as it was where it says the same. */
function anew(before: ShownRow | undefined, from: RowParts, parts: Parts): ShownRow {
  const row = makeRow(from, parts);
  const key = JSON.stringify(row);
  return before?.key === key ? { ...before, from } : { from, row, key };
}

function makeRow(from: RowParts, parts: Parts): ChannelRow {
  const { channel, pending } = from;
  const peer = channel.peer ? parts.people.get(channel.peer) : undefined;
  const { registers } = channel;
  return {
    id: channel.id,
    kind: channel.kind,
    name: channel.kind === "direct" ? (peer ? peer.displayName || peer.handle : "") : channel.title,
    avatar: channel.kind === "direct" ? (peer?.avatar ?? "") : channel.avatar,
    avatarSeed: channel.peer ?? channel.id,
    time: Math.max((from.last ?? channel.last)?.time ?? channel.headTime, pending?.created ?? 0),
    unread: channel.unread,
    mentions: channel.unreadMentions,
    markedUnread: registers.markedUnread,
    muted: from.muted,
    pinned: registers.pinned,
    archived: registers.archived,
    gone: channel.role === "none",
    coming: from.coming !== undefined && channel.head === 0,
    online: from.online,
    last: lastLine(from, parts.people),
  };
}

/** In a line there is little room for names. */
function firstName(name: string): string {
  return name.trim().split(/\s+/u)[0] ?? "";
}

export function isMuted(until: number, now: number): boolean {
  return until < 0 || until > now;
}

function lastLine(
  { channel, last, pending, draft, typing = [], failed = [], me, coming }: RowParts,
  people: People,
): LastLine {
  if (typing.length > 0) {
    return {
      kind: "typing",
      names: channel.kind === "group" ? typing.map((account) => firstName(people.nameOf(account))) : [],
    };
  }
  if (failed.length > 0) return { kind: "failed" };
  // Where one may no longer write, it stands in the conversation, to be copied.
  const isToBeSent = draft.text.trim() !== "" && draft.editing === undefined && channel.role !== "none";
  if (isToBeSent) return { kind: "draft", text: plainLine(draft.text) };
  if (pending?.command.kind === "post") {
    const { content } = pending.command;
    const text = content.kind === "text" ? plainLine(content.text) : "";
    return { kind: "message", text, own: true, author: "", deleted: false, tick: "waiting" };
  }
  if (coming === "making" || coming === "joining") return { kind: "coming", step: coming };
  if (!last) return { kind: "none" };
  const own = last.account === me;
  return {
    kind: "message",
    text: plainLine(textOf(last)),
    own,
    author: !own && channel.kind === "group" && last.account ? firstName(people.nameOf(last.account)) : "",
    deleted: last.contentGone !== undefined,
    tick: own && channel.kind !== "self" && last.contentGone === undefined ? tickOf(last.seq, channel) : undefined,
  };
}

export function tickOf(seq: number, channel: ChannelState): Tick {
  if (seq <= channel.readByAll) return "read";
  return seq <= channel.deliveredByAll ? "delivered" : "sent";
}

/** What a message says now; empty for what is no text. */
export function textOf(event: ChannelEvent): string {
  const content = event.annotation?.current ?? event.content;
  return content?.kind === "text" ? content.text : "";
}

/** Rows for a filter and the words in the field above the list, compared without case and accents. */
export function filterRows(rows: readonly ChannelRow[], filter: ListFilter, words: string): readonly ChannelRow[] {
  const wanted = plainWord(words.trim());
  return rows.filter((row) => {
    if (wanted !== "") return plainWord(row.name).includes(wanted);
    if (filter === "archived") return row.archived;
    if (row.archived) return false;
    if (filter === "unread") return row.unread > 0 || row.markedUnread;
    return filter === "all" || row.kind === "group";
  });
}

function plainWord(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}

/** Everybody whose presence the list wants to know. */
export function peersOf(channels: readonly ChannelState[], most: number): AccountId[] {
  return channels.flatMap((channel) => channel.peer ?? []).slice(0, most);
}
