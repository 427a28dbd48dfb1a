import type { AccountId } from "@parley/sdk";
import { ParleyError } from "@parley/sdk";
import { afterEach, expect, test, vi } from "vitest";
import { People } from "./people.ts";
import type { AppClient, Profile } from "./ports.ts";

const me = "me" as AccountId;
const profile = (handle: string, displayName: string, more: Partial<Profile> = {}): Profile =>
  ({ account: handle, handle, displayName, isContact: false, deleted: false, ...more }) as Profile;

/** What this device has kept, and no network. */
function knowing(...profiles: Profile[]): People {
  const values = new Map(profiles.map((one) => [`person/${one.account}`, one]));
  const client = { me: { account: me }, on: () => {}, values: () => values, value: () => undefined };
  return new People(client as unknown as AppClient);
}
const found = (people: People, words: string) => people.find(words).map(({ handle }) => handle);

test("who is known is found by the beginning of the handle, or of any part of the name, without case and accents", () => {
  const people = knowing(profile("ben.o", "Ben Ökafor"), profile("chie", "山本 千恵"), profile("rob", "Rubén"));
  expect(found(people, "ben")).toEqual(["ben.o"]);
  expect(found(people, "@BEN.")).toEqual(["ben.o"]);
  expect(found(people, "ok")).toEqual(["ben.o"]);
  expect(found(people, "rube")).toEqual(["rob"]);
  expect(found(people, "千")).toEqual(["chie"]);
  expect(found(people, "fo")).toEqual([]);
});

test("without words there are the contacts, by name", () => {
  const people = knowing(
    profile("zed", "Adam", { isContact: true }),
    profile("ada", "Zoe", { isContact: true }),
    profile("ben", "Ben"),
  );
  expect(found(people, " ")).toEqual(["zed", "ada"]);
});

test("oneself and deleted accounts are nobody to talk to", () => {
  const people = knowing(profile("me", "Anna"), profile("ann", "Ann", { deleted: true }), profile("ana", "Ana"));
  expect(found(people, "an")).toEqual(["ana"]);
});

/** A server that answers when the test says so. */
class World {
  readonly asked: AccountId[][] = [];
  fails: ParleyError | undefined;
  readonly #listeners = new Map<string, (told: unknown) => void>();
  readonly client = {
    me: { account: me },
    state: { name: "live" },
    on: (name: string, listener: (told: never) => void) => this.#listeners.set(name, listener as () => void),
    values: () => new Map(),
    value: () => undefined,
    setValue: async () => {},
    http: {
      account: async () => ({ profile: profile("me", "Me") }),
      lookUp: async (accounts: AccountId[]) => {
        this.asked.push(accounts);
        if (this.fails !== undefined) throw this.fails;
        return accounts.map((account) => profile(account, `Name of ${account}`));
      },
    },
  };
  tell = (name: string, told: unknown) => this.#listeners.get(name)?.(told);
}
afterEach(() => vi.useRealTimers());
const ben = "ben" as AccountId;

test("whom the server did not tell of is asked for again, when it wants to be asked, and ever more seldom", async () => {
  vi.useFakeTimers();
  const world = new World();
  const people = new People(world.client as unknown as AppClient);
  world.fails = new ParleyError("overloaded", "", { retryAfterMs: 1_500 });
  expect(people.nameOf(ben)).toBe("");
  await vi.advanceTimersByTimeAsync(1_400);
  expect(world.asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(world.asked).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1_800);
  expect(world.asked).toHaveLength(2);
  world.fails = undefined;
  await vi.advanceTimersByTimeAsync(300);
  expect(people.nameOf(ben)).toBe("Name of ben");
  await vi.advanceTimersByTimeAsync(120_000);
  expect(world.asked).toHaveLength(3);
  // It answers again: the next time it is asked as soon as the first.
  world.fails = new ParleyError("overloaded", "");
  people.nameOf("cleo" as AccountId);
  await vi.advanceTimersByTimeAsync(1_100);
  expect(world.asked).toHaveLength(5);
});

test("without a connection the next one is waited for", async () => {
  vi.useFakeTimers();
  const world = new World();
  const people = new People(world.client as unknown as AppClient);
  world.client.state = { name: "waiting" };
  world.fails = new ParleyError("unreachable", "");
  people.nameOf(ben);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(world.asked).toHaveLength(1);
  world.fails = undefined;
  world.tell("synced", {});
  await vi.advanceTimersByTimeAsync(1);
  expect(people.nameOf(ben)).toBe("Name of ben");
});

test("who deletes the account is asked for anew at once", async () => {
  vi.useFakeTimers();
  const world = new World();
  const people = new People(world.client as unknown as AppClient);
  people.nameOf(ben);
  await vi.advanceTimersByTimeAsync(30);
  world.tell("events", { events: [{ account: ben, body: { kind: "memberLeft", accountDeleted: false } }] });
  await vi.advanceTimersByTimeAsync(30);
  expect(world.asked).toHaveLength(1);
  world.tell("events", { events: [{ account: ben, body: { kind: "memberLeft", accountDeleted: true } }] });
  await vi.advanceTimersByTimeAsync(30);
  expect(world.asked).toEqual([[ben], [ben]]);
});

test("those whom one looks at are asked for anew where it was not done lately, and shown meanwhile", async () => {
  vi.useFakeTimers();
  const world = new World();
  const people = new People(world.client as unknown as AppClient);
  people.nameOf(ben);
  await vi.advanceTimersByTimeAsync(30);
  people.freshen([ben], 15_000);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(world.asked).toHaveLength(1);
  people.freshen([ben], 15_000);
  expect(people.nameOf(ben)).toBe("Name of ben");
  await vi.advanceTimersByTimeAsync(30);
  expect(world.asked).toHaveLength(2);
  people.freshen([ben], 0);
  await vi.advanceTimersByTimeAsync(30);
  expect(world.asked).toHaveLength(3);
});
