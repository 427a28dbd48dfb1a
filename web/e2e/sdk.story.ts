/** What the SDK promises in a browser: its store, its cookie, its outbox. */
import { sdkPage } from "./support/build_sdk_page.ts";
import { directChannel, post, texts } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test.use({ serverOptions: { webDir: sdkPage } });

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

test("signs up, is told live, and is still signed in after a reload, with no token where a script finds it", async ({
  open,
  person,
}) => {
  const ben = await person("ben");
  const { page } = await open(undefined);
  expect(await page.evaluate(() => sdk.state)).toBe("nobody");
  await page.evaluate(async () => {
    await sdk.parley.signUp({ handle: "ana", password: "correct horse", displayName: "Ana" });
  });
  await expect.poll(() => page.evaluate(() => sdk.state)).toBe("live");
  const ana = await page.evaluate(() => sdk.parley.client?.me?.account);
  const channel = await directChannel(ben, { ...ben, account: ana ?? ben.account });
  await post(ben, channel, "hello", "Ana");
  await expect.poll(() => page.evaluate((at) => sdk.texts(at), channel)).toEqual(["hello", "Ana"]);

  await page.reload();
  await expect.poll(() => page.evaluate(() => sdk.state)).toBe("live");
  const kept = await page.evaluate(() => JSON.stringify(localStorage) + document.cookie);
  expect(kept).not.toMatch(/token/i);

  await page.evaluate(() => sdk.parley.signOut());
  await page.reload();
  expect(await page.evaluate(() => sdk.state)).toBe("nobody");
  expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
});

test("keeps what was written without a network over a reload, and sends it once and in order", async ({
  open,
  person,
  server,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page, network } = await open(ana);
  await expect.poll(() => page.evaluate(() => sdk.state)).toBe("live");
  await server.kill();
  await page.evaluate(async (at) => {
    for (let number = 1; number <= 20; number += 1) await sdk.post(at, String(number));
  }, channel);
  expect(await page.evaluate(() => sdk.waiting)).toBe(20);
  await server.run();
  // In the middle of a frame, again and again.
  network.shape({ breakAfterBytes: 6_000 });
  network.breakAll();
  await page.reload();
  await expect.poll(() => page.evaluate(() => sdk.state)).not.toBe("nobody");
  network.shape({});
  network.breakAll();
  await expect.poll(() => page.evaluate(() => sdk.waiting)).toBe(0);
  await expect.poll(() => texts(ben, channel)).toEqual(numbers(1, 20));
  await expect.poll(() => page.evaluate((at) => sdk.texts(at), channel)).toEqual(numbers(1, 20));
});

test("keeps the app's own values over a reload", async ({ open, person }) => {
  const { page } = await open(await person("ana"));
  await expect.poll(() => page.evaluate(() => sdk.state)).toBe("live");
  await page.evaluate(() => sdk.parley.client?.setValue("draft/1", { text: "so far" }));
  await page.reload();
  const kept = page.evaluate(async () => {
    await sdk.parley.client?.loaded;
    return sdk.parley.client?.value("draft/1");
  });
  expect(await kept).toEqual({ text: "so far" });
});

test("runs in a worker", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page } = await open(undefined);
  await page.evaluate((credentials) => sdk.startWorker(credentials), { handle: ana.handle, password: ana.password });
  await expect.poll(() => page.evaluate(() => sdk.worked)).toContain("live");
  await post(ben, channel, "hello");
  await expect.poll(() => texts(ben, channel)).toEqual(["hello", "hello, says the worker"]);
  await expect.poll(() => page.evaluate(() => sdk.worked)).toContain("posted");
});

for (const first of ["page", "worker"] as const) {
  test(`a page and a worker share one store and one connection, the ${first} first: nothing is lost, nothing said twice`, async ({
    open,
    person,
  }) => {
    const [ana, ben] = [await person("ana"), await person("ben")];
    const channel = await directChannel(ana, ben);
    const { page, network } = await open(undefined);
    const { handle, password } = ana;
    const pageSignsIn = async () => {
      await page.evaluate(async (credentials) => void (await sdk.parley.signIn(credentials)), { handle, password });
      await expect.poll(() => page.evaluate(() => sdk.state)).toBe("live");
    };
    const workerSignsIn = async () => {
      await page.evaluate(
        (credentials) => {
          sdk.startWriter();
          sdk.tellWriter({ kind: "signIn", ...credentials });
        },
        { handle, password },
      );
      await expect.poll(() => page.evaluate(() => sdk.wrote.at(-1))).toBe("live");
    };
    if (first === "page") await pageSignsIn();
    await workerSignsIn();
    if (first === "worker") await pageSignsIn();

    const say = (by: string, count: number) => Array.from({ length: count }, (_, at) => `${by} ${at}`);
    const [ours, workers, bens] = [say("page", 20), say("worker", 20), say("ben", 20)];
    // What is on its way when the worker dies may have got there or not.
    network.shape({ delayMs: 30 });
    await page.evaluate(([at, texts]) => sdk.tellWriter({ kind: "post", channel: at, texts }), [
      channel,
      workers,
    ] as const);
    const posting = page.evaluate(
      async ([at, texts]) => {
        for (const text of texts) await sdk.post(at, text);
      },
      [channel, ours] as const,
    );
    const said = post(ben, channel, ...bens);
    await expect.poll(() => page.evaluate(() => sdk.wrote)).toContain("queued worker 19");
    await page.evaluate(() => sdk.killWriter());
    await posting;
    await said;

    await expect.poll(() => page.evaluate(() => sdk.waiting)).toBe(0);
    const all = [...ours, ...workers, ...bens].sort();
    await expect.poll(async () => [...(await texts(ben, channel))].sort()).toEqual(all);
    const inOrder = await texts(ben, channel);
    for (const [by, own] of [
      ["page", ours],
      ["worker", workers],
      ["ben", bens],
    ] as const) {
      expect(inOrder.filter((text) => text.startsWith(by))).toEqual(own);
    }
    await expect.poll(() => page.evaluate((at) => sdk.texts(at), channel)).toEqual(inOrder);
    expect(await page.evaluate(() => sdk.state)).toBe("live");
    expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(1);
  });
}
