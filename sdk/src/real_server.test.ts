/** The SDK in Node against the real server. Skipped where there is no PARLEY_BIN. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { ChatClient } from "./client.ts";
import { createChatClient } from "./core/chat_client.ts";
import { type WebSocketConstructor, webSocketConnect } from "./core/web_socket.ts";
import type { AccountId, ChannelId, DeviceId } from "./ids.ts";
import { Parley } from "./parley.ts";
import { RealServer, type SignedUp, serverBinary } from "./real_server_for_test.ts";
import { MemoryStore } from "./store/memory_store.ts";
import type { Store } from "./store/store.ts";
import type { ChannelEvent } from "./types.ts";

const deadline = 60_000;

describe.skipIf(serverBinary === undefined)("against parleyd", () => {
  let server: RealServer;
  const clients: ChatClient[] = [];

  beforeEach(async () => {
    server = await RealServer.start();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await server.stop();
  });

  function connect(person: SignedUp, store: Store = new MemoryStore()): ChatClient {
    const client = createChatClient({
      store,
      tokens: person.tokens,
      account: person.account,
      connect: webSocketConnect(server.url, WebSocket as unknown as WebSocketConstructor),
      settings: { firstBackoff: 50, longestBackoff: 200 },
    });
    clients.push(client);
    client.start();
    return client;
  }

  async function twoPeople() {
    const [anna, bert] = [await server.signUp("anna"), await server.signUp("bert")];
    const [a, b] = [connect(anna), connect(bert)];
    const { channel, sendId } = await a.openDirect(bert.account);
    expect((await a.outcome(sendId)).outcome).toBe("posted");
    return { anna, bert, a, b, channel };
  }

  test(
    "two people chat: messages, ticks, badge, edit, reaction and deletion arrive",
    async () => {
      const { a, b, bert, channel } = await twoPeople();
      const said = await a.post(channel, { text: "Hello, Bert 👩‍👩‍👧‍👦" });
      const posted = await a.outcome(said.sendId);
      expect(posted).toMatchObject({ outcome: "posted", channel });
      const seq = posted.outcome === "posted" ? posted.seq : 0;
      await until(b, () => textOf(b.channel(channel)?.last) === "Hello, Bert 👩‍👩‍👧‍👦");
      expect(b.channel(channel)?.unread).toBe(1);
      await until(a, () => (a.channel(channel)?.deliveredByAll ?? 0) >= seq);
      await b.read(channel, seq);
      await until(a, () => (a.channel(channel)?.readByAll ?? 0) >= seq);
      await until(b, () => b.channel(channel)?.registers.read === seq && b.channel(channel)?.unread === 0);

      await a.edit(channel, seq, "Hello, dear Bert");
      await b.react(channel, seq, "🎂");
      await until(b, async () => {
        const event = await b.event(channel, seq);
        return event?.annotation?.current?.kind === "text" && event.annotation.reactions.length === 1;
      });
      const [page] = [await a.history(channel)];
      await until(a, async () => (await a.event(channel, seq))?.annotation?.reactions[0]?.account === bert.account);
      expect(page.reachedStart).toBe(true);
      await a.delete(channel, [seq]);
      await until(b, async () => (await b.event(channel, seq))?.contentGone === "deleted");
      expect((await b.event(channel, seq))?.content).toBeUndefined();
    },
    deadline,
  );

  test(
    "what is said while the server is dead is there once and in order when it is back",
    async () => {
      const { a, b, channel } = await twoPeople();
      await server.kill();
      const texts = Array.from({ length: 50 }, (_, at) => `message ${at}`);
      const sends = [];
      for (const text of texts) sends.push(await a.post(channel, { text }));
      expect(a.outbox()).toHaveLength(50);
      await server.run();
      for (const { sendId } of sends) expect((await a.outcome(sendId)).outcome).toBe("posted");
      expect(a.outbox()).toHaveLength(0);
      await until(b, () => textOf(b.channel(channel)?.last) === texts.at(-1));
      expect(await textsIn(b, channel)).toEqual(texts);
      expect(await textsIn(a, channel)).toEqual(texts);
    },
    deadline,
  );

  test(
    "a server that is killed while messages are on their way loses and doubles none",
    async () => {
      const { a, b, channel } = await twoPeople();
      const texts = Array.from({ length: 200 }, (_, at) => `message ${at}`);
      const sends = [];
      for (const [at, text] of texts.entries()) {
        sends.push(await a.post(channel, { text }));
        if (at % 60 === 59) {
          await server.kill();
          await server.run();
        }
      }
      for (const { sendId } of sends) expect((await a.outcome(sendId)).outcome).toBe("posted");
      await until(b, () => textOf(b.channel(channel)?.last) === texts.at(-1));
      expect(await textsIn(b, channel)).toEqual(texts);
    },
    deadline,
  );

  test(
    "a client that is opened again from its store sends what waited and shows what it had",
    async () => {
      const { a, b, anna, channel } = await twoPeople();
      await a.close();
      const store = new MemoryStore();
      const first = connect(anna, store);
      await until(first, () => first.state.name === "live" && first.channel(channel) !== undefined);
      await server.kill();
      await first.post(channel, { text: "written down" });
      await first.close();
      const again = connect(anna, store);
      await again.loaded;
      expect(again.outbox()).toHaveLength(1);
      await server.run();
      await until(b, () => textOf(b.channel(channel)?.last) === "written down");
      await until(again, () => again.outbox().length === 0);
      expect(await textsIn(b, channel)).toEqual(["written down"]);
    },
    deadline,
  );

  test(
    "people sign up, out and in again, and who is signed out elsewhere is told so",
    async () => {
      const options = {
        server: server.url,
        WebSocket: WebSocket as unknown as WebSocketConstructor,
        storeFor: () => new MemoryStore(),
        settings: { firstBackoff: 50, longestBackoff: 200 },
      };
      const [laptop, phone] = [new Parley(options), new Parley(options)];
      const anna = { handle: "anna", password: "correct horse" };
      const first = await laptop.signUp({ ...anna, displayName: "Anna" });
      await until(first, () => first.state.name === "live");
      await expect(phone.signIn({ ...anna, password: "wrong horse" })).rejects.toMatchObject({
        name: "wrong_credentials",
      });
      expect(phone.client).toBeUndefined();
      const second = await phone.signIn(anna);
      await until(second, () => second.state.name === "live");
      expect((await first.http.devices()).length).toBe(2);
      const why = new Promise((resolve) => phone.onClient((client, reason) => resolve([client, reason?.name])));
      const other = (await first.http.devices()).find((device) => !device.current);
      await first.http.revokeDevice(other?.device as DeviceId);
      await expect(why).resolves.toEqual([undefined, "device_revoked"]);
      await laptop.signOut();
      expect(laptop.client).toBeUndefined();
      expect(await (await laptop.signIn(anna)).http.account()).toMatchObject({ profile: { handle: "anna" } });
      await laptop.close();
      await phone.close();
    },
    deadline,
  );

  test(
    "100,000 characters come as a beginning, and whole when asked for",
    async () => {
      const { a, b, channel } = await twoPeople();
      const text = "ab👍".repeat(33_333);
      const said = await a.outcome((await a.post(channel, { text })).sendId);
      const seq = said.outcome === "posted" ? said.seq : 0;
      await until(b, () => (b.channel(channel)?.last?.seq ?? 0) === seq);
      const event = await b.event(channel, seq);
      expect(event?.content?.fullSize).toBe(new TextEncoder().encode(text).length);
      expect(await b.content(channel, seq)).toMatchObject({ kind: "text", text });
      await expect(a.post(channel, { text: "x".repeat(100_001) })).rejects.toMatchObject({ name: "content_too_long" });
    },
    deadline,
  );

  test(
    "a new device goes through two thousand messages from either end without a hole",
    async () => {
      const { a, b, bert, channel } = await twoPeople();
      const texts = Array.from({ length: 2_000 }, (_, at) => `${at}`);
      for (const text of texts) await a.post(channel, { text });
      await until(b, () => textOf(b.channel(channel)?.last) === texts.at(-1));
      expect(await textsIn(b, channel)).toEqual(texts);
      await b.close();
      const fresh = connect(bert);
      await until(fresh, () => fresh.channel(channel) !== undefined);
      const forwards: string[] = [];
      for (let after = 0; ; ) {
        const page = await fresh.history(channel, { after, limit: 90 });
        forwards.push(
          ...page.events.filter((event) => event.body.kind === "message").map((event) => textOf(event) ?? ""),
        );
        if (page.reachedHead) break;
        after = page.to;
      }
      expect(forwards).toEqual(texts);
    },
    deadline,
  );

  test(
    "a server that comes back from a backup under an open client: what it forgot goes, what waited is sent",
    async () => {
      const stores = new Map<string, MemoryStore>();
      const open = () =>
        new Parley({
          server: server.url,
          WebSocket,
          settings: { firstBackoff: 50, longestBackoff: 200 },
          storeFor: (account) => {
            const store = stores.get(account) ?? new MemoryStore();
            stores.set(account, store);
            return store;
          },
        });
      const [anna, bert] = [open(), open()];
      const password = "correct horse";
      let a = await anna.signUp({ handle: "anna", password, displayName: "Anna" });
      let b = await bert.signUp({ handle: "bert", password, displayName: "Bert" });
      await until(b, () => b.me !== undefined);
      const { channel } = await a.openDirect(b.me?.account as AccountId);
      const all = async (client: ChatClient, texts: string[]) => {
        await until(client, () => textOf(client.channel(channel)?.last) === texts.at(-1));
        expect(await textsIn(client, channel)).toEqual(texts);
      };
      for (const text of ["1", "2"]) await a.post(channel, { text });
      await all(b, ["1", "2"]);
      await server.backUp();
      for (const text of ["3, forgotten", "4, forgotten"]) await a.outcome((await a.post(channel, { text })).sendId);
      await all(b, ["1", "2", "3, forgotten", "4, forgotten"]);
      const outs = [anna, bert].map(
        (parley) => new Promise((resolve) => parley.onClient((client) => client === undefined && resolve(undefined))),
      );
      await server.kill();
      const { sendId } = await b.post(channel, { text: "5, waited" });
      await server.restore();
      await server.run();
      // Sign-ins are none any more after a restore: the server wants to know who this is.
      await Promise.all(outs);
      b = await bert.signIn({ handle: "bert", password });
      expect(await b.outcome(sendId)).toMatchObject({ outcome: "posted", seq: 4 });
      await all(b, ["1", "2", "5, waited"]);
      a = await anna.signIn({ handle: "anna", password });
      await all(a, ["1", "2", "5, waited"]);
      await anna.close();
      await bert.close();
    },
    deadline,
  );
});

/** Resolves when `isTrue` is, looked at after each thing the client tells; the test's deadline ends it. */
async function until(client: ChatClient, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const events = client.events();
  while (!(await isTrue())) {
    const { done } = await events.next();
    if (done) throw new Error("The client was closed.");
  }
  await events.return?.();
}

function textOf(event: ChannelEvent | undefined): string | undefined {
  const content = event?.annotation?.current ?? event?.content;
  return content?.kind === "text" ? content.text : undefined;
}

/** All messages of a channel, read page by page from the newest. */
async function textsIn(client: ChatClient, channel: ChannelId): Promise<string[]> {
  const texts: string[] = [];
  let before: number | undefined;
  for (;;) {
    const page = await client.history(channel, before === undefined ? { limit: 70 } : { before, limit: 70 });
    const said = page.events.filter((event) => event.body.kind === "message").map((event) => textOf(event) ?? "");
    texts.unshift(...said);
    if (page.reachedStart) return texts;
    before = page.from;
  }
}
