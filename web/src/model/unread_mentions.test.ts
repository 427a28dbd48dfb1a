import type { AccountId, ChannelEvent, ChannelId, ChannelState, HistoryQuery } from "@parley/sdk";
import { describe, expect, test } from "vitest";
import type { AppClient } from "./ports.ts";
import { UnreadMentions } from "./unread_mentions.ts";

const [me, ben] = ["me" as AccountId, "ben" as AccountId];
const here = "here" as ChannelId;

function message(seq: number, more: { by?: AccountId; mentions?: readonly AccountId[]; gone?: boolean } = {}) {
  const { by = ben, mentions = [], gone = false } = more;
  const body = { kind: "message", replyTo: 0, mentions, forwarded: false } as const;
  const event: ChannelEvent = { seq, time: 0, account: by, count: seq, cryptoEpoch: 0, body };
  return gone ? { ...event, contentGone: "deleted" as const } : event;
}
const mention = (seq: number) => message(seq, { mentions: [me] });

/** A channel whose log the test writes; it gives two events to a page. */
class FakeClient {
  readonly me = { account: me };
  log: ChannelEvent[] = [];
  unreadMentions = 0;
  read = 0;
  hidden: { from: number; to: number }[] = [];
  isReachable = true;
  pages = 0;
  readonly #listeners = new Map<string, (told: unknown) => void>();
  on = (name: string, listener: (told: never) => void) =>
    this.#listeners.set(name, listener as (told: unknown) => void);
  channel = () => {
    const registers = { read: this.read, hidden: this.hidden };
    return { id: here, registers, readWanted: 0, unreadMentions: this.unreadMentions } as unknown as ChannelState;
  };
  history = async (_: ChannelId, { after = 0 }: HistoryQuery) => {
    this.pages++;
    if (!this.isReachable) throw new Error("offline");
    const rest = this.log.filter(({ seq }) => seq > after);
    const events = rest.slice(0, 2);
    return { events, to: events.at(-1)?.seq ?? after, reachedHead: events.length === rest.length };
  };
  say(...events: ChannelEvent[]): void {
    this.log.push(...events);
    this.#listeners.get("events")?.({ channel: this.channel(), events });
  }
  tell(name: "synced"): void {
    this.#listeners.get(name)?.({});
  }
}

async function open(client: FakeClient) {
  const mentions = new UnreadMentions(client as unknown as AppClient, here, new AbortController().signal);
  await settled();
  return mentions;
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("what mentions me", () => {
  test("is found among all that is unread, from page to page", async () => {
    const client = new FakeClient();
    client.read = 1;
    client.unreadMentions = 2;
    client.log = [mention(1), message(2), message(3), mention(4), message(5), mention(7)];
    expect((await open(client)).seqs.get()).toEqual([4, 7]);
  });

  test("is not looked for where the badge says that there is none", async () => {
    const client = new FakeClient();
    client.log = [message(1)];
    await open(client);
    expect(client.pages).toBe(0);
  });

  test("is not mine, not deleted, and not hidden", async () => {
    const client = new FakeClient();
    client.unreadMentions = 1;
    client.hidden = [{ from: 3, to: 3 }];
    const [own, gone] = [message(1, { by: me, mentions: [me] }), message(2, { mentions: [me], gone: true })];
    client.log = [own, gone, mention(3), mention(4)];
    expect((await open(client)).seqs.get()).toEqual([4]);
  });

  test("is no more once it was seen, was deleted, or cannot be shown", async () => {
    const client = new FakeClient();
    client.unreadMentions = 5;
    client.log = [mention(1), mention(2), mention(3), mention(4), mention(5)];
    const mentions = await open(client);
    mentions.saw(2, 3);
    expect(mentions.seqs.get()).toEqual([1, 4, 5]);
    mentions.forget(5);
    client.say({ ...message(6), body: { kind: "deleted", targets: [1] } });
    expect(mentions.seqs.get()).toEqual([4]);
    client.tell("synced");
    await settled();
    expect(mentions.seqs.get()).not.toContain(2);
    expect(mentions.seqs.get()).not.toContain(5);
  });

  test("is learned of when it comes, also while nothing was unread", async () => {
    const client = new FakeClient();
    client.read = 3;
    const mentions = await open(client);
    client.say(message(4), mention(5));
    expect(mentions.seqs.get()).toEqual([5]);
  });

  test("is looked for again with a connection", async () => {
    const client = new FakeClient();
    client.unreadMentions = 1;
    client.isReachable = false;
    client.log = [mention(1)];
    const mentions = await open(client);
    expect(mentions.seqs.get()).toEqual([]);
    client.isReachable = true;
    client.tell("synced");
    await settled();
    expect(mentions.seqs.get()).toEqual([1]);
  });
});
