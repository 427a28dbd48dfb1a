/** What several tabs of one browser are together: one device with one connection, whichever of them is there. */
import type { Page } from "@playwright/test";
import { sdkPage } from "./support/build_sdk_page.ts";
import { directChannel, post, texts } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test.use({ serverOptions: { webDir: sdkPage } });

const isLive = (page: Page) => expect.poll(() => page.evaluate(() => sdk.state)).toBe("live");
const shows = (page: Page, channel: string, expected: string[]) =>
  expect.poll(() => page.evaluate((at) => sdk.texts(at), channel)).toEqual(expected);

test("share one connection, show the same, and go on when the one that had it is closed", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page: first, tab } = await open(ana);
  await isLive(first);
  const second = await tab();
  await isLive(second);
  const third = await tab();
  await isLive(third);
  // Only who leads holds the lock, and only who leads connects.
  expect(await first.evaluate(() => navigator.locks.query().then((locks) => locks.pending?.length))).toBe(2);

  await post(ben, channel, "one");
  await second.evaluate((at) => sdk.post(at, "two"), channel);
  for (const page of [first, second, third]) await shows(page, channel, ["one", "two"]);

  await first.close();
  await third.evaluate((at) => sdk.post(at, "three"), channel);
  await shows(second, channel, ["one", "two", "three"]);
  await post(ben, channel, "four");
  for (const page of [second, third]) await shows(page, channel, ["one", "two", "three", "four"]);
  expect(await texts(ben, channel)).toEqual(["one", "two", "three", "four"]);
});

test("lose and double nothing while tabs are closed and opened in the middle of sending", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page, tab } = await open(ana);
  await isLive(page);
  let leader = page;
  let other = await tab();
  await isLive(other);
  const expected: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    const said = Array.from({ length: 20 }, (_, index) => `${round}.${index}`);
    expected.push(...said);
    const sending = other.evaluate(
      async ([at, list]) => {
        for (const text of list) await sdk.post(at, text);
      },
      [channel, said] as const,
    );
    await leader.close();
    await sending;
    leader = other;
    other = await tab();
    await isLive(other);
  }
  await expect.poll(() => other.evaluate(() => sdk.waiting)).toBe(0);
  await expect.poll(() => texts(ben, channel)).toEqual(expected);
  await shows(other, channel, expected);
});

test("replace a tab that is stuck while it leads, and have it back when it is not", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page: stuck, tab } = await open(ana);
  await isLive(stuck);
  const other = await tab();
  await isLive(other);
  const devtools = await stuck.context().newCDPSession(stuck);
  await devtools.send("Debugger.enable");
  await devtools.send("Debugger.pause");
  // The next thing that the page does stops it.
  await post(ben, channel, "anybody there?");
  await other.evaluate((at) => sdk.post(at, "I am"), channel);
  await shows(other, channel, ["anybody there?", "I am"]);
  await devtools.send("Debugger.resume");
  await devtools.send("Debugger.disable");
  await shows(stuck, channel, ["anybody there?", "I am"]);
  await stuck.evaluate((at) => sdk.post(at, "so am I"), channel);
  for (const page of [stuck, other]) await shows(page, channel, ["anybody there?", "I am", "so am I"]);
});

test("sign out together", async ({ open, person }) => {
  const ana = await person("ana");
  const { page, tab } = await open(ana);
  await isLive(page);
  const other = await tab();
  await isLive(other);
  await other.evaluate(() => sdk.parley.signOut());
  await expect.poll(() => page.evaluate(() => sdk.state)).toBe("nobody");
  await expect.poll(() => other.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
});

test("keep what waits when what they stored is deleted under them", async ({ open, person, server }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "one");
  const { page, tab } = await open(ana);
  await isLive(page);
  const other = await tab();
  await shows(other, channel, ["one"]);
  await server.kill();
  await other.evaluate((at) => sdk.post(at, "two"), channel);
  await page.evaluate(() => sdk.parley.client?.setValue("draft", "so far"));
  await expect.poll(() => page.evaluate(() => sdk.waiting)).toBe(1);
  await other.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name ?? "");
  });
  await other.evaluate((at) => sdk.post(at, "three"), channel);
  await server.run();
  await expect.poll(() => texts(ben, channel)).toEqual(["one", "two", "three"]);
  for (const each of [page, other]) await shows(each, channel, ["one", "two", "three"]);
  await page.close();
  await other.reload();
  await shows(other, channel, ["one", "two", "three"]);
  expect(await other.evaluate(() => sdk.parley.client?.value("draft"))).toBe("so far");
});
