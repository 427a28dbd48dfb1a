import type { AccountId } from "@parley/sdk";
import { expect, test } from "vitest";
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
