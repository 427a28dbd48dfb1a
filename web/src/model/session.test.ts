import type { AccountId, ChannelId, ChannelInfo, ChannelState, ClientState, OutboxEntry, SendId } from "@parley/sdk";
import { ParleyError } from "@parley/sdk";
import { beforeEach, describe, expect, test } from "vitest";
import type { AppClient, Profile } from "./ports.ts";
import { Session } from "./session.ts";

const [me, ben, cleo] = ["me" as AccountId, "ben" as AccountId, "cleo" as AccountId];
const [choir, withBen] = ["choir" as ChannelId, "with-ben" as ChannelId];
const registers = { mutedUntil: 0, hidden: [] };

const group = (more: Partial<ChannelState> = {}): ChannelState =>
  ({ id: choir, kind: "group", role: "member", title: "Choir", registers, ...more }) as ChannelState;
const direct = (more: Partial<ChannelState> = {}): ChannelState =>
  ({ id: withBen, kind: "direct", role: "member", peer: ben, registers, ...more }) as ChannelState;

class FakeClient {
  readonly me = { account: me };
  readonly clockOffset = 0;
  readonly loaded = new Promise<void>(() => {});
  readonly stored = new Map<string, unknown>();
  readonly opened: AccountId[] = [];
  state: ClientState = { name: "signed_out" };
  known: ChannelState[] = [];
  waiting: OutboxEntry[] = [];
  readonly http = { lookUp: async () => [] };
  readonly #listeners = new Map<string, ((told: unknown) => void)[]>();
  on = (name: string, listener: (told: never) => void) => {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener as (told: unknown) => void]);
  };
  channels = () => this.known;
  channel = (id: ChannelId) => this.known.find((channel) => channel.id === id);
  outbox = () => this.waiting;
  value = (key: string) => this.stored.get(key);
  values = (prefix: string) => new Map([...this.stored].filter(([key]) => key.startsWith(prefix)));
  setValue = async () => {};
  watch = () => {};
  openDirect = async (peer: AccountId) => {
    this.opened.push(peer);
    return { channel: `made-${peer}` as ChannelId, sendId: "s" as SendId };
  };
  tell = (name: string, told: unknown = {}) => {
    for (const listener of this.#listeners.get(name) ?? []) listener(told);
  };
  be(state: ClientState): void {
    this.state = state;
    this.tell("state", { state });
  }
}

let client: FakeClient;
const made = () => new Session(client as unknown as AppClient);
beforeEach(() => {
  client = new FakeClient();
});

test.each([
  ["live", "live"],
  ["connecting", "connecting"],
  ["greeting", "connecting"],
  ["syncing", "connecting"],
  ["waiting", "offline"],
  ["stopped", "stopped"],
  ["signed_out", "stopped"],
] as const)("a client that is %s is shown as %s", (name, shown) => {
  const session = made();
  client.be({ name });
  expect(session.connectivity.get()).toBe(shown);
});

test("what is wrong with the store is said until there is a connection", () => {
  const session = made();
  const why = new ParleyError("storage_lost", "");
  client.tell("storage", { why });
  client.be({ name: "syncing" });
  expect(session.storage.get()).toBe(why);
  client.be({ name: "live" });
  expect(session.storage.get()).toBeUndefined();
});

describe("the chat with a person", () => {
  test("is the one that there is", async () => {
    client.known = [group({ peer: ben }), direct()];
    expect(await made().direct(ben)).toBe(withBen);
    expect(client.opened).toEqual([]);
  });

  test("is made once, also where it waits to be made", async () => {
    const session = made();
    expect(await session.direct(cleo)).toBe("made-cleo");
    const command = { kind: "createChannel", channelKind: "direct", peer: cleo } as const;
    client.waiting = [{ sendId: "s" as SendId, channel: "made-cleo" as ChannelId, order: 1, created: 1, command }];
    client.tell("queued", { entry: client.waiting[0] });
    expect(session.channel("made-cleo" as ChannelId)).toMatchObject({ kind: "direct", peer: cleo });
    expect(await session.direct(cleo)).toBe("made-cleo");
    expect(client.opened).toEqual([cleo]);
  });
});

test("a chat that the server did not want is asked for again", async () => {
  const command = { kind: "createChannel", channelKind: "direct", peer: cleo } as const;
  const failed = { sendId: "s", channel: "refused", time: 1, command, refused: "limit_reached" };
  client.stored.set("failed/refused/s", failed);
  expect(await made().direct(cleo)).toBe("made-cleo");
});

describe("one may write", () => {
  const settings = { post: "admins", add: "members", rename: "members", historyFromStart: true } as const;
  const person = (more: Partial<Profile>): Profile =>
    ({ account: ben, handle: "ben", displayName: "Ben", ...more }) as Profile;

  test("where one is a member, and nowhere that is not known", () => {
    client.known = [group(), direct()];
    const session = made();
    expect([session.mayWrite(choir), session.mayWrite(withBen)]).toEqual([true, true]);
    expect(session.mayWrite("elsewhere" as ChannelId)).toBe(false);
    client.known = [group({ role: "none" })];
    expect(session.mayWrite(choir)).toBe(false);
  });

  test("in a group of those who may, as it was told last", () => {
    client.stored.set(`info/${choir}`, { channel: choir, settings } as ChannelInfo);
    client.known = [group()];
    expect(made().mayWrite(choir)).toBe(false);
    client.known = [group({ role: "admin" })];
    expect(made().mayWrite(choir)).toBe(true);
  });

  test("to nobody who is blocked or gone", () => {
    client.known = [direct()];
    client.stored.set(`person/${ben}`, person({ isBlocked: true }));
    expect(made().mayWrite(withBen)).toBe(false);
    client.stored.set(`person/${ben}`, person({ deleted: true }));
    expect(made().mayWrite(withBen)).toBe(false);
    client.stored.set(`person/${ben}`, person({}));
    expect(made().mayWrite(withBen)).toBe(true);
  });

  test("in what is to be made, and not in what one is to join", () => {
    const entry = (channel: ChannelId, command: OutboxEntry["command"]): OutboxEntry => ({
      ...{ sendId: channel as unknown as SendId, channel, order: 1, created: 1, command },
    });
    const [trip, club] = ["trip" as ChannelId, "club" as ChannelId];
    client.waiting = [
      entry(trip, { kind: "createChannel", channelKind: "group", title: "Trip" }),
      entry(club, { kind: "join", secret: new Uint8Array(16) }),
    ];
    const session = made();
    expect([session.mayWrite(trip), session.mayWrite(club)]).toEqual([true, false]);
  });
});
