/** Questions of the user: wait for the connection, are asked again when it breaks, have one answer. */
import { ParleyError } from "../errors.ts";
import type { ChannelId } from "../ids.ts";
import { Backoff } from "./backoff.ts";
import type { Core } from "./core.ts";
import { isBusy } from "./errors.ts";
import { type ServerFrame, toError, toRegisters } from "./wire.ts";
import type { FrameBody } from "./wire_out.ts";

export interface Question {
  readonly body: FrameBody;
  /** Whose registers or history the answer holds. */
  readonly channel: ChannelId | undefined;
  /** After what the answer changed is stored. */
  readonly answer: (frame: ServerFrame) => void;
  readonly fail: (why: ParleyError) => void;
  /** Nobody waits for the answer any more. */
  readonly isCancelled: () => boolean;
}

export class QuestionsPart {
  readonly #core: Core;
  readonly #backoff: Backoff;
  #waiting: Question[] = [];
  #pausedUntil = 0;

  constructor(core: Core) {
    this.#core = core;
    this.#backoff = new Backoff(core.settings.firstBackoff, core.settings.longestBackoff, core.random);
  }

  ask(question: Question): void {
    if (this.#waiting.length >= this.#core.settings.questions) {
      return question.fail(new ParleyError("limit_reached", "Too many questions are waiting."));
    }
    this.#waiting.push(question);
  }

  pump(now: number): void {
    this.#waiting = this.#waiting.filter((question) => !question.isCancelled());
    if (this.#pausedUntil > now) return;
    this.#pausedUntil = 0;
    while (this.#waiting.length > 0 && this.#core.requests.hasRoom) {
      const question = this.#waiting.shift() as Question;
      this.#core.requests.ask(now, { kind: "question", question }, question.body);
    }
  }

  wish(): number {
    return this.#waiting.length > 0 ? this.#pausedUntil : 0;
  }

  answered(now: number, question: Question, frame: ServerFrame): void {
    const core = this.#core;
    const { body } = frame;
    if (body.case === "error") {
      const why = toError(body.value);
      if (isBusy(why)) {
        this.#waiting.unshift(question);
        this.#pausedUntil = this.#backoff.againAt(now, this.#pausedUntil, why.retryAfterMs);
        return;
      }
      core.turn.after.push(() => question.fail(why));
      return;
    }
    this.#backoff.reset();
    const channel = core.find(question.channel);
    if (channel?.known) {
      if (body.case === "registers") core.own.takeRegisters(channel, toRegisters(body.value), undefined);
      if (body.case === "history") core.events.page(now, channel, body.value, undefined);
    }
    core.turn.after.push(() => question.answer(frame));
  }

  /** The connection is gone; those that were in flight come before the others. */
  putBack(asked: readonly Question[]): void {
    this.#waiting = [...asked, ...this.#waiting];
    this.#pausedUntil = 0;
  }

  failAll(why: ParleyError): void {
    const all = this.#waiting;
    this.#waiting = [];
    for (const question of all) this.#core.turn.after.push(() => question.fail(why));
  }
}
