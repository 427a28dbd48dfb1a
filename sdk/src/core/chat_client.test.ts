import { fromBinary } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it } from "vitest";
import type { ChatClient } from "../client.ts";
import { ClientFrameSchema } from "../gen/parley/v1/frames_pb.ts";
import type { SendId } from "../ids.ts";
import { MemoryStore } from "../store/memory_store.ts";
import { accountId, channelId } from "../store/samples_for_test.ts";
import type { Changes, EventsQuery, StoredState } from "../store/store.ts";
import { createChatClient } from "./chat_client.ts";
import { FakeServer } from "./fake_server_for_test.ts";
import type { Connect } from "./ports.ts";

const here = channelId(1);
const aSend = "018f0000-0000-7000-8000-000000000001" as SendId;

/** What has been asked of it is done when the test says so. */
class HeldStore extends MemoryStore {
  isHeld = false;
  #held: (() => void)[] = [];

  override load(): Promise<StoredState> {
    return this.#after(() => super.load());
  }
  override commit(changes: Changes): Promise<void> {
    return this.#after(() => super.commit(changes));
  }
  override events(channel: typeof here, query: EventsQuery) {
    return this.#after(() => super.events(channel, query));
  }
  get held(): number {
    return this.#held.length;
  }
  release(): void {
    this.isHeld = false;
    for (const go of this.#held.splice(0)) go();
  }
  async #after<T>(work: () => Promise<T>): Promise<T> {
    if (this.isHeld) await new Promise<void>((resolve) => this.#held.push(resolve));
    return work();
  }
}

async function settled(): Promise<void> {
  for (let round = 0; round < 5; round++) await new Promise((resolve) => setImmediate(resolve));
}

describe("a client", () => {
  let server: FakeServer;
  let store: HeldStore;
  let client: ChatClient;
  /** Kinds of what reached the server. */
  let sent: string[];
  let isDeaf: boolean;

  const connect: Connect = (listener) => {
    let isOpen = true;
    const soon = (what: () => void) => queueMicrotask(() => isOpen && what());
    const session = server.open(
      (frame) => soon(() => listener.frame(frame)),
      () => soon(() => listener.closed(0)),
    );
    soon(() => listener.opened());
    return {
      send: (frame) => {
        sent.push(fromBinary(ClientFrameSchema, frame).body.case ?? "");
        if (!isDeaf) session.frame(frame);
      },
      close: () => {
        isOpen = false;
        session.closed();
      },
    };
  };

  beforeEach(async () => {
    server = new FakeServer();
    server.say(here, "hello");
    store = new HeldStore();
    sent = [];
    isDeaf = false;
    client = createChatClient({
      store,
      connect,
      tokens: { accessToken: async () => ({ token: "token", expiresAt: Date.now() + 1e9 }) },
    });
    client.start();
    await settled();
    expect(client.state.name).toBe("live");
    sent = [];
    return () => client.close();
  });

  it("tells nobody, sends nothing and resolves nothing before the store has it", async () => {
    const told: string[] = [];
    for (const name of ["events", "channel", "queued", "sent", "value"] as const) {
      client.on(name, () => {
        expect(store.held, "a commit is under way").toBe(0);
        told.push(name);
      });
    }
    store.isHeld = true;
    server.say(here, "news");
    let isQueued = false;
    void client.post(here, { text: "mine" }, { values: { draft: undefined } }).then(() => {
      isQueued = true;
    });
    await settled();
    expect(store.held).toBe(1);
    expect([told, sent, isQueued]).toEqual([[], [], false]);
    expect(client.channel(here)?.head).toBe(1);
    expect(client.outbox()).toEqual([]);
    store.release();
    await settled();
    expect(isQueued).toBe(true);
    expect(sent).toContain("command");
    expect(told).toEqual(expect.arrayContaining(["events", "channel", "queued", "sent", "value"]));
    expect(client.channel(here)?.head).toBe(3);
  });

  it("ends what was waiting for the store when it was not stored, and sends none of it", async () => {
    store.commit = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
    const told: string[] = [];
    client.on("storage", ({ why }) => told.push(why.name));
    await expect(client.post(here, { text: "mine" })).rejects.toMatchObject({ name: "storage_unavailable" });
    expect([told, sent, client.state.name]).toEqual([["storage_unavailable"], [], "stopped"]);
  });

  it("stores what it is asked to in that order: what was written after a send outlives it", async () => {
    const { signal } = new AbortController();
    const said = client.post(here, { text: "mine" }, { values: { draft: undefined }, signal });
    await Promise.all([said, client.setValue("draft", "typed since")]);
    expect(client.value("draft")).toBe("typed since");
    expect((await store.load()).values.get("draft")).toBe("typed since");
  });

  it("shows what waits in the order of sending, in whichever the store has it", async () => {
    const entry = (order: number) => ({
      sendId: `018f0000-0000-7000-8000-00000000000${9 - order}` as SendId,
      channel: here,
      order,
      created: 0,
      command: { kind: "post", content: { kind: "text", text: `${order}` } } as const,
    });
    const other = new HeldStore();
    await other.commit({ outboxPut: [entry(3), entry(1), entry(2)] });
    const stored = await other.load();
    other.load = async () => ({ ...stored, outbox: [entry(3), entry(1), entry(2)] });
    const waiting = createChatClient({
      store: other,
      connect,
      tokens: { accessToken: async () => ({ token: "token", expiresAt: 0 }) },
    });
    await waiting.loaded;
    expect(waiting.outbox().map(({ order }) => order)).toEqual([1, 2, 3]);
    await waiting.close();
  });

  it("refuses a value that cannot be stored, and goes on", async () => {
    const wrong = { name: "DataCloneError" };
    await expect(client.setValue("draft", () => 1)).rejects.toMatchObject(wrong);
    await expect(client.post(here, { text: "x" }, { values: { draft: () => 1 } })).rejects.toMatchObject(wrong);
    const draft = { text: "so far" };
    await client.setValue("draft", draft);
    draft.text = "changed since";
    expect(client.value("draft")).toEqual({ text: "so far" });
    expect(client.state.name).toBe("live");
    expect(client.outbox()).toEqual([]);
  });

  describe("lets go of whoever aborts", () => {
    const friend = accountId(3);
    const waits: readonly (readonly [string, (signal: AbortSignal) => Promise<unknown>])[] = [
      ["history", (signal) => client.history(here, { before: 1_000_000, limit: 500, signal })],
      ["event", (signal) => client.event(here, 999, { signal })],
      ["content", (signal) => client.content(here, 1, { signal })],
      ["versions", (signal) => client.versions(here, 1, { signal })],
      ["receipts", (signal) => client.receipts(here, 1, { signal })],
      ["channelInfo", (signal) => client.channelInfo(here, { signal })],
      ["post", (signal) => client.post(here, { text: "x" }, { signal })],
      ["openDirect", (signal) => client.openDirect(friend, { signal })],
      ["createGroup", (signal) => client.createGroup({ title: "x" }, { signal })],
      ["createInvitation", (signal) => client.createInvitation(here, {}, { signal })],
      ["setRegisters", (signal) => client.setRegisters(here, { pinned: true }, { signal })],
      ["hideMessages", (signal) => client.hideMessages(here, 1, 1, { signal })],
    ];

    it.each(waits)("%s: while it waits, and before it begins", async (_, call) => {
      isDeaf = true;
      store.isHeld = true;
      const aborting = new AbortController();
      const waiting = call(aborting.signal);
      await settled();
      aborting.abort(new Error("enough"));
      await expect(waiting).rejects.toThrow("enough");
      await expect(call(aborting.signal)).rejects.toThrow("enough");
      store.release();
      await settled();
    });

    it("outcome: while it waits, and the send goes on", async () => {
      isDeaf = true;
      await client.post(here, { text: "x" }, { sendId: aSend });
      const aborting = new AbortController();
      const waiting = client.outcome(aSend, { signal: aborting.signal });
      const other = client.outcome(aSend);
      await settled();
      aborting.abort(new Error("enough"));
      await expect(waiting).rejects.toThrow("enough");
      isDeaf = false;
      server.cut();
      client.wake();
      await expect(other).resolves.toMatchObject({ outcome: "posted" });
    });
  });
});
