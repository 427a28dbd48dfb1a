/** The client that apps and bots use. One for each signed-in account and browser profile, or process. */
import type { Command, Draft } from "./commands.ts";
import type { ParleyError } from "./errors.ts";
import type { LimitName } from "./gen/tables.ts";
import type { AccountId, ChannelId, DeviceId, InvitationId, SendId } from "./ids.ts";
import type {
  ChannelEvent,
  ChannelInfo,
  ChannelSettings,
  ChannelState,
  ClientState,
  Content,
  HistoryPage,
  OutboxEntry,
  Placement,
  Presence,
  Receipt,
  RegisterChange,
  Registers,
  Role,
  Send,
  SendResult,
  Want,
} from "./types.ts";

/** What a client tells, by name; each time after the store has it. */
export interface ClientEvents {
  state: { readonly state: ClientState };
  /** The store was read: `channels()`, `outbox()` and `values()` answer from it. */
  loaded: Record<never, never>;
  /** The inbox is complete: at the beginning, and after each time something was lost on the way. */
  synced: Record<never, never>;
  /** Row, badge, registers, head, ticks or newest message of the channel changed. */
  channel: { readonly channel: ChannelState };
  /** The channel is no longer the account's, and its events are no longer stored. */
  channel_gone: { readonly channel: ChannelId };
  /** The server's history is another one now (a restore): what was above `after` is no longer so. */
  history_dropped: { readonly channel: ChannelState; readonly after: number };
  /** Rising seq; each event is told once (again only after its history was dropped). */
  events: {
    readonly channel: ChannelState;
    readonly events: readonly ChannelEvent[];
    readonly placement: Placement;
  };
  /** A send is in the stored outbox. */
  queued: { readonly entry: OutboxEntry };
  /** The outcome of a send, which has left the outbox; told once. */
  sent: SendResult;
  /** The server does not take sends for now; undefined: it does again. */
  sends_put_off: { readonly why: ParleyError | undefined };
  typing: { readonly channel: ChannelId; readonly account: AccountId; readonly on: boolean };
  presence: Presence;
  /** Something outside of channels changed, here or on another device: "devices", "contacts", "blocks", "settings", "profile". */
  noted: { readonly what: string };
  /** A value of the app's own changed (in another tab, too). */
  value: { readonly key: string; readonly value: unknown };
  /** What is stored here may vanish, has vanished, or can no longer be written. */
  storage: { readonly why: ParleyError };
}
export type ClientEventName = keyof ClientEvents;
/** What `events()` yields. */
export type ParleyEvent = { [Name in ClientEventName]: { readonly type: Name } & ClientEvents[Name] }[ClientEventName];

export interface Cancel {
  /** Aborting it ends the waiting; what was asked for may happen all the same. */
  readonly signal?: AbortSignal;
}

export interface SendOptions extends Cancel {
  /** Chosen by the client otherwise. One that waits already keeps its place. */
  readonly sendId?: SendId;
  /** Values of the app's own that change in the same transaction, such as a draft that goes; `undefined` removes. */
  readonly values?: Readonly<Record<string, unknown>>;
}

export interface HistoryQuery extends Cancel {
  /** Events below this seq; */
  readonly before?: number;
  /** or above it; */
  readonly after?: number;
  /** or on both sides of it, itself included. Without any: the newest. */
  readonly around?: number;
  /** 50 where nothing is said. */
  readonly limit?: number;
  /** Only what is on this device, up to the first hole: for showing something at once, or without a network. */
  readonly local?: boolean;
}

export interface NewGroup {
  readonly title: string;
  readonly description?: string;
  readonly avatar?: string;
  readonly settings?: ChannelSettings;
  readonly members?: readonly AccountId[];
}

export interface Me {
  readonly account: AccountId;
  readonly device: DeviceId;
}

/**
 * What a client does once its account is known. Functions that send (from `post` to `join`) resolve when the send is in
 * the stored outbox; its outcome comes with the event "sent" and `outcome()`. Questions wait for the connection and are
 * asked again when it breaks. What cannot be done rejects with a `ParleyError`.
 */
export interface ChatClient {
  readonly state: ClientState;
  /** Who this is; undefined before the first sign-in. */
  readonly me: Me | undefined;
  /** Resolves once the store was read. */
  readonly loaded: Promise<void>;
  /** Milliseconds by which the server's clock is ahead of this one. */
  readonly clockOffset: number;
  /** A limit in force, as the server told it last. */
  limit(name: LimitName): number;

  /** Connects, and keeps connected. */
  start(): void;
  /** Closes the connection; `start()` goes on where this left. */
  stop(): void;
  /** Tries to connect now if it is waiting to, and finds out whether the connection still stands if it is not. */
  wake(): void;
  /** Ends it for good; everything that waits is rejected with "closed". */
  close(): Promise<void>;

  // ---- being told ---------------------------------------------------------------------------------------------------

  /** The answer ends the listening, and so does `signal`. */
  on<Name extends ClientEventName>(
    name: Name,
    listener: (event: ClientEvents[Name]) => void,
    options?: Cancel,
  ): () => void;
  /** Everything that is told from now on, in order; ends with `signal` or `close()`. */
  events(options?: Cancel): AsyncIterableIterator<ParleyEvent>;

  // ---- looking ------------------------------------------------------------------------------------------------------

  /** Newest first. */
  channels(): readonly ChannelState[];
  channel(channel: ChannelId): ChannelState | undefined;
  /** In the order of sending. */
  outbox(): readonly OutboxEntry[];
  /** A part of a channel's history without holes: from the store, and what is not there is fetched and stored. */
  history(channel: ChannelId, query?: HistoryQuery): Promise<HistoryPage>;
  /** One event, as it is now; undefined: it cannot be seen. */
  event(channel: ChannelId, seq: number, options?: Cancel): Promise<ChannelEvent | undefined>;
  /** The whole of a content of which only the beginning came: of the event at `seq`. */
  content(channel: ChannelId, seq: number, options?: Cancel): Promise<Content | undefined>;
  /** A message and its edits, oldest first. */
  versions(channel: ChannelId, seq: number, options?: Cancel): Promise<readonly ChannelEvent[]>;
  receipts(channel: ChannelId, seq: number, options?: Cancel): Promise<readonly Receipt[]>;
  channelInfo(channel: ChannelId, options?: Cancel): Promise<ChannelInfo>;

  // ---- sending ------------------------------------------------------------------------------------------------------

  send(channel: ChannelId, command: Command, options?: SendOptions): Promise<Send>;
  post(channel: ChannelId, draft: Draft, options?: SendOptions): Promise<Send>;
  edit(channel: ChannelId, target: number, text: string, options?: SendOptions): Promise<Send>;
  /** For everyone. */
  delete(channel: ChannelId, targets: readonly number[], options?: SendOptions): Promise<Send>;
  /** Undefined takes the reaction back. */
  react(channel: ChannelId, target: number, reaction: string | undefined, options?: SendOptions): Promise<Send>;
  createGroup(group: NewGroup, options?: SendOptions): Promise<Send>;
  /** The channel with this account, which is made where there is none. */
  openDirect(peer: AccountId, options?: SendOptions): Promise<Send>;
  /** Notes to oneself. */
  openSelf(options?: SendOptions): Promise<Send>;
  describe(
    channel: ChannelId,
    change: { readonly title?: string; readonly description?: string; readonly avatar?: string },
    options?: SendOptions,
  ): Promise<Send>;
  changeSettings(channel: ChannelId, settings: ChannelSettings, options?: SendOptions): Promise<Send>;
  addMembers(channel: ChannelId, accounts: readonly AccountId[], options?: SendOptions): Promise<Send>;
  removeMember(channel: ChannelId, account: AccountId, options?: SendOptions): Promise<Send>;
  leave(channel: ChannelId, options?: SendOptions): Promise<Send>;
  setRole(channel: ChannelId, account: AccountId, role: Role, options?: SendOptions): Promise<Send>;
  handOver(channel: ChannelId, to: AccountId, options?: SendOptions): Promise<Send>;
  /** `link` is what follows `/join#`; it holds the secret, which is told to nobody else. */
  createInvitation(
    channel: ChannelId,
    invitation?: { readonly expires?: number; readonly uses?: number },
    options?: SendOptions,
  ): Promise<Send & { readonly invitation: InvitationId; readonly link: string }>;
  revokeInvitation(channel: ChannelId, invitation: InvitationId, options?: SendOptions): Promise<Send>;
  /** `link` is what follows `/join#`, or a whole link. */
  join(link: string, options?: SendOptions): Promise<Send>;
  /** The outcome of a send that waits, or of one of the last that had theirs ("not_found" for others). */
  outcome(sendId: SendId, options?: Cancel): Promise<SendResult>;

  // ---- mine alone, and hints ----------------------------------------------------------------------------------------

  /** The user has read up to `seq`. Stored; the server is told as often as it likes to be. */
  read(channel: ChannelId, seq: number): Promise<void>;
  /** `true` now and then while somebody writes, `false` at the end. */
  typing(channel: ChannelId, on: boolean): void;
  /** Whose presence is told from now on; replaces those before. Kept over connections. */
  watch(accounts: readonly AccountId[]): void;
  /** Whether this device is in use; it is until this says otherwise. Kept over connections. */
  setActive(active: boolean): void;
  /**
   * Stored and shown at once; the server is told when there is a connection. Should it refuse, the channel shows what it
   * was. Of a channel that this device does not know yet the server is asked, and this waits for its answer.
   */
  setRegisters(channel: ChannelId, change: RegisterChange, options?: Cancel): Promise<Registers>;
  /** Deletes for me what is from `from` to `to`, both included; it cannot be taken back. As with `setRegisters`. */
  hideMessages(channel: ChannelId, from: number, to: number, options?: Cancel): Promise<Registers>;

  // ---- what is fetched and kept -------------------------------------------------------------------------------------

  /** Channels on the screen: their gaps are filled first. */
  open(channels: readonly ChannelId[]): void;
  want(channel: ChannelId, want: Want): void;
  /** Forgets what is stored but the outbox and the app's values, and reads it anew; "unreachable" without a connection. */
  rebuild(): Promise<void>;
  /** A small value of the app's own (a draft, a setting), stored with the rest. */
  value(key: string): unknown;
  /** All whose key begins so. */
  values(prefix?: string): ReadonlyMap<string, unknown>;
  /** `undefined` removes it. */
  setValue(key: string, value: unknown): Promise<void>;
}
