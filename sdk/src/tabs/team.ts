/** The tabs of one account in a browser: who leads, what becomes of that, and how what is asked gets there. */
import type { ChatClient, ParleyEvent } from "../client.ts";
import { ParleyError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { type Call, type Calls, isOvertaken } from "./calls.ts";
import { Election, type Locks } from "./election.ts";
import { noHints } from "./hints.ts";
import { Leading } from "./leading.ts";
import {
  type Snapshot,
  type Status,
  type TabHints,
  type TabId,
  type TabMessage,
  tabsVersion,
  unpackEvent,
  type Words,
} from "./messages.ts";
import type { NudgedClock } from "./nudged_clock.ts";

/** Reaches all other tabs of the same name, in order; a BroadcastChannel. */
export interface TabChannel {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => unknown) | null;
  close(): void;
}

export interface TeamOptions {
  /** The same in all tabs that share a store, and of those alone. */
  readonly name: string;
  /** With a generation above `above`, also where what was stored is gone. Throws where nobody is to use it any more. */
  readonly openStore: (above: number) => Store;
  /** The client of the tab that leads. What it tells is to be given to `tell`. */
  readonly makeClient: (store: Store, tell: (events: readonly ParleyEvent[]) => void) => ChatClient;
  readonly channel: TabChannel;
  /** Undefined where the browser has none. */
  readonly locks: Locks | undefined;
  readonly clock: NudgedClock;
  /** Calls back when the page goes away, perhaps to come back. */
  readonly onLeave?: (callback: () => void) => void;
}

/** What the tab does with what it hears. */
export interface TeamListener {
  /** Whoever leads now: all that is so. What is told from then on follows it. To be answered with `askWaiting()`. */
  began(snapshot: Snapshot): void;
  told(events: readonly ParleyEvent[], status: Status | undefined): void;
  /** This tab can do nothing any more; another may. */
  failed(why: ParleyError): void;
}

/** Milliseconds between two questions whether somebody leads, */
const beat = 1_000;
/** and how many of them are left without an answer before another tab leads. */
const patience = 4;
/** So often what was stored may go, or fail, in a while before the tab gives up: it is no use to store anything. */
const mostLosses = 5;
const aWhile = 60_000;
/** A tab in the background may do something once a minute at least. */
const tabLife = 150_000;

export class Team {
  readonly #options: TeamOptions;
  readonly #tab: TabId;
  readonly #calls: Calls;
  readonly #listener: TeamListener;
  readonly #election: Election;
  #isOver = false;
  #isStarted = false;
  #hints: TabHints = noHints;
  /** Where this tab leads. */
  #leading: Leading | undefined;
  /** Where another does: the last batch that it told here; undefined: not joined yet. */
  #told: number | undefined;
  /** The highest of which was heard. */
  #generation = 0;
  /** What waited has been asked of the leader. */
  #isAsking = false;
  /** What was stored has gone, or failed, so often under this tab. */
  #losses = 0;
  #lostAt = 0;
  /** Beats since the leader was heard. */
  #silence = 0;
  #cancelBeat = (): void => {};

  constructor(options: TeamOptions, tab: TabId, calls: Calls, listener: TeamListener) {
    this.#options = options;
    this.#tab = tab;
    this.#calls = calls;
    this.#listener = listener;
    options.channel.onmessage = ({ data }) => this.#receive(data as TabMessage);
    this.#election = new Election(
      options.name,
      options.locks,
      () => void this.#lead(),
      () => this.#follow(),
    );
    // What this tab wanted of the connection counts no longer; if it comes back, it joins again.
    options.onLeave?.(() => {
      if (!this.#isOver) this.#post({ kind: "bye" });
    });
    this.#follow();
    this.#armBeat();
  }

  // ---- of this tab --------------------------------------------------------------------------------------------------

  /** Whether this tab does what all of them ask. */
  get isLeading(): boolean {
    return this.#leading?.isServing ?? false;
  }

  /** Whoever leads connects. */
  start(): void {
    this.#isStarted = true;
  }
  stop(): void {
    this.#isStarted = false;
  }

  setHints(hints: TabHints): void {
    this.#hints = hints;
    if (this.#leading !== undefined) this.#leading.setOwnHints(hints);
    else if (this.#told !== undefined) this.#post({ kind: "hints", hints });
  }

  /** Has it done by whoever leads; where nobody does yet, later, in the order of asking. */
  ask(call: Call): void {
    // What is read to catch up goes before all that waits.
    if (!this.#isAsking && call.method !== "stored") return;
    const { id, method, args } = call;
    const leading = this.#leading;
    if (leading !== undefined) {
      if (!leading.isServing) return;
      call.askedOf = this.#generation;
      leading.perform(call).then(
        (value) => this.#calls.answered(id, { value }),
        (error: unknown) => {
          // Otherwise the next one will be asked.
          if (this.#leading === leading && !isOvertaken(error)) this.#calls.reject(id, error);
        },
      );
    } else if (this.#told !== undefined) {
      call.askedOf = this.#generation;
      try {
        this.#post({ kind: "call", generation: this.#generation, call: id, method, args });
      } catch (error) {
        // It cannot be cloned.
        this.#calls.reject(id, error);
      }
    }
  }

  abort(call: Call): void {
    if (this.#leading === undefined && this.#told !== undefined) this.#post({ kind: "abort", call: call.id });
  }

  /** Finds out at once whether somebody leads. */
  wake(): void {
    if (this.#leading === undefined) this.#post({ kind: "beat" });
  }

  close(): void {
    if (this.#isOver) return;
    this.#end();
    this.#post({ kind: "bye" });
    this.#options.channel.close();
  }

  // ---- leading ------------------------------------------------------------------------------------------------------

  async #lead(): Promise<void> {
    this.#stopWhatWas();
    this.#post({ kind: "taking" });
    const { clock, makeClient } = this.#options;
    const store = this.#openStore();
    if (store === undefined) return;
    const leading = new Leading(
      {
        tab: this.#tab,
        store,
        makeClient,
        post: (words) => this.#post(words),
        tell: (events, status) => {
          if (this.#leading === leading) this.#listener.told(events, status);
        },
        overtaken: () => {
          if (this.#leading === leading) this.#follow();
        },
        failed: (why) => {
          if (this.#leading !== leading) return;
          this.#storeFailed(why);
        },
        clock,
        tabLife,
      },
      this.#hints,
    );
    this.#leading = leading;
    const error = await leading.client.loaded.then(
      () => undefined,
      (why: unknown) => why ?? new Error("unknown"),
    );
    if (this.#leading !== leading) return;
    if (error !== undefined) return isOvertaken(error) ? this.#follow() : this.#fail(asStorageError(error));
    // Somebody has loaded since.
    if (leading.generation < this.#generation) return this.#follow();
    this.#generation = leading.generation;
    this.#listener.began(leading.serve());
    if (this.#isStarted) leading.client.start();
  }

  #storeFailed(why: ParleyError): void {
    const now = this.#options.clock.now();
    if (now - this.#lostAt > aWhile) this.#losses = 0;
    this.#lostAt = now;
    const isLost = why.name === "storage_lost";
    // A browser may lose its connection to what it has stored, too: it is there again when it is opened again.
    if ((!isLost && why.name !== "storage_unavailable") || ++this.#losses > mostLosses) return this.#fail(why);
    // What is shown is all that is left of it: it goes into a new store.
    if (isLost) this.#listener.told([{ type: "storage", why }], undefined);
    void this.#lead();
  }

  #openStore(): Store | undefined {
    try {
      return this.#options.openStore(this.#generation);
    } catch (error) {
      this.#fail(asStorageError(error));
      return undefined;
    }
  }

  #fail(why: ParleyError): void {
    this.#end();
    this.#post({ kind: "bye" });
    this.#listener.failed(why);
  }

  #end(): void {
    this.#isOver = true;
    this.#stopWhatWas();
    this.#election.withdraw();
    this.#cancelBeat();
  }

  #stopWhatWas(): void {
    this.#silence = 0;
    this.#isAsking = false;
    this.#told = undefined;
    const leading = this.#leading;
    this.#leading = undefined;
    leading?.end();
  }

  // ---- following ----------------------------------------------------------------------------------------------------

  /** Another tab leads, or will. */
  #follow(): void {
    this.#stopWhatWas();
    if (this.#isOver) return;
    this.#election.stand();
    this.#join();
  }

  #join(): void {
    this.#told = undefined;
    this.#isAsking = false;
    this.#post({ kind: "join", hints: this.#hints });
  }

  #armBeat(): void {
    const { clock } = this.#options;
    this.#cancelBeat = clock.wakeAt(clock.now() + beat, () => {
      this.#armBeat();
      this.#beat();
    });
  }

  #beat(): void {
    if (this.#leading !== undefined) return;
    // Beats are counted, and not time: a tab that slept has heard nobody.
    this.#silence++;
    const isFirst = this.#generation === 0 && !this.#election.hasLocks;
    if (this.#silence > (isFirst ? 1 : patience)) {
      this.#silence = 0;
      return this.#election.take();
    }
    this.#post(this.#told === undefined ? { kind: "join", hints: this.#hints } : { kind: "beat" });
  }

  #receive(message: TabMessage): void {
    if (this.#isOver) return;
    if (message.version > tabsVersion) {
      return this.#fail(new ParleyError("storage_outdated", "Another tab has a newer version of the program."));
    }
    if (message.version < tabsVersion) return;
    if ("generation" in message && message.kind !== "call") return this.#leaderSaid(message);
    if (message.kind === "taking") this.#silence = 0;
    // Without locks nobody else tells that the leader may be gone.
    if (message.kind === "bye" && !this.#election.hasLocks) this.#silence = patience;
    this.#leading?.receive(message);
  }

  #leaderSaid(message: TabMessage & { readonly generation: number }): void {
    // One that was overtaken, and does not know it yet.
    if (message.generation < this.#generation) return;
    const isNew = message.generation > this.#generation;
    this.#generation = message.generation;
    if (this.#leading !== undefined) {
      // While it loads, it finds out by what it is given.
      if (isNew && this.#leading.isServing) this.#follow();
      return;
    }
    this.#silence = 0;
    const isForMe = "to" in message && message.to === this.#tab;
    if (message.kind === "snapshot" && isForMe) return this.#joined(message);
    if (isNew || message.kind === "leads") return this.#join();
    if (message.kind === "answer" && isForMe) return this.#calls.answered(message.call, message.answer);
    if (this.#told === undefined) return;
    if (message.kind === "pulse" && isForMe && (!message.known || message.told > this.#told)) return this.#join();
    if (message.kind !== "told" || message.told <= this.#told) return;
    if (message.told > this.#told + 1) return this.#join();
    this.#told = message.told;
    this.#listener.told(message.events.map(unpackEvent), message.status);
  }

  #joined({ told, snapshot, generation }: TabMessage & { readonly kind: "snapshot" }): void {
    this.#told = told;
    this.#isAsking = false;
    this.#listener.began(snapshot);
    const isIdle = snapshot.state.state.name === "signed_out" && snapshot.state.why === undefined;
    if (this.#isStarted && isIdle) this.#post({ kind: "call", generation, call: 0, method: "start", args: [] });
  }

  /** What was asked and is not done: of whoever leads now. */
  askWaiting(): void {
    this.#isAsking = true;
    for (const call of this.#calls.waiting()) if (call.askedOf !== this.#generation) this.ask(call);
  }

  #post(words: Words): void {
    this.#options.channel.postMessage({ version: tabsVersion, tab: this.#tab, ...words });
  }
}

function asStorageError(error: unknown): ParleyError {
  if (error instanceof ParleyError) return error;
  return new ParleyError("storage_unavailable", String(error), { cause: error });
}
