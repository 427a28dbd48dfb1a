import type { AccountId, ChannelId, ChannelState, Command, OutboxEntry, SendId, SendResult } from "@parley/sdk";
import { beforeEach, expect, test } from "vitest";
import { ComingChannels } from "./coming_channels.ts";
import { FailedSends } from "./failed_sends.ts";
import type { AppClient } from "./ports.ts";

const [trip, ben] = ["trip" as ChannelId, "ben" as AccountId];
const makeTrip: Command = {
  kind: "createChannel",
  channelKind: "group",
  title: "Trip",
  avatar: "data:",
  members: [ben, "cleo" as AccountId],
};
const join: Command = { kind: "join", secret: new Uint8Array(16) };

/** A client without a network, and a server that answers when it is let. */
class FakeClient {
  waiting: OutboxEntry[] = [];
  readonly known = new Map<ChannelId, ChannelState>();
  readonly stored = new Map<string, unknown>();
  readonly #listeners = new Map<string, ((told: unknown) => void)[]>();
  on = (name: string, listener: (told: never) => void) => {
    const others = this.#listeners.get(name) ?? [];
    this.#listeners.set(name, [...others, listener as (told: unknown) => void]);
  };
  outbox = () => this.waiting;
  channel = (id: ChannelId) => this.known.get(id);
  values = () => this.stored;
  setValue = async (key: string, value: unknown) => {
    if (value === undefined) this.stored.delete(key);
    else this.stored.set(key, value);
  };
  send = async (channel: ChannelId, command: Command) => this.queue(command, channel);

  queue(command: Command, channel = trip): void {
    const order = this.waiting.length + 1;
    const entry = { sendId: `send-${order}` as SendId, channel, order, created: 1_000, command };
    this.waiting.push(entry);
    this.tell("queued", { entry });
  }
  answer(refused?: string): void {
    const entry = this.waiting.shift();
    if (entry === undefined) throw new Error("nothing waits");
    const end = refused === undefined ? { outcome: "posted", seq: 1 } : { outcome: "refused", refused, text: "" };
    this.tell("sent", { ...entry, time: 2_000, ...end } as SendResult);
  }
  know(role: ChannelState["role"]): void {
    this.known.set(trip, { id: trip, kind: "group", role, headTime: 3_000 } as ChannelState);
    this.tell("channel", { channel: this.known.get(trip) });
  }
  tell(name: string, told: unknown): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(told);
  }
}

let client: FakeClient;
let failed: FailedSends;
let coming: ComingChannels;
beforeEach(() => {
  client = new FakeClient();
  failed = new FailedSends(client as unknown as AppClient);
  coming = new ComingChannels(client as unknown as AppClient, failed);
});

test("a group that waits to be made is there with name, picture and members, until the server has told of it", () => {
  client.queue(makeTrip);
  expect(coming.get(trip)).toMatchObject({
    step: "making",
    state: { kind: "group", title: "Trip", avatar: "data:", members: 3, role: "owner", headTime: 1_000 },
  });
  client.answer();
  expect(coming.get(trip)?.step).toBe("making");
  client.know("owner");
  expect(coming.get(trip)).toBeUndefined();
});

test("what was stored before the page was loaded is there", () => {
  client.waiting = [
    {
      sendId: "s" as SendId,
      channel: trip,
      order: 1,
      created: 5,
      command: { kind: "createChannel", channelKind: "direct", peer: ben },
    },
  ];
  client.tell("loaded", {});
  expect(coming.get(trip)?.state).toMatchObject({ kind: "direct", peer: ben, role: "member" });
});

test("one that is known is only that", () => {
  client.know("member");
  client.queue({ kind: "createChannel", channelKind: "direct", peer: ben });
  client.queue(join);
  expect(coming.all.get().size).toBe(0);
});

test("a group that one is to join is waited for, also where one was a member once", () => {
  client.queue(join);
  expect(coming.get(trip)).toMatchObject({ step: "joining", state: { kind: "group", role: "none" } });
  client.answer("invitation_invalid");
  expect(coming.get(trip)).toBeUndefined();
  client.know("none");
  client.queue(join);
  expect(coming.get(trip)).toMatchObject({ step: "joining", state: { headTime: 3_000 } });
  client.know("member");
  expect(coming.get(trip)).toBeUndefined();
});

test("what the server did not want to be made stays, to be tried again or taken away with what was said there", async () => {
  client.queue(makeTrip);
  client.queue({ kind: "post", content: { kind: "text", text: "hello?" } });
  client.answer("limit_reached");
  client.answer("channel_unknown");
  expect(coming.get(trip)).toMatchObject({ step: "refused", state: { title: "Trip", role: "none" } });
  const [creation] = failed.of(trip);
  if (creation === undefined) throw new Error("nothing failed");
  await failed.sendAnew(creation);
  expect(coming.get(trip)?.step).toBe("making");
  client.answer("limit_reached");
  for (const one of failed.of(trip)) if (one.command.kind === "createChannel") await failed.remove(one);
  expect([coming.get(trip), failed.of(trip).length, client.stored.size]).toEqual([undefined, 0, 0]);
});

test("a group that is gone again does not come back", () => {
  client.queue(makeTrip);
  client.answer();
  client.know("owner");
  client.known.clear();
  client.queue({ ...makeTrip, title: "Other" }, "other" as ChannelId);
  client.tell("channel_gone", { channel: trip });
  expect([...coming.all.get().keys()]).toEqual(["other"]);
});

test("what stays as it is stays the same object", () => {
  client.queue(makeTrip);
  const before = coming.get(trip);
  client.queue({ ...makeTrip, title: "Other" }, "other" as ChannelId);
  expect(coming.get(trip)).toBe(before);
});
