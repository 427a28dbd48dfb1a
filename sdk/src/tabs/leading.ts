/** The tab that leads: has the client of them all, does what the others ask, and tells them everything. */
import type { ChatClient, ParleyEvent } from "../client.ts";
import type { ParleyError } from "../errors.ts";
import { type LimitName, limits } from "../gen/tables.ts";
import type { Store } from "../store/store.ts";
import { type Call, isOvertaken } from "./calls.ts";
import { HintsOfTabs } from "./hints.ts";
import {
  packError,
  packEvent,
  packState,
  type Snapshot,
  type Status,
  type TabHints,
  type TabId,
  type TabMessage,
  type Words,
} from "./messages.ts";
import { perform, type Served } from "./methods.ts";
import type { NudgedClock } from "./nudged_clock.ts";

export interface LeadingOptions {
  readonly tab: TabId;
  readonly store: Store;
  /** Makes the client; what it tells goes to `tell`. */
  readonly makeClient: (store: Store, tell: (events: readonly ParleyEvent[]) => void) => ChatClient;
  readonly post: (words: Words) => void;
  /** What the client told since `serve()`, and what of the session may have changed with it. */
  readonly tell: (events: readonly ParleyEvent[], status: Status | undefined) => void;
  /** Another has loaded the store since: what this one wanted to write was not written. */
  readonly overtaken: () => void;
  /** The store is lost (of which the other tabs were told), broken, full, or of a newer program: this is the end of it. */
  readonly failed: (why: ParleyError) => void;
  readonly clock: NudgedClock;
  /** A tab that was not heard of for so long is gone. */
  readonly tabLife: number;
}

export class Leading {
  readonly client: ChatClient;
  readonly #options: LeadingOptions;
  readonly #served: Served;
  readonly #hints: HintsOfTabs;
  readonly #calls = new Map<string, AbortController>();
  #isServing = false;
  #isOver = false;
  #told = 0;

  constructor(options: LeadingOptions, hints: TabHints) {
    this.#options = options;
    this.client = options.makeClient(options.store, (events) => this.#tell(events));
    this.#served = { client: this.client, store: options.store };
    this.#hints = new HintsOfTabs(this.client);
    this.setOwnHints(hints);
  }

  /** Of the store; known once the client has loaded. */
  get generation(): number {
    return this.#options.store.generation ?? 0;
  }

  get isServing(): boolean {
    return this.#isServing;
  }

  /** From now on the others are told what the client tells. */
  serve(): Snapshot {
    this.#isServing = true;
    this.#options.post({ kind: "leads", generation: this.generation });
    return this.#snapshot();
  }

  setOwnHints(hints: TabHints): void {
    this.#hints.set(this.#options.tab, hints, this.#options.clock.now());
  }

  /** A call of this tab itself. */
  perform(call: Call): Promise<unknown> {
    return perform(this.#served, call.method, call.args, call.aborted.signal);
  }

  end(): void {
    this.#isOver = true;
    for (const aborted of this.#calls.values()) aborted.abort();
    void this.client.close();
  }

  receive(message: TabMessage): void {
    const { tab } = message;
    const now = this.#options.clock.now();
    if (!this.#isServing) {
      if (message.kind === "join" || message.kind === "beat") this.#options.post({ kind: "taking" });
      return;
    }
    switch (message.kind) {
      case "join":
        this.#hints.set(tab, message.hints, now);
        return this.#options.post({
          kind: "snapshot",
          generation: this.generation,
          to: tab,
          told: this.#told,
          snapshot: this.#snapshot(),
        });
      case "hints":
        if (this.#hints.has(tab)) this.#hints.set(tab, message.hints, now);
        return;
      case "beat":
        this.#options.clock.nudge();
        this.#hints.heard(tab, now);
        this.#hints.forgetSilent(now - this.#options.tabLife, this.#options.tab);
        return this.#options.post({
          kind: "pulse",
          generation: this.generation,
          to: tab,
          told: this.#told,
          known: this.#hints.has(tab),
        });
      case "bye":
        return this.#hints.remove(tab);
      case "call":
        if (message.generation === this.generation) void this.#call(message);
        return;
      case "abort":
        return this.#calls.get(keyOf(message))?.abort();
      default:
        return;
    }
  }

  #tell(events: readonly ParleyEvent[]): void {
    if (this.#isOver) return;
    const failure = events.find((event) => event.type === "storage");
    if (failure !== undefined && isOvertaken(failure.why)) return this.#options.overtaken();
    if (!this.#isServing) return;
    const status = events.some((event) => event.type === "state") ? this.#status() : undefined;
    if (failure === undefined) {
      this.#tellOthers(events, status);
      return this.#options.tell(events, status);
    }
    // Otherwise another tab may do better.
    if (failure.why.name === "storage_lost") this.#tellOthers([failure], undefined);
    this.#options.failed(failure.why);
  }

  #tellOthers(events: readonly ParleyEvent[], status: Status | undefined): void {
    this.#told++;
    // Nobody else there: it need not be cloned.
    if (this.#hints.size > 1) {
      this.#options.post({
        kind: "told",
        generation: this.generation,
        told: this.#told,
        events: events.map(packEvent),
        ...(status !== undefined ? { status } : {}),
      });
    }
  }

  async #call(message: TabMessage & { kind: "call" }): Promise<void> {
    const { tab, call, method, args } = message;
    const aborted = new AbortController();
    const key = keyOf(message);
    this.#calls.set(key, aborted);
    const answer = await perform(this.#served, method, args, aborted.signal).then(
      (value) => ({ value }),
      (error: unknown) => (isOvertaken(error) ? undefined : packError(error)),
    );
    this.#calls.delete(key);
    // One that leads no longer leaves it to the next.
    if (answer === undefined || aborted.signal.aborted) return;
    this.#options.post({ kind: "answer", generation: this.generation, to: tab, call, answer });
  }

  #snapshot(): Snapshot {
    const { client } = this;
    return {
      state: packState(client.state),
      status: this.#status(),
      channels: client.channels(),
      outbox: client.outbox(),
      values: client.values(),
    };
  }

  #status(): Status {
    const { client } = this;
    const names = Object.keys(limits) as LimitName[];
    const inForce = Object.fromEntries(names.map((name) => [name, client.limit(name)])) as Record<LimitName, number>;
    return { me: client.me, clockOffset: client.clockOffset, limits: inForce };
  }
}

function keyOf({ tab, call }: { tab: TabId; call: number }): string {
  return `${tab} ${call}`;
}
