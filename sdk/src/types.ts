/**
 * The words of the SDK as an app sees them. Everything here is a plain object that can be cloned (into IndexedDB, over
 * a BroadcastChannel) and is never changed once it was handed out: what changed is a new object.
 *
 * Times are milliseconds since 1970. A `seq` is an event's place in its channel: 1, 2, 3 …
 */

import type { Command } from "./commands.ts";
import type { ParleyError } from "./errors.ts";
import type { ErrorName } from "./gen/tables.ts";
import type { AccountId, ChannelId, DeviceId, Incarnation, InvitationId, SendId } from "./ids.ts";

/** Both ends included. In `ChannelState.visible` and `Registers.hidden` the last one may be open: `to` is 0. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

// ---- what is said ---------------------------------------------------------------------------------------------------

/** What a message says. With `fullSize` only the beginning is here (of so many bytes): ask for the whole by `content()`. */
export type Content =
  | { readonly kind: "text"; readonly text: string; readonly fullSize?: number }
  | { readonly kind: "data"; readonly data: Uint8Array; readonly type: string; readonly fullSize?: number };

/** One account's reaction to a message, as of the event at `seq`. */
export interface Reaction {
  readonly account: AccountId;
  readonly content: Content;
  readonly seq: number;
}

/** What later events made of a message. */
export interface Annotation {
  /** Seqs of its edits, rising. */
  readonly edits: readonly number[];
  /** The content of the last edit. */
  readonly current?: Content;
  readonly reactions: readonly Reaction[];
}

// ---- channels and their events --------------------------------------------------------------------------------------

export type ChannelKind = "direct" | "group" | "self" | "account" | "unknown";
/** "none": no longer a member. */
export type Role = "none" | "member" | "admin" | "owner";
/** Who may do a thing in a group; admins are so with the owner. */
export type Who = "members" | "admins" | "owner";

export interface ChannelSettings {
  readonly post: Who;
  readonly add: Who;
  /** Title, description and avatar. */
  readonly rename: Who;
  /** Newcomers see all; otherwise from joining on. */
  readonly historyFromStart: boolean;
}

export interface NewMember {
  readonly account: AccountId;
  readonly role: Role;
}

/** What an event did. A kind that a newer server knows alone is "unknown": show nothing, but keep its place. */
export type EventBody =
  | {
      readonly kind: "message";
      /** 0: no reply. */
      readonly replyTo: number;
      readonly mentions: readonly AccountId[];
      readonly forwarded: boolean;
    }
  | { readonly kind: "edited"; readonly target: number }
  | { readonly kind: "deleted"; readonly targets: readonly number[] }
  /** The account's reaction to `target` is now the event's content, or none. */
  | { readonly kind: "reacted"; readonly target: number }
  | {
      readonly kind: "created";
      readonly channelKind: ChannelKind;
      readonly title: string;
      readonly description: string;
      readonly avatar: string;
      readonly settings?: ChannelSettings;
      readonly members: readonly NewMember[];
    }
  /** Only what is there changed. */
  | { readonly kind: "described"; readonly title?: string; readonly description?: string; readonly avatar?: string }
  | { readonly kind: "settingsChanged"; readonly settings: ChannelSettings }
  | { readonly kind: "membersAdded"; readonly members: readonly NewMember[]; readonly historyFromStart: boolean }
  | { readonly kind: "memberRemoved"; readonly account: AccountId }
  | { readonly kind: "memberLeft"; readonly newOwner?: AccountId; readonly accountDeleted: boolean }
  | { readonly kind: "roleChanged"; readonly account: AccountId; readonly role: Role }
  | { readonly kind: "ownershipHandedOver"; readonly to: AccountId }
  | {
      readonly kind: "invitationCreated";
      readonly invitation: InvitationId;
      readonly expires: number;
      readonly uses: number;
    }
  | { readonly kind: "invitationRevoked"; readonly invitation: InvitationId }
  | {
      readonly kind: "joinedByInvitation";
      readonly invitation?: InvitationId;
      readonly member: NewMember;
      readonly historyFromStart: boolean;
    }
  | { readonly kind: "blockSet"; readonly on: boolean }
  | { readonly kind: "cryptoCommitted"; readonly epoch: number }
  /** In the account's own channel: what changed ("devices", "contacts", "blocks", "settings", "profile"). */
  | { readonly kind: "noted"; readonly what: string }
  | { readonly kind: "unknown" };

/** Why an event that had content has none. */
export type ContentGone = "deleted" | "hidden" | "damaged";

/** One entry of a channel's log. */
export interface ChannelEvent {
  readonly seq: number;
  readonly time: number;
  readonly account?: AccountId;
  readonly device?: DeviceId;
  readonly sendId?: SendId;
  /** Messages in the channel up to and with this event. */
  readonly count: number;
  readonly cryptoEpoch: number;
  readonly body: EventBody;
  /** Of a message as it was posted; `annotation.current` is what it says now. */
  readonly content?: Content;
  readonly contentGone?: ContentGone;
  /** Of a message that was edited or reacted to. What the store keeps is always current. */
  readonly annotation?: Annotation;
  /** Of the channel's hash chain, in hexadecimal; in every 64th event. */
  readonly digest?: string;
}

/** What is a member's own and has no `seq`. */
export interface Registers {
  readonly delivered: number;
  readonly read: number;
  readonly markedUnread: boolean;
  /** 0: not muted; -1: for ever. */
  readonly mutedUntil: number;
  readonly pinned: boolean;
  readonly archived: boolean;
  /** Deleted for me. */
  readonly hidden: readonly SeqRange[];
}

/** The hash chain's digest at a seq, in hexadecimal. */
export interface DigestPoint {
  readonly seq: number;
  readonly digest: string;
}

/** A channel as this device knows it. */
export interface ChannelState {
  readonly id: ChannelId;
  readonly kind: ChannelKind;
  /** "none": no longer a member; what was seen can still be read. */
  readonly role: Role;
  readonly title: string;
  readonly avatar: string;
  /** Of a direct channel: the other account. */
  readonly peer?: AccountId;
  /** How many there are. */
  readonly members: number;
  /** The seqs that may be seen, rising. */
  readonly visible: readonly SeqRange[];
  /** The last seq known to exist for this account, and its time. */
  readonly head: number;
  readonly headTime: number;
  readonly unread: number;
  readonly unreadMentions: number;
  /** As the server has them, and over that what was set here and is still to be told. */
  readonly registers: Registers;
  /** Up to where all others have received, and read. */
  readonly deliveredByAll: number;
  readonly readByAll: number;
  /** What the user has read here; `registers.read` follows once the server knows. */
  readonly readWanted: number;
  /** The newest message that is known, as it is now and cut to its beginning, for a list of channels. */
  readonly last?: ChannelEvent;

  // What the SDK keeps with it; of no use to an app.
  /** @internal What the user set and the server has not confirmed. */
  readonly wishes?: Wishes;
  /** @internal The head when this device first heard of the channel. */
  readonly contact: number;
  /** @internal Badge, title and members include events up to here. */
  readonly counted: number;
  /** @internal The last event of others that is stored here. */
  readonly deliveredWanted: number;
  /** Seqs that were applied: rising, disjoint, closed. Those of them that are not stored are invisible. */
  readonly have: readonly SeqRange[];
  /** @internal */
  readonly points: readonly DigestPoint[];
  /** @internal Of the history that `have` and `points` speak of. */
  readonly incarnation?: Incarnation;
  /** @internal They may be of another one: the digest of the last point is still to be compared. */
  readonly unproven: boolean;
}

/** What the user may set for themselves; what is left out stays as it is. */
export interface RegisterChange {
  readonly markedUnread?: boolean;
  /** Unix milliseconds; -1: for ever, 0: not. */
  readonly mutedUntil?: number;
  readonly pinned?: boolean;
  readonly archived?: boolean;
}

/** Never empty. */
export interface Wishes {
  readonly change?: RegisterChange;
  readonly hide?: readonly SeqRange[];
}

/** Where events stand, seen from the last one told of the channel. */
export type Placement =
  /** They follow it; nothing is missing between. */
  | "next"
  /** They are newer, but something between is missing. */
  | "after_hole"
  /** They fill a hole or extend the beginning. */
  | "older";

// ---- sending --------------------------------------------------------------------------------------------------------

/** A send that has no outcome yet. */
export interface OutboxEntry {
  readonly sendId: SendId;
  readonly channel: ChannelId;
  /** Rising; the sends of one channel leave in this order. */
  readonly order: number;
  readonly created: number;
  readonly command: Command;
}

/** What `post` and its like resolve to once the send is in the stored outbox. */
export interface Send {
  readonly sendId: SendId;
  readonly channel: ChannelId;
}

/** The end of a send. */
export type SendResult = Send & {
  readonly time: number;
  /** The command as it left the outbox. */
  readonly command: Command;
} & (
    | { readonly outcome: "posted"; readonly seq: number }
    | { readonly outcome: "refused"; readonly refused: ErrorName | (string & {}); readonly text: string }
  );

// ---- the connection -------------------------------------------------------------------------------------------------

export type ClientState =
  /** Not started, or nobody is signed in; `why` where the server gives no token any more. */
  | { readonly name: "signed_out"; readonly why?: ParleyError }
  /** Until `retryAt`; without it, for an access token. */
  | { readonly name: "waiting"; readonly why?: ParleyError; readonly retryAt?: number }
  | { readonly name: "connecting" }
  | { readonly name: "greeting" }
  /** Connected; the inbox is being read. Sends flow already. */
  | { readonly name: "syncing" }
  /** The inbox is complete, and events are pushed. */
  | { readonly name: "live" }
  /** Not to be tried again by itself: the server said so, the store failed, or `stop()` was called. */
  | { readonly name: "stopped"; readonly why?: ParleyError };

/** Which events are pushed. */
export type Mode = "everything" | "heads_only" | "open_channels";

/** Which events of a channel are fetched by themselves when some are missing. */
export type Want =
  /** What is pushed, in rising order; holes stay. */
  | "nothing"
  /** The newest page; what was missed beyond it stays a hole until it is asked for. */
  | "newest"
  /** The newest page at first contact, from then on every event, oldest first, without a hole. */
  | "in_order"
  /** All that is visible, newest page first. */
  | "everything";

// ---- answers --------------------------------------------------------------------------------------------------------

/** A part of a channel's history, without a hole: what is between `from` and `to` and not among the events is invisible. */
export interface HistoryPage {
  /** Rising seq, each as it is now. */
  readonly events: readonly ChannelEvent[];
  readonly from: number;
  readonly to: number;
  /** Nothing older can be seen. */
  readonly reachedStart: boolean;
  /** Nothing newer is known. */
  readonly reachedHead: boolean;
}

export interface MemberInfo {
  readonly account: AccountId;
  readonly role: Role;
  readonly since: number;
}
export interface InvitationInfo {
  readonly invitation: InvitationId;
  readonly by?: AccountId;
  /** 0: never. */
  readonly expires: number;
  readonly usesLeft: number;
  readonly unlimited: boolean;
}
/** A channel in full. */
export interface ChannelInfo {
  readonly channel: ChannelId;
  readonly description: string;
  readonly settings: ChannelSettings;
  readonly members: readonly MemberInfo[];
  /** For admins only. */
  readonly invitations: readonly InvitationInfo[];
  readonly cryptoEpoch: number;
  readonly iBlocked: boolean;
}
/** How far an account has got, and since when it was past the seq that was asked for; 0: not yet, or not told. */
export interface Receipt {
  readonly account: AccountId;
  readonly delivered: number;
  readonly read: number;
  readonly deliveredAt: number;
  readonly readAt: number;
}
export interface Presence {
  readonly account: AccountId;
  readonly online: boolean;
  /** 0: not told. */
  readonly lastSeen: number;
}
