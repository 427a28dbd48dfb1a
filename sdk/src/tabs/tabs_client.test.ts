import { describe, expect, it } from "vitest";
import type { AccountId, ChannelId } from "../ids.ts";
import { channelId } from "../store/samples_for_test.ts";
import { Browser, type Tab } from "./browser_for_test.ts";
import { tabsVersion } from "./messages.ts";

const here: ChannelId = channelId(1);

async function openTabs(count: number, locks = true) {
  const browser = new Browser();
  browser.server.say(here, "first");
  const tabs: Tab[] = [];
  for (let i = 0; i < count; i++) {
    const tab = browser.open({ locks });
    tabs.push(tab);
    await browser.until(() => tab.client.state.name === "live" && tab.client.channel(here)?.have.at(-1)?.to === 1);
  }
  return { browser, tabs, tab: (n: number) => tabs[n] as Tab };
}

const has = (tab: Tab, seq: number) => tab.client.channel(here)?.have.at(-1)?.to === seq;

describe.each([true, false])("tabs (with Web Locks: %s)", (locks) => {
  it("show the same, and are told the same, over one connection", async () => {
    const { browser, tabs, tab } = await openTabs(3, locks);
    expect(browser.connected()).toEqual([tab(0)]);
    const told: string[] = [];
    for (const [n, { client }] of tabs.entries()) {
      client.on("events", ({ events }) => told.push(...events.map((event) => `${n}:${event.seq}`)));
    }
    browser.server.say(here, "second");
    await browser.until(() => tabs.every((it) => has(it, 2)));
    expect(told.sort()).toEqual(["0:2", "1:2", "2:2"]);
    await browser.pass(1_000);
    for (const { client } of tabs) {
      expect(client.me).toEqual({ account: browser.server.account, device: browser.server.device });
      expect(client.channels()).toEqual(tab(0).client.channels());
    }
  });

  it("send through the one that leads; each hears of it, and the outcome reaches who sent", async () => {
    const { browser, tab } = await openTabs(2, locks);
    const told: string[] = [];
    for (const n of [0, 1]) {
      tab(n).client.on("queued", () => told.push(`queued ${n}`));
      tab(n).client.on("sent", ({ outcome }) => told.push(`${outcome} ${n}`));
    }
    const sent = tab(1).client.post(here, { text: "from the second" });
    let result: unknown;
    sent.then(async ({ sendId }) => {
      result = await tab(1).client.outcome(sendId);
    });
    await browser.until(() => result !== undefined && told.length === 4);
    expect(result).toMatchObject({ outcome: "posted", seq: 2 });
    expect(told.sort()).toEqual(["posted 0", "posted 1", "queued 0", "queued 1"]);
    expect(browser.server.texts(here)).toEqual(["first", "from the second"]);
  });

  it("are clear of a badge when it was read in one of them", async () => {
    const { browser, tabs, tab } = await openTabs(2, locks);
    expect(tab(0).client.channel(here)?.unread).toBe(1);
    void tab(1).client.read(here, 1);
    await browser.until(() => tabs.every((it) => it.client.channel(here)?.unread === 0));
  });

  it("have the same values of the app", async () => {
    const { browser, tabs, tab } = await openTabs(2, locks);
    void tab(1).client.setValue("draft", { text: "half a sen" });
    await browser.until(() => tabs.every((it) => it.client.value("draft") !== undefined));
    const late = browser.open({ locks });
    await browser.until(() => late.client.value("draft") !== undefined);
    expect(late.client.value("draft")).toEqual({ text: "half a sen" });
  });

  it("page through history by whichever leads, and end it by their own signal", async () => {
    const { browser, tab } = await openTabs(2, locks);
    for (let n = 0; n < 60; n++) browser.server.say(here, `${n}`);
    await browser.until(() => has(tab(1), 61));
    let page: unknown;
    tab(1)
      .client.history(here, { limit: 40 })
      .then((it) => {
        page = it;
      });
    await browser.until(() => page !== undefined);
    expect(page).toMatchObject({ from: 22, to: 61, reachedStart: false, reachedHead: true });
    const aborted = new AbortController();
    const history = tab(1).client.history(here, { signal: aborted.signal });
    aborted.abort(new Error("enough"));
    await expect(history).rejects.toThrow("enough");
  });

  it("are told by name what cannot be done", async () => {
    const { browser, tab } = await openTabs(2, locks);
    const why: unknown[] = [];
    tab(1)
      .client.post(here, { text: "" })
      .catch((error) => why.push(error.name));
    tab(1)
      .client.setValue("draft", () => 1)
      .catch((error) => why.push(error.name));
    const refused = tab(1).client.post(here, { text: "refuse me" });
    let result: unknown;
    refused.then(async ({ sendId }) => {
      result = await tab(1).client.outcome(sendId);
    });
    await browser.until(() => why.length === 2 && result !== undefined);
    expect(why.sort()).toEqual(["DataCloneError", "invalid_argument"]);
    expect(result).toMatchObject({ outcome: "refused", refused: "not_a_member" });
  });

  it.each(["closed", "killed", "frozen"])("go on when the one that leads is %s", async (how) => {
    const { browser, tab } = await openTabs(3, locks);
    const leader = tab(0);
    if (how === "closed") await leader.close();
    else if (how === "killed") leader.kill();
    else leader.freeze();
    const asked = tab(1).client.post(here, { text: "anybody there?" });
    let isStored = false;
    asked.then(() => {
      isStored = true;
    });
    await browser.until(() => isStored && has(tab(1), 2) && has(tab(2), 2));
    expect(browser.server.texts(here)).toEqual(["first", "anybody there?"]);
    expect(browser.connected().filter((it) => !it.isFrozen)).toHaveLength(1);
  });

  it("let one that was frozen while it led write nothing more, follow, and catch up with what it missed", async () => {
    const { browser, tab } = await openTabs(2, locks);
    const [frozen, other] = [tab(0), tab(1)];
    const told: number[] = [];
    frozen.client.on("events", ({ events }) => told.push(...events.map((event) => event.seq)));
    frozen.freeze();
    browser.server.say(here, "nobody hears it at first");
    await browser.until(() => other.connections === 1 && has(other, 2));
    const { generation } = browser.place;
    void frozen.client.post(here, { text: "said by a hand that was fast" });
    frozen.thaw();
    await browser.until(() => has(frozen, 3) && has(other, 3) && frozen.connections === 0);
    expect(told).toEqual([2, 3]);
    expect(browser.server.texts(here)).toEqual(["first", "nobody hears it at first", "said by a hand that was fast"]);
    expect(browser.place.generation).toBe(generation);
    await browser.pass(20_000);
    expect(browser.place.generation).toBe(generation);
  });

  it("hear the outcome of a send once that only the tab had heard that died", async () => {
    const { browser, tab } = await openTabs(2, locks);
    const [leader, other] = [tab(0), tab(1)];
    const sent: string[] = [];
    other.client.on("sent", ({ sendId }) => sent.push(sendId));
    const send = leader.client.post(here, { text: "last words" });
    await browser.until(() => other.client.outbox().length === 1);
    const { sendId } = await send;
    // From here on nobody is told.
    leader.channel.postMessage = () => {};
    await browser.until(() => leader.client.outbox().length === 0);
    leader.kill();
    await browser.until(() => sent.length > 0);
    await browser.pass(5_000);
    expect(sent).toEqual([sendId]);
    expect(other.client.outbox()).toEqual([]);
    expect(browser.server.texts(here)).toEqual(["first", "last words"]);
  });

  it("find out at once that something that was told did not arrive", async () => {
    const { browser, tab } = await openTabs(2, locks);
    const told: number[] = [];
    tab(1).client.on("events", ({ events }) => told.push(...events.map((event) => event.seq)));
    const { channel } = tab(0);
    const post = channel.postMessage;
    channel.postMessage = (message) => {
      if ((message as { kind: string }).kind !== "told") post.call(channel, message);
    };
    browser.server.say(here, "lost on the way");
    await browser.until(() => has(tab(0), 2));
    await browser.pass(100);
    channel.postMessage = post;
    browser.server.say(here, "not lost");
    await browser.until(() => has(tab(1), 3));
    expect(told).toEqual([2, 3]);
  });

  it("count as one device: in use while any of them is, watching what any of them watches", async () => {
    const { browser, tab } = await openTabs(2, locks);
    tab(0).client.setActive(false);
    tab(1).client.watch(["00000000-0000-7000-8acc-000000000009" as AccountId]);
    await browser.until(() => browser.server.hints.includes("watch 1"));
    expect(browser.server.hints).toEqual(["watch 1"]);
    tab(1).hide();
    await browser.until(() => browser.server.hints.length === 3);
    expect(browser.server.hints).toEqual(["watch 1", "idle", "watch 0"]);
    // It was in the browser's cache for pages, and is back.
    await browser.until(() => browser.server.hints.length === 5);
    expect(browser.server.hints.slice(3)).toEqual(["active", "watch 1"]);
  });

  it("are each told who is there when they begin to watch, and after each new connection", async () => {
    const { browser, tab } = await openTabs(2, locks);
    const told: string[] = [];
    for (const n of [0, 1]) {
      tab(n).client.on("presence", ({ account, online }) => {
        if (account === browser.server.friend) told.push(`${n} ${online ? "online" : "away"}`);
      });
    }
    tab(0).client.watch([browser.server.friend]);
    await browser.until(() => told.includes("0 online") && told.includes("1 online"));
    const before = told.length;
    tab(1).client.watch([browser.server.friend]);
    await browser.until(() => told.slice(before).includes("1 online"));
    const then = told.length;
    browser.server.cut();
    await browser.until(() => told.slice(then).includes("0 online"));
  });

  it("count one that died without a word no longer, after a while", async () => {
    const { browser, tab } = await openTabs(3, locks);
    tab(0).client.setActive(false);
    tab(2).client.setActive(false);
    tab(1).kill();
    await browser.until(() => browser.server.hints.includes("idle"));
  });

  it.each([1, 2, 3])(
    "lose nothing that waits when what was stored is deleted under them (%i of them)",
    async (count) => {
      const { browser, tabs } = await openTabs(count, locks);
      const last = tabs.at(-1) as Tab;
      const told: string[] = [];
      for (const { client } of tabs) {
        client.on("storage", ({ why }) => told.push(why.name));
        client.on("value", ({ value }) => told.push(`value ${value}`));
      }
      browser.server.isSilent = true;
      void last.client.setValue("draft", "half a sen");
      for (const text of ["1", "2"]) void last.client.post(here, { text });
      await browser.until(() => tabs.every(({ client }) => client.outbox().length === 2));
      browser.lose();
      // While nobody can store anything.
      for (const text of ["3", "4"]) void last.client.post(here, { text });
      browser.server.isSilent = false;
      await browser.until(() => tabs.every((tab) => has(tab, 5) && tab.client.outbox().length === 0));
      await browser.pass(10_000);
      expect(browser.server.texts(here)).toEqual(["first", "1", "2", "3", "4"]);
      expect(told.filter((it) => it === "storage_lost")).toHaveLength(count);
      expect(told).not.toContain("value undefined");
      expect(browser.connected()).toHaveLength(1);
      for (const { client } of tabs) expect(client.state.name).toBe("live");
      const reloaded = browser.open({ locks });
      await browser.until(() => reloaded.client.state.name === "live" && has(reloaded, 5));
      expect(reloaded.client.value("draft")).toBe("half a sen");
    },
  );

  it("open what is stored again when the browser has lost its connection to it, and tell nobody", async () => {
    const { browser, tabs, tab } = await openTabs(2, locks);
    const told: string[] = [];
    for (const { client } of tabs) client.on("storage", ({ why }) => told.push(why.name));
    browser.break("storage_unavailable");
    const results: unknown[] = [];
    for (const { client } of tabs) {
      client.post(here, { text: "mine" }).then(
        async ({ sendId }) => results.push((await client.outcome(sendId)).outcome),
        (error) => results.push(error),
      );
    }
    await browser.until(() => results.length === 2 && tabs.every((it) => has(it, 3)));
    expect(results).toEqual(["posted", "posted"]);
    expect(browser.server.texts(here)).toEqual(["first", "mine", "mine"]);
    expect(told).toEqual([]);
    expect(browser.connected()).toHaveLength(1);
    expect(tab(0).client.state.name).toBe("live");
  });

  it("say so where there is no room, and leave it to another tab that may find some", async () => {
    const { browser, tab } = await openTabs(2, locks);
    const told: string[] = [];
    for (const n of [0, 1]) tab(n).client.on("storage", ({ why }) => told.push(`${n} ${why.name}`));
    browser.break("storage_full");
    let why: unknown;
    tab(0)
      .client.post(here, { text: "mine" })
      .catch((error) => {
        why = error;
      });
    await browser.until(() => why !== undefined);
    expect(why).toMatchObject({ name: "storage_full" });
    expect(tab(0).client.state).toMatchObject({ name: "stopped", why: { name: "storage_full" } });
    let isKept = false;
    void tab(1)
      .client.post(here, { text: "theirs" })
      .then(() => {
        isKept = true;
      });
    await browser.until(() => isKept && has(tab(1), 2));
    expect(told).toEqual(["0 storage_full"]);
    expect(browser.server.texts(here)).toEqual(["first", "theirs"]);
  });

  it("give up where what is stored is deleted again and again", async () => {
    const { browser, tab } = await openTabs(1, locks);
    for (let times = 1; times <= 6; times++) {
      await browser.until(() => tab(0).client.state.name === "live");
      browser.lose();
      await browser.until(() => tab(0).client.state.name !== "live");
    }
    expect(tab(0).client.state).toMatchObject({ name: "stopped", why: { name: "storage_lost" } });
    await expect(tab(0).client.read(here, 1)).rejects.toMatchObject({ name: "storage_lost" });
  });

  it("stand aside where another has a newer program", async () => {
    const { browser, tab } = await openTabs(2, locks);
    const why: string[] = [];
    for (const n of [0, 1]) tab(n).client.on("storage", (event) => why.push(event.why.name));
    const newer = browser.open({ locks });
    newer.channel.postMessage({ version: tabsVersion + 1, tab: "another", kind: "join" });
    await browser.until(() => why.length >= 2);
    expect(why).toEqual(["storage_outdated", "storage_outdated"]);
    expect(tab(0).client.state).toMatchObject({ name: "stopped", why: { name: "storage_outdated" } });
    await expect(tab(1).client.read(here, 1)).rejects.toMatchObject({ name: "storage_outdated" });
  });

  it("reject everything that waits with 'closed' when they are closed", async () => {
    const { browser, tab } = await openTabs(2, locks);
    tab(0).freeze();
    const waiting = tab(1).client.read(here, 1);
    void tab(1).client.close();
    await expect(waiting).rejects.toMatchObject({ name: "closed" });
    await expect(tab(1).client.read(here, 1)).rejects.toMatchObject({ name: "closed" });
    expect(browser.connected()).toEqual([tab(0)]);
  });
});
