import type {
  ChannelEvent,
  ChannelId,
  ChannelInfo,
  ChannelSettings,
  Command,
  OutboxEntry,
  SendOptions,
} from "@parley/sdk";
import { beforeEach, expect, test } from "vitest";
import { ChannelInfos } from "./channel_infos.ts";
import type { AppClient } from "./ports.ts";

const choir = "choir" as ChannelId;
const settings: ChannelSettings = { post: "members", add: "members", rename: "members", historyFromStart: true };
const infoWith = (more: Partial<ChannelInfo>): ChannelInfo =>
  ({ channel: choir, description: "", settings, members: [], invitations: [], ...more }) as ChannelInfo;

/** A client whose server answers when it is let. */
class FakeClient {
  state = { name: "live" };
  waiting: OutboxEntry[] = [];
  readonly stored = new Map<string, unknown>();
  readonly asked: { answer(info: ChannelInfo): void; readonly signal: AbortSignal }[] = [];
  readonly #listeners = new Map<string, (told: unknown) => void>();
  on = (name: string, listener: (told: never) => void) => this.#listeners.set(name, listener as () => void);
  outbox = () => this.waiting;
  values = () => this.stored;
  setValue = async (key: string, value: unknown) => {
    if (value === undefined) this.stored.delete(key);
    else this.stored.set(key, value);
  };
  channelInfo = (_: ChannelId, { signal }: { signal: AbortSignal }) =>
    new Promise<ChannelInfo>((answer) => this.asked.push({ answer, signal }));
  /** Stored when the test says so. */
  changeSettings = (_: ChannelId, to: ChannelSettings, options: SendOptions = {}) =>
    new Promise<void>((stored) => {
      this.store = () => {
        for (const [key, value] of Object.entries(options.values ?? {})) this.stored.set(key, value);
        this.queue(to);
        stored();
      };
    });
  store = () => {};
  tell(name: string, told: unknown): void {
    this.#listeners.get(name)?.(told);
  }
  /** Puts a change of the settings into the outbox. */
  queue(to: Partial<ChannelSettings>): void {
    const command: Command = { kind: "changeSettings", settings: { ...settings, ...to } };
    this.waiting = [...this.waiting, { channel: choir, command } as OutboxEntry];
    this.tell("queued", { entry: { command } });
  }
  end(outcome: "posted" | "refused"): void {
    const [entry, ...others] = this.waiting;
    this.waiting = others;
    this.tell("sent", { ...entry, outcome });
  }
  happen(body: ChannelEvent["body"]): void {
    this.tell("events", { channel: { id: choir }, events: [{ body }] });
  }
}

let client: FakeClient;
let infos: ChannelInfos;
const made = () => new ChannelInfos(client as unknown as AppClient);
const settled = () => new Promise((resolve) => setTimeout(resolve));
const answer = async (info: ChannelInfo) => {
  client.asked.at(-1)?.answer(info);
  await settled();
};
beforeEach(() => {
  client = new FakeClient();
  infos = made();
});

test("what was told once is there at once, and without a network", async () => {
  infos.follow(choir);
  await answer(infoWith({ description: "We sing" }));
  client.state = { name: "waiting" };
  const next = made();
  next.follow(choir);
  expect(next.get(choir)?.description).toBe("We sing");
  expect(client.asked).toHaveLength(1);
});

test("it is asked for when there is a connection, and after what changes it, once for all who follow it", async () => {
  client.state = { name: "waiting" };
  const [end, endOther] = [infos.follow(choir), infos.follow(choir)];
  expect(client.asked).toHaveLength(0);
  client.state = { name: "live" };
  client.tell("state", { state: client.state });
  expect(client.asked).toHaveLength(1);
  client.happen({ kind: "message", replyTo: 0, mentions: [], forwarded: false });
  expect(client.asked).toHaveLength(1);
  client.happen({ kind: "roleChanged", account: "ben" as never, role: "admin" });
  expect(client.asked).toHaveLength(2);
  // What is asked anew is not overwritten by what was asked before.
  client.asked[0]?.answer(infoWith({ description: "old" }));
  await settled();
  expect(infos.get(choir)).toBeUndefined();
  end();
  endOther();
  expect(client.asked[1]?.signal.aborted).toBe(true);
  client.happen({ kind: "roleChanged", account: "ben" as never, role: "member" });
  expect(client.asked).toHaveLength(2);
});

test("a change is seen while it waits, stays until the event has come, and is taken back when it is refused", async () => {
  infos.follow(choir);
  await answer(infoWith({}));
  client.queue({ post: "admins" });
  expect(infos.get(choir)?.settings).toEqual({ ...settings, post: "admins" });
  client.end("posted");
  expect(infos.get(choir)?.settings).toEqual({ ...settings, post: "admins" });
  client.queue({ post: "admins", add: "owner" });
  client.end("refused");
  expect(infos.get(choir)?.settings).toEqual({ ...settings, post: "admins" });
  client.happen({ kind: "settingsChanged", settings: { ...settings, rename: "owner" } });
  expect(infos.get(choir)?.settings.rename).toBe("owner");
});

test("two quick changes are both made, however late the store has the first", async () => {
  infos.follow(choir);
  await answer(infoWith({}));
  void infos.changeSettings(choir, { post: "admins" });
  expect(infos.get(choir)?.settings.post).toBe("admins");
  const storeFirst = client.store;
  void infos.changeSettings(choir, { add: "admins" });
  const both = { ...settings, post: "admins", add: "admins" };
  expect(infos.get(choir)?.settings).toEqual(both);
  storeFirst();
  client.store();
  await settled();
  expect(client.waiting.at(-1)?.command).toEqual({ kind: "changeSettings", settings: both });
  expect(infos.get(choir)?.settings).toEqual(both);
});

test("a change is still there when the page goes in the moment in which it was sent", async () => {
  infos.follow(choir);
  await answer(infoWith({}));
  void infos.changeSettings(choir, { post: "admins" });
  client.store();
  // The outbox is empty, and nothing more is kept.
  client.setValue = async () => {};
  client.end("posted");
  expect(made().get(choir)?.settings).toEqual({ ...settings, post: "admins" });
});

test("an answer from before a change takes nothing back, neither shown nor kept", async () => {
  infos.follow(choir);
  await answer(infoWith({}));
  client.happen({ kind: "roleChanged", account: "ben" as never, role: "admin" });
  const old = client.asked.at(-1);
  void infos.changeSettings(choir, { post: "admins" });
  client.store();
  client.end("posted");
  old?.answer(infoWith({}));
  await settled();
  expect(infos.get(choir)?.settings.post).toBe("admins");
  expect(made().get(choir)?.settings.post).toBe("admins");
});

test("what is told while a change waits is kept with the change", async () => {
  infos.follow(choir);
  await answer(infoWith({}));
  void infos.changeSettings(choir, { post: "admins" });
  client.store();
  client.happen({ kind: "described", description: "We sing" });
  client.setValue = async () => {};
  client.end("posted");
  expect(made().get(choir)).toMatchObject({ description: "We sing", settings: { post: "admins" } });
});

test("a change that is refused is not kept, also where the page was loaded anew meanwhile", async () => {
  const end = infos.follow(choir);
  await answer(infoWith({}));
  void infos.changeSettings(choir, { post: "admins" });
  client.store();
  end();
  infos = made();
  expect(infos.get(choir)?.settings.post).toBe("admins");
  client.end("refused");
  await answer(infoWith({}));
  expect(infos.get(choir)?.settings).toEqual(settings);
  client.waiting = [];
  expect(made().get(choir)?.settings).toEqual(settings);
});

test("nothing is kept of a channel that is gone", async () => {
  infos.follow(choir);
  await answer(infoWith({}));
  expect(client.stored.size).toBe(1);
  client.tell("channel_gone", { channel: choir });
  expect([infos.get(choir), client.stored.size]).toEqual([undefined, 0]);
});
