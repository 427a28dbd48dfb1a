// Tabs are opened, closed, killed and frozen while all of them send and others speak, in an order that the seed decides.
// PARLEY_TABS_SEEDS: "from-to", for more of them.
import { describe, expect, it } from "vitest";
import type { ChannelId, SendId } from "../ids.ts";
import { channelId } from "../store/samples_for_test.ts";
import { Browser, type Tab } from "./browser_for_test.ts";

const [firstSeed = 1, lastSeed = 40] = (process.env.PARLEY_TABS_SEEDS ?? "1-40").split("-").map(Number);
const channels: readonly ChannelId[] = [channelId(1), channelId(2)];
const mostTabs = 4;

/** What a tab was told, from its beginning on. */
class Witness {
  readonly tab: Tab;
  readonly problems: string[] = [];
  /** By channel: what was had when it began, and what was told since. */
  readonly seqs = new Map<ChannelId, Set<number>>(channels.map((channel) => [channel, new Set()]));
  readonly sent = new Set<SendId>();
  readonly queued = new Set<SendId>();
  #gaps: { readonly channel: ChannelId; readonly seq: number }[] = [];

  constructor(tab: Tab) {
    this.tab = tab;
    const { client } = tab;
    client.on("loaded", () => {
      for (const channel of client.channels()) {
        for (const { from, to } of channel.have) for (let seq = from; seq <= to; seq++) this.#of(channel.id).add(seq);
      }
    });
    client.on("events", ({ channel, events, placement }) => {
      const seqs = this.#of(channel.id);
      for (const { seq } of events) {
        if (seqs.has(seq)) this.problems.push(`told twice: ${seq}`);
        if (placement !== "older" && seq < Math.max(0, ...seqs)) this.problems.push(`${seq} is no newer one`);
        if (placement === "next" && seq > 1 && !seqs.has(seq - 1)) this.#gaps.push({ channel: channel.id, seq });
        seqs.add(seq);
      }
      const kept = client.channel(channel.id)?.have.at(-1)?.to ?? 0;
      if (kept < (events.at(-1)?.seq ?? 0)) this.problems.push("told before the channel says so");
    });
    // Events that went with the store while a tab was reading them are told when they come again.
    client.on("channel_gone", ({ channel }) => {
      this.#of(channel).clear();
      this.#gaps = this.#gaps.filter((gap) => gap.channel !== channel);
    });
    client.on("queued", ({ entry }) => this.queued.add(entry.sendId));
    client.on("sent", ({ sendId }) => {
      if (this.sent.has(sendId)) this.problems.push(`sent twice: ${sendId}`);
      this.sent.add(sendId);
    });
  }

  get gaps(): readonly object[] {
    return this.#gaps;
  }

  #of(channel: ChannelId): Set<number> {
    return this.seqs.get(channel) as Set<number>;
  }
}

interface Post {
  readonly tab: Tab;
  readonly channel: ChannelId;
  readonly text: string;
  sendId?: SendId;
  isOver: boolean;
}

class Run {
  readonly browser: Browser;
  readonly posts: Post[] = [];
  readonly witnesses = new Map<Tab, Witness>();
  readonly problems: string[] = [];
  readonly #locks: boolean;
  readonly #loses: boolean;
  #said = 0;
  #lost = 0;

  /** `loses`: what is stored is deleted now and then; no tab dies then, for what only that one knew would be lost. */
  constructor(seed: number, loses = false) {
    this.browser = new Browser(seed);
    this.#locks = seed % 4 !== 0;
    this.#loses = loses;
    this.open();
  }

  get tabs(): Tab[] {
    return [...this.browser.tabs];
  }

  open(): void {
    const tab = this.browser.open({ locks: this.#locks });
    this.witnesses.set(tab, new Witness(tab));
  }

  async act(): Promise<void> {
    const { browser, tabs } = this;
    const tab = tabs[browser.random(tabs.length)] as Tab;
    const channel = channels[browser.random(channels.length)] as ChannelId;
    const roll = browser.random(100);
    if (roll < 50) this.#post(tab, channel);
    else if (roll < 70) browser.server.say(channel, `by a friend ${++this.#said}`);
    else if (roll < 75) void tab.client.read(channel, tab.client.channel(channel)?.head ?? 0).catch(() => {});
    else if (roll < 80 && tabs.length < mostTabs) this.open();
    else if (roll < 88 && this.#loses) {
      // No more often than a tab puts up with.
      if (roll < 82 && ++this.#lost <= 5) browser.lose();
    } else if (roll < 83 && tabs.length > 1) tab.kill();
    else if (roll < 85 && tabs.length > 1) await tab.close();
    else if (roll < 88) tab.freeze();
    else if (roll < 94) tab.thaw();
    else if (roll < 95) tab.hide();
    else if (roll < 97) browser.server.cut();
    for (let steps = browser.random(12); steps > 0; steps--) await browser.step();
    // Sometimes it is quiet for long enough that another takes over.
    if (roll >= 97) await browser.pass(browser.random(10_000));
  }

  #post(tab: Tab, channel: ChannelId): void {
    if (tab.isFrozen) return;
    const post: Post = { tab, channel, text: `post ${this.posts.length}`, isOver: false };
    this.posts.push(post);
    void this.#follow(post);
  }

  async #follow(post: Post): Promise<void> {
    const { client } = post.tab;
    try {
      const { sendId } = await client.post(post.channel, { text: post.text });
      post.sendId = sendId;
      const result = await client.outcome(sendId);
      if (result.outcome !== "posted") this.problems.push(`${post.text}: ${result.outcome}`);
      post.isOver = true;
    } catch (error) {
      if ((error as Error).name !== "closed") this.problems.push(`${post.text}: ${String(error)}`);
    }
  }

  /** Everything is whole again, and everybody has time. */
  async settle(): Promise<void> {
    for (const tab of this.tabs) tab.thaw();
    for (const channel of channels) this.browser.server.say(channel, "the last word");
    const { server } = this.browser;
    const isAll = (tab: Tab) =>
      channels.every((channel) => tab.client.channel(channel)?.have.at(-1)?.to === server.logs.get(channel)?.length);
    await this.browser.until(() => {
      const isSent = this.posts.every(({ tab, isOver }) => isOver || !tab.isAlive);
      return isSent && this.tabs.every((tab) => tab.client.outbox().length === 0 && isAll(tab));
    });
    await this.browser.pass(20_000);
  }

  check(): void {
    const { server } = this.browser;
    expect(this.problems).toEqual([]);
    const stored = new Map(channels.map((channel) => [channel, server.texts(channel)]));
    for (const { channel, text, sendId } of this.posts) {
      const times = stored.get(channel)?.filter((it) => it === text).length ?? 0;
      // What was never said to be in the outbox may have been on its way to it when its tab died.
      if (sendId !== undefined) expect(times, text).toBe(1);
      else expect(times, text).toBeLessThanOrEqual(1);
    }
    for (const tab of this.witnesses.keys()) {
      for (const channel of channels) {
        const texts = this.posts.filter((post) => post.tab === tab && post.channel === channel).map(({ text }) => text);
        const arrived = stored.get(channel)?.filter((text) => texts.includes(text));
        expect(arrived, "in the order of each tab").toEqual(texts.filter((text) => arrived?.includes(text)));
      }
    }
    for (const tab of this.tabs) {
      const witness = this.witnesses.get(tab) as Witness;
      expect(witness.problems).toEqual([]);
      expect(witness.gaps, "told as the next one, and was not").toEqual([]);
      for (const channel of channels) expect(witness.seqs.get(channel)?.size).toBe(stored.get(channel)?.length);
      for (const sendId of witness.queued) expect(witness.sent.has(sendId), "its outcome was told").toBe(true);
      expect(tab.client.state.name).toBe("live");
    }
    expect(this.browser.connected(), "one leads").toHaveLength(1);
    expect(server.sessions.size).toBe(1);
  }
}

describe("tabs that come, go, die and stand still at any instant", () => {
  for (let seed = firstSeed; seed <= lastSeed; seed++) {
    it(`lose nothing, double nothing and change no order (seed ${seed})`, async () => {
      const run = new Run(seed);
      for (let step = 0; step < 120; step++) await run.act();
      await run.settle();
      run.check();
    }, 60_000);
  }
  for (let seed = firstSeed; seed <= lastSeed; seed++) {
    it(`lose nothing when what is stored is deleted under them (seed ${seed})`, async () => {
      const run = new Run(seed, true);
      for (let step = 0; step < 80; step++) await run.act();
      await run.settle();
      run.check();
    }, 60_000);
  }
});
