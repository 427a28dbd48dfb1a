// Plays the scenarios in tests/vectors/client, which the client core in C++ plays too (docs/testing.md).
import { create, fromBinary, fromJson, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { expect } from "vitest";
import type { ChatClient } from "../client.ts";
import { ParleyError } from "../errors.ts";
import { ClientFrameSchema, ServerFrameSchema } from "../gen/parley/v1/frames_pb.ts";
import { type ChannelId, idFromBytes, idToBytes, type SendId } from "../ids.ts";
import { MemoryStore } from "../store/memory_store.ts";
import type { ChannelState, RegisterChange, SeqRange } from "../types.ts";
import { createChatClient } from "./chat_client.ts";
import type { AccessToken, Connect, ConnectionListener } from "./ports.ts";
import type { Settings } from "./settings.ts";

export type Step = Readonly<Record<string, unknown>>;

export interface Scenario {
  readonly about: string;
  readonly settings?: Pick<Partial<Settings>, "want" | "channelWindow">;
  readonly steps: readonly Step[];
}

/** "@7" stands for the id of that number, as protobuf's JSON writes bytes. */
export function readScenario(text: string): Scenario {
  const filled = text.replaceAll(/"@(\d+)"/gu, (_, number: string) => {
    const bytes = Buffer.alloc(16);
    bytes[6] = 0x70;
    bytes[15] = Number(number);
    return `"${bytes.toString("base64")}"`;
  });
  return JSON.parse(filled) as Scenario;
}

const idOf = <T>(base64: string) => idFromBytes(Buffer.from(base64, "base64")) as T;
const base64Of = (id: string) => Buffer.from(idToBytes(id as ChannelId)).toString("base64");

type Frame = Record<string, JsonValue>;
interface Shown {
  readonly state?: string;
  readonly outbox?: readonly string[];
  readonly sent?: readonly object[];
  readonly channels?: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
}

export class Stage {
  readonly #scenario: Scenario;
  readonly #store = new MemoryStore();
  #client: ChatClient;
  #now = 1_700_000_000_000;
  #timers: { readonly at: number; readonly callback: () => void }[] = [];
  #random = 1;
  #listener: ConnectionListener | undefined;
  #isUp = false;
  #asked: Frame[] = [];
  #lastRequest = "0";
  #tokenWanted:
    | { resolve(token: AccessToken): void; reject(why: ParleyError): void; readonly renew: string | undefined }
    | undefined;
  #sent: object[] = [];
  #told = new Map<string, string[]>();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#client = this.#open();
  }

  async play(): Promise<void> {
    for (const [at, step] of this.#scenario.steps.entries()) {
      const [entry] = Object.entries(step);
      if (entry === undefined) throw new Error("There is an empty step.");
      const [name, value] = entry;
      const play = this.#steps[name];
      if (play === undefined) throw new Error(`There is no step "${name}".`);
      try {
        await play(value as never);
        await settled();
      } catch (error) {
        throw new Error(`Step ${at + 1}, ${JSON.stringify(step)}: ${(error as Error).message}`, { cause: error });
      }
    }
    await this.#client.close();
  }

  readonly #steps: Record<string, (value: never) => unknown> = {
    start: () => this.#client.start(),
    wantsToken: (wanted: boolean) => expect(this.#tokenWanted !== undefined).toBe(wanted),
    token: ({ token, holdsMs }: { token: string; holdsMs: number }) => {
      this.#tokenWanted?.resolve({ token, expiresAt: this.#now + holdsMs });
      this.#tokenWanted = undefined;
    },
    noToken: ({ error }: { error: string }) => {
      this.#tokenWanted?.reject(new ParleyError(error as "draining", ""));
      this.#tokenWanted = undefined;
    },
    connects: (wanted: boolean) => expect(this.#listener !== undefined && !this.#isUp).toBe(wanted),
    opens: () => {
      this.#isUp = true;
      this.#listener?.opened();
    },
    asks: (wanted: Frame) => {
      const [kind = ""] = Object.keys(wanted);
      const at = this.#asked.findIndex((frame) => kind in frame);
      expect(at, `asked for: ${JSON.stringify(this.#asked)}`).toBeGreaterThanOrEqual(0);
      const [frame = {}] = this.#asked.splice(at, 1);
      expect(frame).toMatchObject(wanted);
      this.#lastRequest = String(frame.request ?? "0");
    },
    asksNot: (kinds: readonly string[]) => {
      for (const kind of kinds) expect(this.#asked.filter((frame) => kind in frame)).toEqual([]);
    },
    answer: (answer: Frame) => this.#receive({ request: this.#lastRequest, ...answer }),
    push: (frame: Frame) => this.#receive(frame),
    closes: (code: number) => {
      const listener = this.#listener;
      this.#disconnect();
      listener?.closed(code);
    },
    wait: async (ms: number) => {
      const end = this.#now + ms;
      for (;;) {
        await settled();
        const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        this.#timers = this.#timers.filter((timer) => timer !== next);
        this.#now = Math.max(this.#now, next.at);
        next.callback();
      }
      this.#now = end;
    },
    // These are not in the scenarios that both cores play.
    renews: (token: string) => expect(this.#tokenWanted?.renew).toBe(token),
    wake: () => this.#client.wake(),
    rebuild: () => this.#client.rebuild(),
    restart: async () => {
      await this.#client.close();
      this.#disconnect();
      this.#client = this.#open();
    },
    post: async ({ channel, sendId, text }: { channel: string; sendId: string; text: string }) => {
      await this.#client.post(idOf<ChannelId>(channel), { text }, { sendId: idOf<SendId>(sendId) });
    },
    read: ({ channel, seq }: { channel: string; seq: number }) => this.#client.read(idOf<ChannelId>(channel), seq),
    // Not in the scenarios that both cores play.
    sets: async ({ channel, ...change }: { channel: string } & RegisterChange) => {
      await this.#client.setRegisters(idOf<ChannelId>(channel), change);
    },
    hides: async ({ channel, from, to }: { channel: string } & SeqRange) => {
      await this.#client.hideMessages(idOf<ChannelId>(channel), from, to);
    },
    refuses: async ({ with: name, ...step }: { with: string } & Step) => {
      const [[what, value] = ["", undefined]] = Object.entries(step);
      await expect(this.#steps[what]?.(value as never)).rejects.toMatchObject({ name });
    },
    shows: async ({ state, outbox, sent, channels = {} }: Shown) => {
      if (state !== undefined) expect(this.#client.state.name).toBe(state);
      if (outbox !== undefined) {
        expect(this.#client.outbox().map((entry) => base64Of(entry.sendId))).toEqual(outbox);
      }
      if (sent !== undefined) expect(this.#sent.splice(0)).toEqual(sent);
      for (const [id, wanted] of Object.entries(channels)) {
        const channel = this.#client.channel(idOf<ChannelId>(id));
        if (wanted === null) expect(channel).toBeUndefined();
        else expect(await this.#shown(channel)).toMatchObject(wanted);
      }
    },
  };

  async #shown(channel: ChannelState | undefined): Promise<object> {
    if (channel === undefined) throw new Error("The channel is not known.");
    const { id, head, unread, unreadMentions, deliveredByAll, readByAll, have, title, registers } = channel;
    const events = await this.#store.events(id, { from: 1, to: 1_000_000, limit: 1_000 });
    const told = this.#told.get(id) ?? [];
    this.#told.delete(id);
    return {
      ...{ head, unread, unreadMentions, deliveredByAll, readByAll, title, told },
      read: registers.read,
      registers,
      have: have.map(({ from, to }) => [from, to]),
      stored: events.map((event) => event.seq),
      gone: events.filter((event) => event.contentGone !== undefined).map((event) => event.seq),
    };
  }

  #open(): ChatClient {
    const client = createChatClient({
      store: this.#store,
      connect: this.#connect,
      tokens: {
        accessToken: ({ renew }) =>
          new Promise((resolve, reject) => {
            this.#tokenWanted = { resolve, reject, renew };
          }),
      },
      clock: {
        now: () => this.#now,
        wakeAt: (at, callback) => {
          const timer = { at, callback };
          this.#timers.push(timer);
          return () => {
            this.#timers = this.#timers.filter((other) => other !== timer);
          };
        },
      },
      random: (bytes) => {
        for (let at = 0; at < bytes.length; at++) {
          this.#random = (Math.imul(this.#random, 1_103_515_245) + 12_345) >>> 0;
          bytes[at] = this.#random >>> 24;
        }
        return bytes;
      },
      settings: { channelWindow: 1, ...this.#scenario.settings },
    });
    client.on("sent", (result) => {
      const sendId = base64Of(result.sendId);
      this.#sent.push(
        result.outcome === "posted" ? { sendId, seq: result.seq } : { sendId, refused: String(result.refused) },
      );
    });
    client.on("events", ({ channel, events, placement }) => {
      const told = this.#told.get(channel.id) ?? [];
      this.#told.set(channel.id, told);
      for (const { seq } of events) told.push(`${seq} ${placement}`);
    });
    return client;
  }

  readonly #connect: Connect = (listener) => {
    this.#listener = listener;
    this.#isUp = false;
    this.#asked = [];
    return {
      send: (bytes) => {
        const frame = toJson(ClientFrameSchema, fromBinary(ClientFrameSchema, bytes));
        this.#asked.push(frame as Frame);
      },
      close: () => {
        if (this.#listener === listener) this.#disconnect();
      },
    };
  };

  #disconnect(): void {
    this.#listener = undefined;
    this.#isUp = false;
    this.#asked = [];
  }

  #receive(frame: Frame): void {
    this.#listener?.frame(toBinary(ServerFrameSchema, create(ServerFrameSchema, fromJson(ServerFrameSchema, frame))));
  }
}

/** All that was set going has come to rest. */
async function settled(): Promise<void> {
  for (let round = 0; round < 3; round++) await new Promise((resolve) => setImmediate(resolve));
}
