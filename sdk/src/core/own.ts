/** What is this account's alone or a hint: registers, ticks, typing, presence, what is watched, the app's own values. */
import type * as fr from "../gen/messages.ts";
import { type AccountId, type ChannelId, idToBytes } from "../ids.ts";
import type { Registers } from "../types.ts";
import type { Channel } from "./channel.ts";
import { takeRegisters } from "./channel_view.ts";
import type { Core } from "./core.ts";
import { toAccountId, toChannelId, toRegisters } from "./wire.ts";

export interface Badge {
  readonly unread: number;
  readonly unreadMentions: number;
}

export class OwnPart {
  readonly #core: Core;
  #watched: readonly AccountId[] = [];
  #isActive = true;

  constructor(core: Core) {
    this.#core = core;
  }

  // ---- told by the server -------------------------------------------------------------------------------------------

  ticks(now: number, { channelId, deliveredByAll, readByAll }: fr.ReceiptsMoved): void {
    const channel = this.#core.find(toChannelId(channelId));
    if (channel === undefined) return;
    const { state } = channel;
    const areLower = deliveredByAll < state.deliveredByAll || readByAll < state.readByAll;
    state.deliveredByAll = deliveredByAll;
    state.readByAll = readByAll;
    channel.ticksTold = this.#core.requests.last;
    this.#core.changed(channel);
    // They mostly rise: between nodes it may have been on its way for longer than the row that told of later ones.
    if (areLower && channel.known) this.#core.inbox.refresh(now, channel);
  }

  registersChanged(changed: fr.RegistersChanged): void {
    const channel = this.#core.find(toChannelId(changed.channelId));
    if (channel === undefined) return;
    const badge = { unread: changed.unread, unreadMentions: changed.unreadMentions };
    this.takeRegisters(channel, toRegisters(changed.registers), badge);
  }

  takeRegisters(channel: Channel, registers: Registers, badge: Badge | undefined): void {
    const { state } = channel;
    const before = state.registers;
    takeRegisters(state, registers);
    // Delivered moves all the time, and has no part in what a row says of the badge.
    if (badge !== undefined || !isSame({ ...before, delivered: 0 }, { ...state.registers, delivered: 0 })) {
      channel.registersTold = this.#core.requests.last;
    }
    if (badge !== undefined) {
      state.unread = badge.unread;
      state.unreadMentions = badge.unreadMentions;
      channel.badged = state.head;
    }
    this.#core.inbox.hidden(channel, before.hidden);
    this.#core.changed(channel);
  }

  typing(hint: fr.TypingNow): void {
    const channel = toChannelId(hint.channelId);
    const account = toAccountId(hint.account);
    if (channel === undefined || account === undefined) return;
    this.#core.turn.tell("typing", { channel, account, on: hint.on });
  }

  presence(now: fr.PresenceNow): void {
    for (const { account, online, lastSeen } of now.accounts) {
      const id = toAccountId(account);
      if (id !== undefined) this.#core.turn.tell("presence", { account: id, online, lastSeen });
    }
  }

  // ---- hints: sent now or never -------------------------------------------------------------------------------------

  sendTyping(channel: ChannelId, on: boolean): void {
    if (!this.#core.connection.isEstablished) return;
    this.#core.transmit(0, { case: "typing", value: { channelId: idToBytes(channel), on } });
  }

  watch(now: number, accounts: readonly AccountId[]): void {
    this.#watched = accounts;
    if (this.#core.connection.isEstablished) this.#sendWatch(now);
  }

  setActive(active: boolean): void {
    this.#isActive = active;
    if (this.#core.connection.isEstablished) this.#core.transmit(0, { case: "setActive", value: { active } });
  }

  /** A new session knows nothing of what an earlier one watched. */
  welcomed(now: number): void {
    if (this.#watched.length > 0) this.#sendWatch(now);
    if (!this.#isActive) this.#core.transmit(0, { case: "setActive", value: { active: false } });
    this.#core.repair.sendOpen();
  }

  /** No mere hint: only what has a number is answered, and the answer is how it is now. */
  #sendWatch(now: number): void {
    const accounts = this.#watched.slice(0, this.#core.limit("watches_per_session", 500)).map(idToBytes);
    this.#core.requests.ask(now, { kind: "watch" }, { case: "watch", value: { accounts } });
  }
}

function isSame(a: Registers, b: Registers): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
