import type { AccountId, ChannelId } from "@parley/sdk";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Live } from "./live.ts";
import type { AppClient } from "./ports.ts";

const [ana, ben] = ["ana" as AccountId, "ben" as AccountId];
const [choir, trip] = ["choir" as ChannelId, "trip" as ChannelId];

class FakeClient {
  readonly said: (readonly [ChannelId, boolean])[] = [];
  readonly watched: (readonly AccountId[])[] = [];
  readonly #listeners = new Map<string, (told: unknown) => void>();
  on = (name: string, listener: (told: never) => void) => this.#listeners.set(name, listener as () => void);
  typing = (channel: ChannelId, on: boolean) => this.said.push([channel, on]);
  watch = (accounts: readonly AccountId[]) => this.watched.push(accounts);
  tell = (name: string, told: unknown) => this.#listeners.get(name)?.(told);
  types = (account: AccountId, channel: ChannelId, on = true) => this.tell("typing", { channel, account, on });
}

let client: FakeClient;
let live: Live;
const typing = () => Object.fromEntries(live.typing.get());
beforeEach(() => {
  vi.useFakeTimers();
  client = new FakeClient();
  live = new Live(client as unknown as AppClient);
});
afterEach(() => vi.useRealTimers());

describe("who types", () => {
  test("is listed by channel in the order of beginning, until they stop", () => {
    client.types(ben, choir);
    client.types(ana, choir);
    client.types(ana, trip);
    expect(typing()).toEqual({ choir: [ben, ana], trip: [ana] });
    client.types(ben, choir, false);
    client.types(ana, trip, false);
    expect(typing()).toEqual({ choir: [ana] });
  });

  test("is forgotten when nothing more is heard, and not before", () => {
    client.types(ben, choir);
    vi.advanceTimersByTime(5_000);
    client.types(ben, choir);
    vi.advanceTimersByTime(5_000);
    expect(typing()).toEqual({ choir: [ben] });
    vi.advanceTimersByTime(1_000);
    expect(typing()).toEqual({});
  });

  test("has stopped when the message is there; others go on, and nothing lapses twice", () => {
    client.types(ben, choir);
    client.types(ana, choir);
    client.tell("events", { channel: { id: choir }, events: [{ account: ben }, {}] });
    expect(typing()).toEqual({ choir: [ana] });
    client.types(ben, choir);
    vi.advanceTimersByTime(5_999);
    expect(typing()).toEqual({ choir: [ana, ben] });
  });

  test("changes nothing by saying the same again", () => {
    client.types(ben, choir);
    const before = live.typing.get();
    client.types(ben, choir);
    client.types(ana, choir, false);
    expect(live.typing.get()).toBe(before);
  });
});

describe("that the user types", () => {
  test("is told at once, now and then while it goes on, and when it ends", () => {
    vi.setSystemTime(1_000_000);
    for (let second = 0; second < 7; second++) {
      live.wrote(choir);
      vi.advanceTimersByTime(1_000);
    }
    expect(client.said).toEqual([
      [choir, true],
      [choir, true],
      [choir, true],
    ]);
    live.stopped(choir);
    live.stopped(choir);
    live.stopped(trip);
    expect(client.said.slice(3)).toEqual([[choir, false]]);
    live.wrote(choir);
    expect(client.said).toHaveLength(5);
  });
});

describe("who is online", () => {
  test("is known as it was told last, and not at all without a connection", () => {
    client.tell("presence", { account: ben, online: true, lastSeen: 0 });
    client.tell("presence", { account: ben, online: false, lastSeen: 5 });
    expect(live.presence.get().get(ben)).toMatchObject({ online: false, lastSeen: 5 });
    client.tell("state", { state: { name: "syncing" } });
    expect(live.presence.get().size).toBe(1);
    client.tell("state", { state: { name: "waiting" } });
    expect(live.presence.get().size).toBe(0);
  });

  test("is asked for once for the same people, in whichever order", () => {
    live.watch([ana, ben]);
    live.watch([ben, ana]);
    live.watch([ben]);
    expect(client.watched).toEqual([[ana, ben], [ben]]);
  });
});
