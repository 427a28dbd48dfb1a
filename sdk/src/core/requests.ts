/** Requests that wait for their answers. */
import type { ChannelId, SendId } from "../ids.ts";
import type { Core } from "./core.ts";
import type { Question } from "./questions.ts";
import type { FrameBody } from "./wire_out.ts";
import type { Wished } from "./wishes.ts";

export type Asked = { readonly request: number; readonly since: number } & Subject;
export type Subject =
  | { kind: "nothing" | "hello" | "token" | "inbox" | "watch" }
  | { kind: "history"; channel: ChannelId; from: number; to: number; oldestFirst: boolean }
  | { kind: "channel"; channel: ChannelId }
  | { kind: "cursor"; channel: ChannelId; delivered: number; read: number }
  | { kind: "wish"; channel: ChannelId; wished: Wished }
  | { kind: "command"; sendId: SendId }
  | { kind: "question"; question: Question };

/** Requests other than sends that wait for their answers at a time; a server refuses more than a few. */
const questionsInFlight = 12;

export class RequestsPart {
  readonly #core: Core;
  readonly #pending = new Map<number, Asked>();
  /** The number of the last one. */
  last = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  get size(): number {
    return this.#pending.size;
  }
  /** Since when the oldest waits; 0: none does. */
  get oldest(): number {
    for (const asked of this.#pending.values()) return asked.since;
    return 0;
  }
  waitsFor(kind: Asked["kind"]): boolean {
    return [...this.#pending.values()].some((asked) => asked.kind === kind);
  }
  get hasRoom(): boolean {
    const { connection, sends } = this.#core;
    return connection.isEstablished && this.#pending.size - sends.inFlight < questionsInFlight;
  }

  ask(now: number, subject: Subject, body: FrameBody): void {
    const request = ++this.last;
    this.#pending.set(request, { request, since: now, ...subject });
    this.#core.transmit(request, body);
  }

  answered(request: number): Asked | undefined {
    const asked = this.#pending.get(request);
    this.#pending.delete(request);
    return asked;
  }

  /** Answers that are on their way mean nothing any more. */
  disown(which: (asked: Asked) => boolean): void {
    for (const asked of this.#pending.values()) {
      if (which(asked))
        this.#pending.set(asked.request, { request: asked.request, since: asked.since, kind: "nothing" });
    }
  }

  takeAll(): Asked[] {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    return all;
  }
}
