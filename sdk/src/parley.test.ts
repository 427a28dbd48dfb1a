import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakePage } from "./fake_page_for_test.ts";
import type { ParleyClient } from "./parley.ts";
import { MemoryStore } from "./store/memory_store.ts";
import { accountId, channelId } from "./store/samples_for_test.ts";

const credentials = { handle: "anna", password: "correct horse" };
const here = channelId(1);

const until = (isSo: () => boolean) => vi.waitFor(() => expect(isSo()).toBe(true), { interval: 1, timeout: 20_000 });
const isLive = (client: ParleyClient) => until(() => client.state.name === "live");
const isWaiting = (client: ParleyClient) => until(() => client.state.name === "waiting");

/** The names of what the client tells of its storage. */
function warningsOf(client: ParleyClient): string[] {
  const told: string[] = [];
  client.on("storage", ({ why }) => told.push(why.name));
  return told;
}

describe("a page", () => {
  let page: FakePage;
  beforeEach(() => {
    page = new FakePage();
    page.server.say(here, "hello");
  });
  afterEach(() => page.close());

  describe("wakes the client up", () => {
    /** Its next attempt would come in days. */
    async function waiting() {
      // The clock is ours, and the time between attempts is long past whenever it is looked at.
      const started = Date.now();
      let looks = 0;
      vi.spyOn(Date, "now").mockImplementation(() => started + 2_000 * ++looks);
      const client = await page.open({ storeFor: () => new MemoryStore() }).signIn(credentials);
      await isLive(client);
      page.cutOff();
      await isWaiting(client);
      page.isReachable = true;
      return client;
    }
    afterEach(() => {
      vi.restoreAllMocks();
      vi.useRealTimers();
    });

    it("when there is a network again", async () => {
      const client = await waiting();
      page.window.dispatchEvent(new Event("online"));
      await isLive(client);
    });

    it("to see whether the server is still there when the browser says that the network is gone", async () => {
      vi.useFakeTimers();
      const client = await page.open({ storeFor: () => new MemoryStore() }).signIn(credentials);
      const run = async (ms: number, isSo: () => boolean) => {
        for (let at = 0; at < ms && !isSo(); at += 100) await vi.advanceTimersByTimeAsync(100);
        expect(isSo()).toBe(true);
      };
      await run(5_000, () => client.state.name === "live");
      page.isReachable = false;
      page.server.isDeaf = true;
      page.window.dispatchEvent(new Event("offline"));
      await run(8_000, () => client.state.name !== "live");
    });

    it("when the page is looked at, and not when it is hidden", async () => {
      const client = await waiting();
      const { attempts } = page;
      page.document.visibilityState = "hidden";
      page.document.dispatchEvent(new Event("visibilitychange"));
      page.window.dispatchEvent(new Event("online"));
      await client.setValue("turn", 1);
      expect(page.attempts).toBe(attempts);
      page.document.visibilityState = "visible";
      page.document.dispatchEvent(new Event("visibilitychange"));
      await isLive(client);
    });
  });

  it.each([
    [4012, "device_revoked"],
    [4013, "account_disabled"],
  ])("is signed out by %i, and says why", async (code, why) => {
    const parley = page.open({ storeFor: () => new MemoryStore() });
    const client = await parley.signIn(credentials);
    await isLive(client);
    const told: (string | undefined)[] = [];
    parley.onClient((now, error) => told.push(now === undefined ? error?.name : "client"));
    page.closeAll(code);
    await until(() => parley.client === undefined);
    expect(told).toEqual([why]);
  });

  it("stays signed in where another session of its device took the place", async () => {
    const parley = page.open({ storeFor: () => new MemoryStore() });
    const client = await parley.signIn(credentials);
    await isLive(client);
    page.closeAll(4009);
    await until(() => client.state.name === "stopped");
    expect(parley.client).toBe(client);
  });

  it("asks the browser to keep what is stored, and has nothing to say where it does", async () => {
    const persist = vi.fn(async () => true);
    page.persist = persist;
    const parley = page.open();
    expect(persist).not.toHaveBeenCalled();
    const client = await parley.signIn(credentials);
    const told = warningsOf(client);
    await isLive(client);
    expect(persist).toHaveBeenCalledOnce();
    page.cutOff();
    await isWaiting(client);
    await client.post(here, { text: "later" });
    expect(parley.storageProblem).toBeUndefined();
    expect(told).toEqual([]);
  });

  it.each([
    ["refuses to promise it", async () => false],
    ["fails to", () => Promise.reject(new Error("no"))],
    ["does not know how", undefined],
  ])("that the browser %s tells once something waits that could vanish, and once for each time", async (_, persist) => {
    page.persist = persist as typeof page.persist;
    const parley = page.open();
    const client = await parley.signIn(credentials);
    const told = warningsOf(client);
    await isLive(client);
    await client.outcome((await client.post(here, { text: "goes at once" })).sendId);
    expect(parley.storageProblem).toMatchObject({ name: "storage_at_risk" });
    page.cutOff();
    await isWaiting(client);
    expect(told, "nothing waits").toEqual([]);
    await client.post(here, { text: "later" });
    await client.post(here, { text: "later still" });
    expect(told).toEqual(["storage_at_risk"]);
  });

  it("tells before anything is sent when what waits was found in the store", async () => {
    page.persist = async () => false;
    page.isReachable = false;
    const first = page.open();
    await (await first.signIn(credentials)).post(here, { text: "later" });
    await first.close();
    const again = page.open().client as ParleyClient;
    const told = warningsOf(again);
    await until(() => told.length === 1);
    expect(again.outbox()).toHaveLength(1);
  });

  const openNone = () =>
    void vi.spyOn(indexedDB, "open").mockImplementation(() => {
      throw new DOMException("private", "InvalidStateError");
    });
  it.each([
    ["has no database", false, () => void vi.stubGlobal("indexedDB", undefined)],
    ["opens none", false, openNone],
    ["opens none for any of several tabs", true, openNone],
  ])("of a browser that %s works in memory, and tells once something waits", async (_, isOneOfSeveral, spoil) => {
    if (isOneOfSeveral) page.beOneOfSeveral();
    spoil();
    const parley = page.open();
    await parley.signIn(credentials);
    await until(() => parley.storageProblem?.name === "storage_unavailable");
    const client = parley.client as ParleyClient;
    const told = warningsOf(client);
    await isLive(client);
    page.cutOff();
    await isWaiting(client);
    await client.post(here, { text: "later" });
    expect(told).toEqual(["storage_unavailable"]);
  });

  it("lets go of what was stored when somebody has signed out in another tab, and makes it no more", async () => {
    page.beOneOfSeveral();
    const parley = page.open();
    await isLive(await parley.signIn(credentials));
    const [stored] = await indexedDB.databases();
    localStorage.removeItem("parley.signed-in");
    indexedDB.deleteDatabase(stored?.name ?? "");
    await until(() => parley.client === undefined);
    expect(await indexedDB.databases()).toEqual([]);
  });

  it("goes on with a new store when what was stored is deleted, and sends what waited", async () => {
    page.beOneOfSeveral();
    const client = await page.open().signIn(credentials);
    const told = warningsOf(client);
    await isLive(client);
    await client.setValue("draft", "so far");
    page.cutOff();
    await isWaiting(client);
    await client.post(here, { text: "later" });
    const [stored] = await indexedDB.databases();
    indexedDB.deleteDatabase(stored?.name ?? "");
    await until(() => told.includes("storage_lost"));
    page.isReachable = true;
    await client.post(here, { text: "later still" });
    client.stop();
    client.start();
    await until(() => page.server.texts(here).length === 3 && client.outbox().length === 0);
    expect(page.server.texts(here)).toEqual(["hello", "later", "later still"]);
    expect(client.value("draft")).toBe("so far");
    expect((await indexedDB.databases()).length).toBe(1);
  });

  describe("keeps nothing of an account", () => {
    const databases = async () => (await indexedDB.databases()).map(({ name }) => name);
    const other = `parley.${accountId(77)}`;
    const storeOther = () =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open(other);
        opening.onsuccess = () => {
          opening.result.close();
          resolve();
        };
      });

    it.each([false, true])("whose device was revoked (one of several tabs: %s)", async (isOneOfSeveral) => {
      if (isOneOfSeveral) page.beOneOfSeveral();
      const parley = page.open();
      await isLive(await parley.signIn(credentials));
      expect(await databases()).toHaveLength(1);
      page.closeAll(4012);
      await until(() => parley.client === undefined);
      await vi.waitFor(async () => expect(await databases()).toEqual([]));
      expect(localStorage.getItem("parley.going")).toBeNull();
    });

    it("when somebody else signs in", async () => {
      await storeOther();
      const parley = page.open();
      await isLive(await parley.signIn(credentials));
      await vi.waitFor(async () => expect(await databases()).toHaveLength(1));
      expect(await databases()).not.toContain(other);
    });

    it("that an earlier page did not live to delete", async () => {
      await storeOther();
      localStorage.setItem("parley.going", accountId(77));
      page.open();
      await vi.waitFor(async () => expect(await databases()).toEqual([]));
      expect(localStorage.getItem("parley.going")).toBeNull();
    });

    it("but of somebody who has come back since keeps what was written then", async () => {
      const first = page.open();
      const client = await first.signIn(credentials);
      await isLive(client);
      page.cutOff();
      await isWaiting(client);
      await client.post(here, { text: "later" });
      await first.close();
      localStorage.setItem("parley.going", page.server.account);
      const again = page.open().client as ParleyClient;
      await again.loaded;
      expect(again.outbox()).toHaveLength(1);
      expect(localStorage.getItem("parley.going")).toBeNull();
    });

    it("but keeps it where the account was only disabled", async () => {
      const parley = page.open();
      await isLive(await parley.signIn(credentials));
      page.closeAll(4013);
      await until(() => parley.client === undefined);
      await parley.close();
      expect(await databases()).toHaveLength(1);
    });
  });
});
