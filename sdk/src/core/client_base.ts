/** What every client has in common: what it shows and tells, and the words in which one sends. */
import type { Cancel, ChatClient, ClientEventName, ClientEvents, ParleyEvent, SendOptions } from "../client.ts";
import type { Command } from "../commands.ts";
import type { ParleyError } from "../errors.ts";
import type { AnyId, ChannelId, InvitationId, RandomFill, SendId } from "../ids.ts";
import type { StoredState } from "../store/store.ts";
import type { ChannelState, ClientState, OutboxEntry, Send, SendResult } from "../types.ts";
import { abortable } from "./abortable.ts";
import { readInvitation, writeInvitation } from "./invitation_link.ts";
import { Listeners } from "./listeners.ts";
import { Outcomes } from "./outcomes.ts";
import { sha256 } from "./sha256.ts";

const secretBytes = 16;

type Shown =
  | "state"
  | "on"
  | "events"
  | "channels"
  | "channel"
  | "outbox"
  | "value"
  | "values"
  | "outcome"
  | "send"
  | "post"
  | "edit"
  | "delete"
  | "react"
  | "createGroup"
  | "openDirect"
  | "openSelf"
  | "describe"
  | "changeSettings"
  | "addMembers"
  | "removeMember"
  | "leave"
  | "setRole"
  | "handOver"
  | "createInvitation"
  | "revokeInvitation"
  | "join";

export abstract class ClientBase implements Pick<ChatClient, Shown> {
  abstract readonly loaded: Promise<void>;
  readonly #listeners = new Listeners();
  readonly #outcomes = new Outcomes();
  // As of the last commit.
  readonly #channels = new Map<ChannelId, ChannelState>();
  readonly #outbox = new Map<SendId, OutboxEntry>();
  readonly #values = new Map<string, unknown>();
  #sorted: readonly ChannelState[] | undefined;
  #state: ClientState = { name: "signed_out" };

  /** Without a channel: its id follows from who takes part. Resolves when the send is in the stored outbox. */
  protected abstract sendTo(channel: ChannelId | undefined, command: Command, options?: SendOptions): Promise<Send>;
  protected abstract newId<T extends AnyId>(): T;
  protected abstract readonly random: RandomFill;

  // ---- being told ---------------------------------------------------------------------------------------------------

  get state(): ClientState {
    return this.#state;
  }
  on<Name extends ClientEventName>(name: Name, listener: (event: ClientEvents[Name]) => void, options: Cancel = {}) {
    return this.#listeners.on(name, listener, options);
  }
  events(options: Cancel = {}): AsyncIterableIterator<ParleyEvent> {
    return this.#listeners.iterate(options);
  }

  /** For who knows more of the store than the client does. */
  static tellStorage(client: unknown, why: ParleyError): void {
    if (client instanceof ClientBase) client.told([{ type: "storage", why }]);
  }

  protected show({ channels, outbox, values }: Pick<StoredState, "channels" | "outbox" | "values">): void {
    for (const channel of channels) this.#channels.set(channel.id, channel);
    for (const entry of outbox) this.#outbox.set(entry.sendId, entry);
    for (const [key, value] of values) this.#values.set(key, value);
    this.#sorted = undefined;
  }

  protected told(events: readonly ParleyEvent[]): void {
    // What can be looked at is up to date before anybody is told.
    for (const event of events) this.#take(event);
    for (const event of events) this.#listeners.tell(event);
  }

  protected endTelling(why: ParleyError): void {
    this.#outcomes.close(why);
    this.#listeners.close();
  }

  #take(event: ParleyEvent): void {
    switch (event.type) {
      case "state":
        this.#state = event.state;
        return;
      case "channel":
      case "events":
      case "history_dropped":
        this.#channels.set(event.channel.id, event.channel);
        this.#sorted = undefined;
        return;
      case "channel_gone":
        this.#channels.delete(event.channel);
        this.#sorted = undefined;
        return;
      case "queued":
        this.#outbox.set(event.entry.sendId, event.entry);
        return;
      case "sent":
        this.#outbox.delete(event.sendId);
        this.#outcomes.ended(event);
        return;
      case "value":
        if (event.value === undefined) this.#values.delete(event.key);
        else this.#values.set(event.key, event.value);
        return;
      default:
        return;
    }
  }

  // ---- looking ------------------------------------------------------------------------------------------------------

  channels(): readonly ChannelState[] {
    this.#sorted ??= [...this.#channels.values()].sort((a, b) => b.headTime - a.headTime || (a.id < b.id ? -1 : 1));
    return this.#sorted;
  }
  channel(channel: ChannelId): ChannelState | undefined {
    return this.#channels.get(channel);
  }
  outbox(): readonly OutboxEntry[] {
    return [...this.#outbox.values()].sort((a, b) => a.order - b.order);
  }
  value(key: string): unknown {
    return this.#values.get(key);
  }
  values(prefix = ""): ReadonlyMap<string, unknown> {
    return new Map([...this.#values].filter(([key]) => key.startsWith(prefix)));
  }
  protected isWaiting(sendId: SendId): boolean {
    return this.#outbox.has(sendId);
  }
  /** Of a send that is no longer in the outbox. */
  protected hasEnded(sendId: SendId): boolean {
    return this.#outcomes.has(sendId);
  }

  outcome(sendId: SendId, { signal }: Cancel = {}): Promise<SendResult> {
    const outcome = this.loaded.then(() => this.#outcomes.of(sendId, this.#outbox.has(sendId)));
    return abortable(outcome, signal);
  }

  // ---- sending ------------------------------------------------------------------------------------------------------

  send(channel: ChannelId, command: Command, options: SendOptions = {}): Promise<Send> {
    return this.sendTo(channel, command, options);
  }

  post: ChatClient["post"] = (channel, { text, replyTo, mentions, forwarded }, options) => {
    const details = {
      ...(replyTo !== undefined ? { replyTo } : {}),
      ...(mentions !== undefined ? { mentions } : {}),
      ...(forwarded !== undefined ? { forwarded } : {}),
    };
    return this.sendTo(channel, { kind: "post", content: { kind: "text", text }, ...details }, options);
  };
  edit: ChatClient["edit"] = (channel, target, text, options) =>
    this.sendTo(channel, { kind: "edit", target, content: { kind: "text", text } }, options);
  delete: ChatClient["delete"] = (channel, targets, options) =>
    this.sendTo(channel, { kind: "delete", targets }, options);
  react: ChatClient["react"] = (channel, target, reaction, options) => {
    const said = reaction === undefined ? {} : { content: { kind: "text", text: reaction } as const };
    return this.sendTo(channel, { kind: "react", target, ...said }, options);
  };
  createGroup: ChatClient["createGroup"] = (group, options) =>
    this.sendTo(this.newId<ChannelId>(), { kind: "createChannel", channelKind: "group", ...group }, options);
  openDirect: ChatClient["openDirect"] = (peer, options) =>
    this.sendTo(undefined, { kind: "createChannel", channelKind: "direct", peer }, options);
  openSelf: ChatClient["openSelf"] = (options) =>
    this.sendTo(undefined, { kind: "createChannel", channelKind: "self" }, options);
  describe: ChatClient["describe"] = (channel, change, options) =>
    this.sendTo(channel, { kind: "describe", ...change }, options);
  changeSettings: ChatClient["changeSettings"] = (channel, settings, options) =>
    this.sendTo(channel, { kind: "changeSettings", settings }, options);
  addMembers: ChatClient["addMembers"] = (channel, accounts, options) =>
    this.sendTo(channel, { kind: "addMembers", accounts }, options);
  removeMember: ChatClient["removeMember"] = (channel, account, options) =>
    this.sendTo(channel, { kind: "removeMember", account }, options);
  leave: ChatClient["leave"] = (channel, options) => this.sendTo(channel, { kind: "leave" }, options);
  setRole: ChatClient["setRole"] = (channel, account, role, options) =>
    this.sendTo(channel, { kind: "setRole", account, role }, options);
  handOver: ChatClient["handOver"] = (channel, to, options) => this.sendTo(channel, { kind: "handOver", to }, options);

  createInvitation: ChatClient["createInvitation"] = async (channel, { expires = 0, uses = 0 } = {}, options) => {
    const secret = this.random(new Uint8Array(secretBytes));
    const invitation = this.newId<InvitationId>();
    const command = { kind: "createInvitation", invitation, secretHash: sha256(secret), expires, uses } as const;
    return {
      ...(await this.sendTo(channel, command, options)),
      invitation,
      link: writeInvitation({ channel, secret }),
    };
  };
  revokeInvitation: ChatClient["revokeInvitation"] = (channel, invitation, options) =>
    this.sendTo(channel, { kind: "revokeInvitation", invitation }, options);
  join: ChatClient["join"] = async (link, options) => {
    const { channel, secret } = readInvitation(link);
    return this.sendTo(channel, { kind: "join", secret }, options);
  };
}
