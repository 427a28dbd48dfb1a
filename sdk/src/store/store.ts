/**
 * Where a client keeps what must survive: in memory, or in IndexedDB. Used by one client at a time (of several tabs by
 * the one that leads); other tabs may read.
 *
 * The contract, checked by one suite for every store:
 *
 * - `commit()` does all of it or nothing. When it has resolved, the change survives a closed tab at the least; with
 *   `outboxPut` among it, a crash of the browser too where the store can do that. After a commit that failed the client
 *   stops and uses the store no more.
 * - Within one commit the order is: `dropped`, `goneChannels`, `channels`, `events`, `erased`, then the rest.
 * - What was taken away is not kept, in whatever order it comes: where a `deleted` event that names a message is
 *   stored, or one of the channel's `registers.hidden` covers it, content and annotation of the message, of its edits and
 *   of reactions to it go, and are not stored when they come later.
 * - One stored message is always current: what stored events and the page it came with say of it is folded into its
 *   `annotation` by `fold.ts`, whichever came first.
 */
import type { ParleyError } from "../errors.ts";
import type { AccountId, ChannelId, DeviceId, Incarnation, SendId } from "../ids.ts";
import type { ChannelEvent, ChannelState, OutboxEntry } from "../types.ts";

/** Who this device is and how far its inbox has been read. */
export interface SessionRecord {
  readonly account?: AccountId;
  readonly device?: DeviceId;
  /** Of the server's history. */
  readonly incarnation?: Incarnation;
  /** Of the inbox, opaque; empty: never read to the end. */
  readonly version: Uint8Array;
}

/** Events of one channel, rising seq. An event that is stored already is replaced. */
export interface EventsChange {
  readonly channel: ChannelId;
  readonly events: readonly ChannelEvent[];
}
/** Both ends included; `to` 0: open. */
export interface EventRange {
  readonly channel: ChannelId;
  readonly from: number;
  readonly to: number;
}

/** One transaction. */
export interface Changes {
  readonly session?: SessionRecord;
  /** Put, replacing the one of the same id. */
  readonly channels?: readonly ChannelState[];
  readonly events?: readonly EventsChange[];
  /** The content goes, the event stays; also that of edits of these messages and of reactions to them. */
  readonly erased?: readonly EventRange[];
  /** The events go. */
  readonly dropped?: readonly EventRange[];
  /** With all their events. */
  readonly goneChannels?: readonly ChannelId[];
  readonly outboxPut?: readonly OutboxEntry[];
  readonly outboxRemoved?: readonly SendId[];
  /** The app's own values; `undefined` removes. */
  readonly values?: ReadonlyMap<string, unknown>;
}

/** What was stored, as it was at the last commit. */
export interface StoredState {
  readonly session: SessionRecord | undefined;
  readonly channels: readonly ChannelState[];
  /** In any order. */
  readonly outbox: readonly OutboxEntry[];
  readonly values: ReadonlyMap<string, unknown>;
}

export interface EventsQuery {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  readonly oldestFirst?: boolean;
}

export interface Store {
  /**
   * Of a store that several may open: what the last `load()` here was given, more than any before it. Whoever loaded
   * last may write; a commit of anybody before rejects with `not_leading`.
   */
  readonly generation?: number | undefined;
  /** Once, before everything else. */
  load(): Promise<StoredState>;
  commit(changes: Changes): Promise<void>;
  /** Events with from <= seq <= to, rising: the newest `limit` of them, or with `oldestFirst` the oldest. */
  events(channel: ChannelId, range: EventsQuery): Promise<ChannelEvent[]>;
  /** Calls `listener` when what was stored is no longer there, or can no longer be written (`storage_*`). */
  onLost?(listener: (why: ParleyError) => void): void;
  /** Everything goes: session, channels, events, outbox, values. */
  clear(): Promise<void>;
  /** Nothing is to be asked of it after this. */
  close(): void;
}
