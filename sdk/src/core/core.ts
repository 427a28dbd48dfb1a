/**
 * The client without I/O: connection states, outbox, sync, gap repair and receipts as one deterministic state machine.
 * Frames, ticks and calls go in; a turn comes out. No clock, no timer, no socket, no randomness of its own.
 */
import type { SendOptions } from "../client.ts";
import type { Command } from "../commands.ts";
import type { ParleyError } from "../errors.ts";
import { type ChannelId, IdSource, type RandomFill } from "../ids.ts";
import type { SessionRecord, StoredState } from "../store/store.ts";
import type { ClientState, OutboxEntry } from "../types.ts";
import { type Channel, makeChannel, snapshot } from "./channel.ts";
import type { Draft } from "./channel_view.ts";
import { ConnectionPart } from "./connection.ts";
import { EventsPart } from "./events.ts";
import { InboxPart } from "./inbox.ts";
import { OwnPart } from "./own.ts";
import { type Question, QuestionsPart } from "./questions.ts";
import { ReceiptsPart } from "./receipts.ts";
import { RepairPart } from "./repair.ts";
import { type Asked, RequestsPart } from "./requests.ts";
import { SendsPart } from "./sends.ts";
import type { Settings } from "./settings.ts";
import { Turn } from "./turn.ts";
import { readFrame, type ServerFrame } from "./wire.ts";
import { encodeFrame, type FrameBody } from "./wire_out.ts";
import { WishesPart } from "./wishes.ts";

export class Core {
  readonly settings: Settings;
  readonly random: RandomFill;
  readonly ids: IdSource;
  readonly channels = new Map<ChannelId, Channel>();
  session: Draft<SessionRecord> = { version: new Uint8Array(0) };
  turn = new Turn();
  /** Limits in force. */
  readonly limits = new Map<string, number>();

  readonly requests: RequestsPart;
  readonly connection: ConnectionPart;
  readonly inbox: InboxPart;
  readonly events: EventsPart;
  readonly repair: RepairPart;
  readonly receipts: ReceiptsPart;
  readonly sends: SendsPart;
  readonly questions: QuestionsPart;
  readonly own: OwnPart;
  readonly wishes: WishesPart;

  constructor(settings: Settings, random: RandomFill) {
    this.settings = settings;
    this.random = random;
    this.ids = new IdSource(random);
    this.requests = new RequestsPart(this);
    this.connection = new ConnectionPart(this);
    this.inbox = new InboxPart(this);
    this.events = new EventsPart(this);
    this.repair = new RepairPart(this);
    this.receipts = new ReceiptsPart(this);
    this.sends = new SendsPart(this);
    this.questions = new QuestionsPart(this);
    this.own = new OwnPart(this);
    this.wishes = new WishesPart(this);
  }

  get state(): ClientState {
    return this.connection.state;
  }

  // ---- the world ----------------------------------------------------------------------------------------------------

  /** What the store holds; before everything else. */
  load(stored: StoredState): void {
    if (stored.session !== undefined) this.session = { ...stored.session };
    for (const state of stored.channels) {
      const channel = this.channelOf(state.id);
      channel.state = { ...state };
      channel.known = true;
      snapshot(channel);
      this.receipts.loaded(channel);
      this.wishes.loaded(channel);
      this.repair.queue(channel);
    }
    this.sends.load(stored.outbox);
  }

  frame(now: number, bytes: Uint8Array): void {
    if (!this.connection.isUp) return;
    this.connection.heard(now);
    let frame: ServerFrame;
    try {
      frame = readFrame(bytes);
    } catch {
      return this.connection.unreadable(now);
    }
    if (frame.request === 0) return this.#pushed(now, frame);
    const asked = this.requests.answered(frame.request);
    if (asked !== undefined) this.#answered(now, asked, frame);
  }

  tick(now: number): void {
    this.connection.check(now);
    if (!this.connection.isEstablished) return;
    this.inbox.tick(now);
    this.repair.tick(now);
    this.receipts.tick(now);
  }

  /** The end of a turn: what may leave now leaves. */
  pump(now: number): void {
    if (!this.connection.isEstablished) return;
    this.repair.pump(now);
    this.wishes.pump(now);
    this.questions.pump(now);
    this.sends.pump(now);
  }

  /** When the next tick is wanted; 0: never. */
  wish(): number {
    const { connection } = this;
    const wishes = connection.wishes();
    if (connection.isEstablished) {
      wishes.push(
        this.inbox.retryAt,
        this.sends.wish(),
        this.repair.wish(),
        this.questions.wish(),
        this.receipts.wish(),
        this.wishes.wish(),
      );
    }
    return earliest(...wishes);
  }

  takeTurn(): Turn {
    const { turn } = this;
    this.turn = new Turn();
    return turn;
  }

  // ---- the user -----------------------------------------------------------------------------------------------------

  send(now: number, channel: ChannelId | undefined, command: Command, options: SendOptions): OutboxEntry {
    return this.sends.send(now, channel, command, options);
  }
  ask(question: Question): void {
    this.questions.ask(question);
  }

  // ---- for the parts ------------------------------------------------------------------------------------------------

  find(id: ChannelId | undefined): Channel | undefined {
    return id === undefined ? undefined : this.channels.get(id);
  }
  channelOf(id: ChannelId): Channel {
    const found = this.channels.get(id);
    if (found !== undefined) return found;
    const made = makeChannel(id);
    this.channels.set(id, made);
    return made;
  }
  changed(channel: Channel): void {
    this.turn.changed.add(channel);
  }
  saveSession(): void {
    this.turn.session = { ...this.session };
  }
  limit(name: string, otherwise: number): number {
    return this.limits.get(name) ?? otherwise;
  }
  transmit(request: number, body: FrameBody): void {
    this.turn.actions.push({ kind: "send", frame: encodeFrame(request, body) });
  }

  // ---- frames -------------------------------------------------------------------------------------------------------

  #answered(now: number, asked: Asked, frame: ServerFrame): void {
    const { body } = frame;
    switch (asked.kind) {
      case "nothing":
        return;
      case "hello":
      case "token":
        return this.connection.answered(now, asked.kind, frame);
      case "inbox":
        return this.inbox.answered(now, asked, frame);
      case "history":
        return this.repair.answered(now, asked, frame);
      case "channel":
        return this.inbox.channelAnswered(now, asked, frame);
      case "cursor":
        return this.receipts.answered(now, asked, frame);
      case "wish":
        return this.wishes.answered(now, asked.channel, asked.wished, frame);
      case "watch":
        if (body.case === "presenceNow") this.own.presence(body.value);
        return;
      case "command":
        if (body.case === "outcome") return this.sends.outcome(now, body.value);
        if (body.case === "error") this.sends.refused(now, asked.sendId, body.value);
        return;
      case "question":
        return this.questions.answered(now, asked.question, frame);
    }
  }

  #pushed(now: number, frame: ServerFrame): void {
    const { body } = frame;
    if (body.case === "error") return this.connection.lastWord(now, body.value);
    if (!this.connection.isEstablished) return;
    switch (body.case) {
      case "events":
        return this.events.pushed(now, body.value);
      case "heads":
        return this.events.heads(now, body.value);
      case "receiptsMoved":
        return this.own.ticks(now, body.value);
      case "registersChanged":
        return this.own.registersChanged(body.value);
      case "typingNow":
        return this.own.typing(body.value);
      case "presenceNow":
        return this.own.presence(body.value);
      case "resync":
        return this.inbox.ask(now);
      default:
        return;
    }
  }

  /** The store failed: nothing of this is certain any more. */
  storeFailed(why: ParleyError): void {
    this.takeTurn();
    this.connection.end({ name: "stopped", why });
  }
}

/** The least that is not 0; 0: none. */
export function earliest(...times: readonly number[]): number {
  const wished = times.filter((time) => time > 0);
  return wished.length === 0 ? 0 : Math.min(...wished);
}
