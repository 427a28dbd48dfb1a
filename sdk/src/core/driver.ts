/**
 * Drives the core: what comes in waits for its turn, what a turn changed is one transaction, and only when that is
 * stored are frames sent, promises settled and listeners told. The one place of a client that waits.
 */
import type { ParleyEvent } from "../client.ts";
import { ParleyError } from "../errors.ts";
import type { RandomFill } from "../ids.ts";
import type { Store, StoredState } from "../store/store.ts";
import { Core } from "./core.ts";
import { endsSignIn } from "./errors.ts";
import type { Clock, Connect, Connection, TokenSource } from "./ports.ts";
import type { Settings } from "./settings.ts";
import type { Action, Turn } from "./turn.ts";

export interface World {
  readonly store: Store;
  readonly connect: Connect;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  readonly random: RandomFill;
}

interface Input {
  readonly run: (now: number) => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (why: unknown) => void;
}

const nothing = (): void => {};

export class Driver {
  readonly core: Core;
  /** Rejects where the store could not be read. */
  readonly loaded: Promise<StoredState>;
  readonly #world: World;
  readonly #tell: (events: readonly ParleyEvent[]) => void;
  #inputs: Input[] = [];
  #isRunning = false;
  /** Nothing is done any more, because of this. */
  #ended: ParleyError | undefined;
  #connection: Connection | undefined;
  #tokenAsked: AbortController | undefined;
  #cancelTimer = nothing;

  /** `tell` is given what listeners are to be told, in order, once it is stored. */
  constructor(settings: Settings, world: World, tell: (events: readonly ParleyEvent[]) => void) {
    this.core = new Core(settings, world.random);
    this.#world = world;
    this.#tell = tell;
    this.loaded = this.#load();
    this.loaded.catch(nothing);
  }

  get now(): number {
    return this.#world.clock.now();
  }

  /** Runs `input` in a turn of the core; settles when what it changed is stored. */
  enter<T>(input: (now: number) => T): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise<T>((resolve, reject) => {
      this.#inputs.push({ run: input, resolve: resolve as Input["resolve"], reject });
      void this.#run();
    });
  }

  /** Closes the connection; whatever waits is rejected with "closed", and nothing is written any more. */
  close(): void {
    if (this.#ended !== undefined) return;
    const why = new ParleyError("closed", "The client was closed.");
    this.core.connection.end({ name: "stopped", why });
    const turn = this.core.takeTurn();
    this.#end(why);
    this.#perform(turn);
    this.#world.store.close();
  }

  async #load(): Promise<StoredState> {
    this.#isRunning = true;
    try {
      const stored = await this.#world.store.load();
      this.core.load(stored);
      this.core.turn.tell("loaded", {});
      return stored;
    } catch (error) {
      this.#storeFailed(error);
      throw this.#ended;
    } finally {
      this.#isRunning = false;
      if (this.#ended === undefined) void this.enter(nothing).catch(nothing);
    }
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#inputs.length > 0 && this.#ended === undefined) await this.#takeTurn();
    this.#isRunning = false;
    if (this.#ended === undefined) this.#arm();
  }

  async #takeTurn(): Promise<void> {
    const inputs = this.#inputs;
    this.#inputs = [];
    const { core } = this;
    const now = this.#world.clock.now();
    const settle: (() => void)[] = [];
    for (const input of inputs) {
      try {
        const result = input.run(now) as never;
        settle.push(() => input.resolve(result));
      } catch (error) {
        settle.push(() => input.reject(error));
      }
    }
    core.pump(now);
    const turn = core.takeTurn();
    const changes = turn.changes();
    if (changes !== undefined) {
      try {
        await this.#world.store.commit(changes);
      } catch (error) {
        this.#storeFailed(error);
      }
    }
    if (this.#ended !== undefined) {
      for (const input of inputs) input.reject(this.#ended);
      return;
    }
    this.#perform(turn);
    for (const done of settle) done();
    this.#tell(turn.told());
  }

  #perform(turn: Turn): void {
    for (const action of turn.actions) this.#act(action);
    for (const after of turn.after) after();
  }

  #act(action: Action): void {
    switch (action.kind) {
      case "connect":
        this.#connection?.close(1001);
        return this.#connect(action.connection);
      case "send":
        this.#connection?.send(action.frame);
        return;
      case "close":
        this.#connection?.close(action.code);
        this.#connection = undefined;
        return;
      case "token":
        return void this.#askToken(action.refused, action.renew);
    }
  }

  /** What an earlier connection still says is passed over. */
  #connect(number: number): void {
    const input = (run: (now: number) => void) => {
      if (this.core.connection.number !== number || this.#ended !== undefined) return;
      void this.enter((now) => {
        if (this.core.connection.number === number) run(now);
      }).catch(nothing);
    };
    this.#connection = this.#world.connect({
      opened: () => input((now) => this.core.connection.opened(now)),
      frame: (bytes) => input((now) => this.core.frame(now, bytes)),
      closed: (code) => input((now) => this.core.connection.closed(now, code)),
    });
  }

  async #askToken(refused: string | undefined, renew: string | undefined): Promise<void> {
    const { connection } = this.core;
    this.#tokenAsked?.abort();
    const asked = new AbortController();
    this.#tokenAsked = asked;
    let answer: (now: number) => void;
    try {
      const { token, expiresAt } = await this.#world.tokens.accessToken({
        signal: asked.signal,
        ...(refused !== undefined ? { refused } : {}),
        ...(renew !== undefined ? { renew } : {}),
      });
      answer = (now) => connection.takeToken(now, token, expiresAt);
    } catch (error) {
      const why = asError(error, "unreachable");
      answer = (now) =>
        endsSignIn(why) ? connection.end({ name: "signed_out", why }) : connection.tokenUnavailable(now, why);
    }
    if (asked.signal.aborted) return;
    await this.enter(answer).catch(nothing);
  }

  #arm(): void {
    this.#cancelTimer();
    this.#cancelTimer = nothing;
    const wish = this.core.wish();
    if (wish === 0) return;
    const at = Math.max(wish, this.#world.clock.now() + 1);
    this.#cancelTimer = this.#world.clock.wakeAt(at, () => {
      void this.enter((now) => this.core.tick(now)).catch(nothing);
    });
  }

  /** What is in memory may not be what is stored: nothing of it is used any more. */
  #storeFailed(error: unknown): void {
    if (this.#ended !== undefined) return;
    const why = asError(error, "storage_unavailable");
    this.core.storeFailed(why);
    const turn = this.core.takeTurn();
    this.#end(why);
    this.#perform(turn);
    this.#tell([...turn.told(), { type: "storage", why }]);
  }

  #end(why: ParleyError): void {
    this.#ended = why;
    this.#cancelTimer();
    this.#tokenAsked?.abort();
    for (const input of this.#inputs.splice(0)) input.reject(why);
  }
}

function asError(error: unknown, otherwise: "unreachable" | "storage_unavailable"): ParleyError {
  if (error instanceof ParleyError) return error;
  return new ParleyError(otherwise, error instanceof Error ? error.message : String(error), { cause: error });
}
