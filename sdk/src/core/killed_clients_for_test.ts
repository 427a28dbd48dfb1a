// One client after the other on the same store; each lives until its fate says otherwise.
import { fromBinary } from "@bufbuild/protobuf";
import { expect } from "vitest";
import type { ChatClient } from "../client.ts";
import { ClientFrameSchema } from "../gen/parley/v1/frames_pb.ts";
import { type ChannelId, idFromBytes } from "../ids.ts";
import { MemoryStore } from "../store/memory_store.ts";
import { channelId } from "../store/samples_for_test.ts";
import type { Changes, EventsQuery, Store } from "../store/store.ts";
import { Browser } from "../tabs/browser_for_test.ts";
import { createChatClient } from "./chat_client.ts";
import type { Clock, Connect, TokenSource } from "./ports.ts";

export type Fate = "lives" | "dies before" | "dies after";

const channels: readonly ChannelId[] = [channelId(1), channelId(2)];

/** From one start to its death, after which nothing is done for the client, and nothing told to it, any more. */
class Life {
  isOver = false;
  readonly #fate: (point: string) => Fate;

  constructor(fate: (point: string) => Fate) {
    this.#fate = fate;
  }

  /** Does it, unless the client dies before. False: there is nobody any more to hear of it. */
  pass(point: string, what: () => void): boolean {
    if (this.isOver) return false;
    const fate = this.#fate(point);
    if (fate !== "lives") this.isOver = true;
    if (fate !== "dies before") what();
    return fate === "lives";
  }

  /** Resolves never where the client died. */
  async wait<T>(point: string, what: () => Promise<T>): Promise<T> {
    let doing: Promise<T> | undefined;
    const lives = this.pass(point, () => {
      doing = what();
    });
    const result = await doing;
    return lives ? (result as T) : new Promise<T>(() => {});
  }
}

/** The store as one life has it. */
class MortalStore implements Store {
  readonly #memory: MemoryStore;
  readonly #life: Life;
  /** Sends that were stored ever. */
  readonly #written: Set<string>;

  constructor(memory: MemoryStore, written: Set<string>, life: Life) {
    this.#memory = memory;
    this.#written = written;
    this.#life = life;
  }
  load() {
    return this.#life.wait("load", () => this.#memory.load());
  }
  commit(changes: Changes): Promise<void> {
    return this.#life.wait("commit", async () => {
      await this.#memory.commit(changes);
      for (const { sendId } of changes.outboxPut ?? []) this.#written.add(sendId);
    });
  }
  events(channel: ChannelId, query: EventsQuery) {
    return this.#life.wait("events", () => this.#memory.events(channel, query));
  }
  clear() {
    return this.#life.wait("commit", () => this.#memory.clear());
  }
  close(): void {}
}

interface Post {
  readonly channel: ChannelId;
  readonly text: string;
  /** The client said that it is in the outbox. */
  isKept: boolean;
}

export class Run {
  readonly world: Browser;
  deaths = 0;
  readonly #fate: (point: string) => Fate;
  readonly #posts: Post[] = [];
  readonly #problems: string[] = [];
  readonly #memory = new MemoryStore();
  readonly #written = new Set<string>();
  #client!: ChatClient;
  #life!: Life;
  #mayDie = true;

  constructor(seed: number, fate: (run: Run) => (point: string) => Fate) {
    this.world = new Browser(seed);
    const decide = fate(this);
    this.#fate = (point) => (this.#mayDie ? decide(point) : "lives");
    for (const channel of channels) this.world.server.say(channel, "welcome");
    this.#live();
  }

  /** Opens the client from what is stored. */
  #live(): void {
    const { world } = this;
    const life = new Life(this.#fate);
    const store = new MortalStore(this.#memory, this.#written, life);
    const client = createChatClient({
      store,
      connect: this.#connect(life),
      tokens: this.#tokens(life),
      clock: this.#clock(life),
      random: (bytes) => bytes.map(() => world.random(256)),
      settings: { want: "everything", firstBackoff: 50, longestBackoff: 200 },
    });
    this.#life = life;
    this.#client = client;
    this.#witness(client, life);
    client.start();
  }

  /** What one life is told. */
  #witness(client: ChatClient, life: Life): void {
    const told = new Set<string>();
    const sent = new Set<string>();
    const problem = (text: string) => {
      if (!life.isOver) this.#problems.push(text);
    };
    client.on("loaded", () => {
      for (const { id, have } of client.channels()) {
        for (const { from, to } of have) for (let seq = from; seq <= to; seq++) told.add(`${id} ${seq}`);
      }
    });
    client.on("events", ({ channel, events }) => {
      for (const { seq } of events) {
        if (told.has(`${channel.id} ${seq}`)) problem(`told twice: ${seq}`);
        told.add(`${channel.id} ${seq}`);
      }
    });
    client.on("sent", ({ sendId, outcome }) => {
      if (outcome !== "posted" || sent.has(sendId)) problem(`${sendId} ended otherwise, or twice`);
      sent.add(sendId);
    });
  }

  #tokens(life: Life): TokenSource {
    const { world } = this;
    return {
      accessToken: () =>
        new Promise((resolve) => {
          const token = { token: "token", expiresAt: world.now + 1e9 };
          world.after(1 + world.random(5), () => life.pass("token", () => resolve(token)));
        }),
    };
  }

  #clock(life: Life): Clock {
    const { world } = this;
    return {
      now: () => world.now,
      wakeAt: (at, callback) => {
        let isCancelled = false;
        world.after(Math.max(at - world.now, 1), () => {
          if (!isCancelled) life.pass("wake", callback);
        });
        return () => {
          isCancelled = true;
        };
      },
    };
  }

  #connect(life: Life): Connect {
    const { world } = this;
    return (listener) => {
      let isOver = false;
      // In order, as on a connection.
      const toClient: (() => void)[] = [];
      const toServer: (() => void)[] = [];
      const tell = (point: string, what: () => void) => {
        toClient.push(() => life.pass(point, what));
        world.after(1 + world.random(20), () => {
          const next = toClient.shift();
          if (!isOver) next?.();
        });
      };
      const session = world.server.open(
        (frame) => tell("frame", () => listener.frame(frame)),
        () => {
          if (isOver) return;
          isOver = true;
          world.after(1, () => life.pass("closed", () => listener.closed(0)));
        },
      );
      tell("opened", () => listener.opened());
      return {
        send: (frame) => {
          const { body } = fromBinary(ClientFrameSchema, frame);
          life.pass("send", () => {
            if (body.case === "command" && !this.#written.has(idFromBytes(body.value.sendId) ?? "")) {
              this.#problems.push("sent before it was stored");
            }
            toServer.push(() => session.frame(frame));
            // What has left arrives, whatever becomes of the client, and perhaps after what the next one says.
            world.after(1 + world.random(20), () => {
              const next = toServer.shift();
              if (!isOver) next?.();
            });
          });
        },
        close: () => {
          if (life.isOver) return;
          isOver = true;
          session.closed();
        },
      };
    };
  }

  /** One thing happens. */
  #act(turn: number): void {
    const { world } = this;
    const client = this.#client;
    const life = this.#life;
    const channel = channels[world.random(channels.length)] as ChannelId;
    const what = turn < 5 ? turn * 3 : world.random(13);
    if (what < 6) {
      const post: Post = { channel, text: `${this.#posts.length}`, isKept: false };
      this.#posts.push(post);
      client.post(channel, { text: post.text }).then(
        () => {
          post.isKept ||= !life.isOver;
        },
        (error) => this.#problems.push(String(error)),
      );
    } else if (what < 9) {
      world.server.say(channel, `theirs ${world.now}`);
    } else if (what < 11) {
      void client.history(channel, { limit: 5 }).catch(() => {});
    } else if (what < 12) {
      client.wake();
    } else {
      world.server.cut();
    }
  }

  /** The next life, where this one is over. */
  #bury(): void {
    if (!this.#life.isOver) return;
    this.deaths++;
    // The server finds out in its own time.
    const sessions = [...this.world.server.sessions];
    this.world.after(this.world.random(60), () => {
      for (const session of sessions) session.cut();
      for (const session of sessions) session.closed();
    });
    this.#live();
  }

  async play(turns: number): Promise<void> {
    const { world } = this;
    for (let turn = 0; turn < turns; turn++) {
      this.#act(turn);
      for (let steps = 1 + world.random(12); steps > 0; steps--) {
        await world.step();
        this.#bury();
      }
    }
    await world.until(() => {
      this.#bury();
      return this.#isAtRest();
    });
    this.#mayDie = false;
    await world.pass(500);
    await world.until(() => this.#isAtRest());
  }

  #isAtRest(): boolean {
    return (
      this.#client.state.name === "live" &&
      this.#client.outbox().length === 0 &&
      channels.every((id) => {
        const channel = this.#client.channel(id);
        const head = this.world.server.texts(id).length;
        return channel?.have.length === 1 && channel.have[0]?.from === 1 && channel.have[0].to === head;
      })
    );
  }

  /** What must be so at the end. */
  async judge(): Promise<void> {
    const { server } = this.world;
    for (const id of channels) {
      const mine = server.texts(id).filter((text) => /^\d+$/u.test(text));
      for (const [at, text] of mine.entries()) {
        if (at > 0 && Number(text) <= Number(mine[at - 1])) this.#problems.push(`${text} is twice or out of order`);
      }
      for (const { channel, text, isKept } of this.#posts) {
        if (channel === id && isKept && !mine.includes(text)) this.#problems.push(`lost: ${text}`);
      }
      const stored = await this.#memory.events(id, { from: 1, to: 1e6, limit: 1e6 });
      expect(stored.map(({ content }) => (content?.kind === "text" ? content.text : undefined))).toEqual(
        server.texts(id),
      );
    }
    expect(this.#problems).toEqual([]);
    await this.#client.close();
  }
}
