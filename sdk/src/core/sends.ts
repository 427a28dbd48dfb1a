/** Sends: stored, then handed to the network, kept until their outcome. */
import type { SendOptions } from "../client.ts";
import type { Command } from "../commands.ts";
import { ParleyError } from "../errors.ts";
import type * as fr from "../gen/messages.ts";
import { limits } from "../gen/tables.ts";
import type { ChannelId, SendId } from "../ids.ts";
import type { OutboxEntry, SendResult } from "../types.ts";
import { Backoff } from "./backoff.ts";
import type { Core } from "./core.ts";
import { directChannelId, selfChannelId } from "./derived_ids.ts";
import { judgeSend } from "./errors.ts";
import { Outbox, type Waiting } from "./outbox.ts";
import { toError, toSendId } from "./wire.ts";
import { commandBody } from "./wire_out.ts";

const bytesOfFrame = 1_000_000;

export class SendsPart {
  readonly #core: Core;
  readonly #outbox: Outbox;
  readonly #backoff: Backoff;
  #pausedUntil = 0;
  /** The server does not take sends for now. */
  #isPutOff = false;

  constructor(core: Core) {
    const { window, channelWindow, firstBackoff, longestBackoff } = core.settings;
    this.#core = core;
    this.#outbox = new Outbox(window, channelWindow);
    this.#backoff = new Backoff(firstBackoff, longestBackoff, core.random);
  }

  get inFlight(): number {
    return this.#outbox.inFlight;
  }

  load(stored: readonly OutboxEntry[]): void {
    for (const entry of [...stored].sort((a, b) => a.order - b.order)) this.#outbox.add(entry);
  }

  all(): OutboxEntry[] {
    return this.#outbox.all();
  }

  /** Throws what cannot be well-formed, and where the outbox is full. A sendId that waits already keeps its place. */
  send(now: number, channel: ChannelId | undefined, command: Command, options: SendOptions): OutboxEntry {
    const known = options.sendId === undefined ? undefined : this.#outbox.find(options.sendId);
    if (known !== undefined) return known.data;
    this.#check(command);
    if (this.#outbox.size >= this.#core.settings.outboxEntries) {
      throw new ParleyError("limit_reached", "Too much waits to be sent.");
    }
    const entry: OutboxEntry = {
      sendId: options.sendId ?? this.#core.ids.next<SendId>(now),
      channel: channel ?? this.#channelOf(command),
      order: this.#outbox.lastOrder + 1,
      created: now,
      command,
    };
    const { turn } = this.#core;
    this.#outbox.add(entry);
    turn.outboxPut.push(entry);
    for (const [key, value] of Object.entries(options.values ?? {})) turn.values.set(key, value);
    turn.tell("queued", { entry });
    for (const [key, value] of Object.entries(options.values ?? {})) turn.tell("value", { key, value });
    return entry;
  }

  pump(now: number): void {
    if (now < this.#pausedUntil) return;
    this.#pausedUntil = 0;
    const most = this.#core.limit("sends_in_flight", limits.sends_in_flight.default);
    for (let entry = this.#outbox.take(most); entry !== undefined; entry = this.#outbox.take(most)) {
      this.#core.requests.ask(now, { kind: "command", sendId: entry.sendId }, commandBody(entry));
    }
  }

  wish(): number {
    return this.#outbox.size > 0 ? this.#pausedUntil : 0;
  }

  outcome(now: number, outcome: fr.Outcome): void {
    const waiting = this.#find(toSendId(outcome.sendId));
    if (waiting === undefined) return;
    this.#backoff.reset();
    if (this.#isPutOff) this.#core.turn.tell("sends_put_off", { why: undefined });
    this.#isPutOff = false;
    const { refused, seq, time } = outcome;
    if (refused !== "") {
      return this.#end(waiting, { time, outcome: "refused", refused, text: "" });
    }
    this.#end(waiting, { time, outcome: "posted", seq });
    const channel = this.#core.channelOf(waiting.data.channel);
    channel.state.head = Math.max(channel.state.head, seq);
    this.#core.repair.doubt(now, channel);
  }

  /** An error in place of an outcome: nothing was kept of the command. */
  refused(now: number, sendId: SendId, error: fr.Error): void {
    const waiting = this.#find(sendId);
    if (waiting === undefined) return;
    const why = toError(error);
    const verdict = judgeSend(why);
    if (verdict === "refused") {
      return this.#end(waiting, { time: now, outcome: "refused", refused: error.name, text: error.text });
    }
    if (verdict === "token") this.#core.connection.renewToken(now);
    this.#outbox.putBack(waiting);
    this.#pausedUntil = this.#backoff.againAt(now, this.#pausedUntil, why.retryAfterMs);
    if (!this.#isPutOff) this.#core.turn.tell("sends_put_off", { why });
    this.#isPutOff = true;
  }

  disconnected(): void {
    this.#pausedUntil = 0;
    if (this.#isPutOff) this.#core.turn.tell("sends_put_off", { why: undefined });
    this.#isPutOff = false;
    this.#outbox.putAllBack();
  }

  #find(sendId: SendId | undefined): Waiting | undefined {
    return sendId === undefined ? undefined : this.#outbox.find(sendId);
  }

  #end(waiting: Waiting, result: Ending): void {
    const { sendId, channel, command } = waiting.data;
    this.#outbox.remove(waiting);
    this.#core.turn.outboxRemoved.push(sendId);
    this.#core.turn.tell("sent", { sendId, channel, command, ...result });
  }

  /** A channel whose id follows from who takes part. */
  #channelOf(command: Command): ChannelId {
    const me = this.#core.session.account;
    if (me === undefined) throw new ParleyError("signed_out", "Sign in first.");
    if (command.kind === "createChannel" && command.channelKind === "self") return selfChannelId(me);
    if (command.kind === "createChannel" && command.channelKind === "direct" && command.peer !== undefined) {
      return directChannelId(me, command.peer);
    }
    throw new ParleyError("invalid_argument", "A channel is needed.");
  }

  #check(command: Command): void {
    if (!("content" in command) || command.content === undefined) return;
    const { content } = command;
    if (content.kind === "data") {
      const most = this.#core.limit("content_bytes", limits.content_bytes.default);
      if (content.data.length > most) throw new ParleyError("content_too_long", "The content is too long.");
      return;
    }
    const { text } = content;
    if (text === "") throw new ParleyError("invalid_argument", "There is no text.");
    if (!text.isWellFormed()) throw new ParleyError("invalid_text", "The text has half a character in it.");
    const most = this.#core.limit("text_code_points", limits.text_code_points.default);
    if (text.length > bytesOfFrame || (text.length > most && [...text].length > most)) {
      throw new ParleyError("content_too_long", "The text is too long.");
    }
  }
}

type Ending = { readonly time: number } & (
  | Pick<SendResult & { outcome: "posted" }, "outcome" | "seq">
  | Pick<SendResult & { outcome: "refused" }, "outcome" | "refused" | "text">
);
