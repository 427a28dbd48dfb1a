import type { AccountId, ChannelEvent, ChannelId, ChannelState, ClientEvents } from "@parley/sdk";
import { beforeEach, describe, expect, test } from "vitest";
import { type Note, Notifications, storeNotifications } from "./notifications.ts";
import type { People } from "./people.ts";
import type { AppClient } from "./ports.ts";

const [me, ben] = ["me" as AccountId, "ben" as AccountId];
const group = "group" as ChannelId;
const quiet = { delivered: 0, read: 0, markedUnread: false, mutedUntil: 0, pinned: false, archived: false, hidden: [] };

/** What notifications need of a client, told by hand. */
class FakeClient {
  readonly me = { account: me };
  readonly clockOffset = 0;
  state = { name: "live" };
  unread = 1;
  registers = quiet;
  readonly #values = new Map<string, unknown>();
  readonly #listeners = new Map<string, (told: unknown) => void>();
  on = (name: string, listener: (told: never) => void) =>
    this.#listeners.set(name, listener as (told: unknown) => void);
  value = (key: string) => this.#values.get(key);
  setValue = async (key: string, value: unknown) => void this.#values.set(key, value);
  channel = () => this.#channel();

  say(text: string, more: { by?: AccountId; mentions?: readonly AccountId[]; placement?: "next" | "older" } = {}) {
    const { by = ben, mentions = [], placement = "next" } = more;
    const event: ChannelEvent = {
      seq: 7,
      time: 0,
      account: by,
      count: 1,
      cryptoEpoch: 0,
      body: { kind: "message", replyTo: 0, mentions, forwarded: false },
      content: { kind: "text", text },
    };
    const told: ClientEvents["events"] = { channel: this.#channel(), events: [event], placement };
    this.#listeners.get("events")?.(told);
    return new Promise((resolve) => setTimeout(resolve, 0));
  }
  readAll(): void {
    this.unread = 0;
    this.#listeners.get("channel")?.({ channel: this.#channel() });
  }
  #channel(): ChannelState {
    const { registers, unread } = this;
    return { id: group, kind: "group", title: "Choir", registers, readWanted: 0, unread } as unknown as ChannelState;
  }
}

describe("a message that comes while nobody looks", () => {
  let client: FakeClient;
  let shown: Note[];
  let closed: number;
  const place = { isAllowed: true, isSeen: false };
  beforeEach(async () => {
    client = new FakeClient();
    [shown, closed] = [[], 0];
    Object.assign(place, { isAllowed: true, isSeen: false });
    await storeNotifications(client, { wanted: true });
    const people = { nameOf: () => "Ben" } as unknown as People;
    new Notifications(client as unknown as AppClient, people, {
      get isAllowed() {
        return place.isAllowed;
      },
      isLookedAt: async () => place.isSeen,
      show: (note) => {
        shown.push(note);
        return { close: () => closed++ };
      },
    });
  });

  test("is shown with who said it where, in plain words, and taken back once it was read", async () => {
    await client.say("*Rehearsal* at _seven_");
    expect(shown).toEqual([{ channel: group, title: "Choir", text: "Ben: Rehearsal at seven" }]);
    client.readAll();
    expect(closed).toBe(1);
  });

  test("is shown without what it says, where that is wished", async () => {
    await storeNotifications(client, { text: false });
    await client.say("secret");
    expect(shown).toEqual([{ channel: group, title: "Choir", text: "Ben" }]);
  });

  test.each([
    ["nobody wished for it", () => void storeNotifications(client, { wanted: false })],
    ["the browser does not allow it", () => Object.assign(place, { isAllowed: false })],
    ["somebody looks", () => Object.assign(place, { isSeen: true })],
    ["it was read elsewhere at once", () => Object.assign(client, { unread: 0 })],
    ["the chat is muted", () => Object.assign(client, { registers: { ...quiet, mutedUntil: -1 } })],
    ["the chat is archived", () => Object.assign(client, { registers: { ...quiet, archived: true } })],
    ["one catches up after a time away", () => Object.assign(client, { state: { name: "syncing" } })],
  ])("is not shown when %s", async (_, prepare) => {
    prepare();
    await client.say("hello");
    expect(shown).toEqual([]);
  });

  test("is not shown when it is one's own, or old", async () => {
    await client.say("from my phone", { by: me });
    await client.say("long ago", { placement: "older" });
    expect(shown).toEqual([]);
  });

  test("is shown from a muted chat to who is spoken to", async () => {
    client.registers = { ...quiet, mutedUntil: -1 };
    await client.say("@me now", { mentions: [me] });
    expect(shown).toHaveLength(1);
  });
});
