/** JavaScript to the first screen, and how long it takes to a list of 1,000 conversations. */
import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import type { Person } from "../e2e/support/people.ts";
import { expect, test } from "../e2e/support/stories.ts";
import { median, note } from "./support/figures.ts";

const channels = 1_000;
const rounds = 5;

declare global {
  var listAt: number | undefined;
}

/** Lets a page note when its list had rows and was painted, in milliseconds since its start. */
async function watchTheList(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const look = new MutationObserver(() => {
      if (document.querySelectorAll('a[href^="/c/"]').length < 5) return;
      look.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => (globalThis.listAt = performance.now())));
    });
    look.observe(document, { childList: true, subtree: true });
  });
}

async function untilTheList(page: Page): Promise<number> {
  await expect.poll(() => page.evaluate(() => globalThis.listAt)).toBeGreaterThan(0);
  return page.evaluate(() => globalThis.listAt ?? Number.NaN);
}

async function fill(person: Person): Promise<void> {
  const sends = [];
  for (let number = 1; number <= channels; number += 1) {
    sends.push(await person.client.createGroup({ title: `Group ${number}` }));
  }
  for (const { sendId, channel } of sends) {
    await person.client.outcome(sendId);
    await person.client.post(channel, { text: `The last word in ${channel}` });
  }
  await expect.poll(() => person.client.outbox().length).toBe(0);
}

test("JavaScript to the first screen", async ({ open, person }) => {
  for (const [who, what] of [
    [undefined, "signing in"],
    [await person("ana"), "the list"],
  ] as const) {
    const { page } = await open(who, { path: "/healthz" });
    // What is on its way over the network, gzipped; also what the shell asks for behind its first screen.
    const scripts = new Map<string, number>();
    page.on("response", async (response) => {
      const { pathname } = new URL(response.url());
      if (response.request().resourceType() === "script" && pathname !== "/sw.js")
        scripts.set(pathname, gzipSync(await response.body(), { level: 9 }).length);
    });
    await page.goto("/");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.waitForLoadState("networkidle");
    const total = [...scripts.values()].reduce((sum, size) => sum + size, 0);
    note(`JavaScript to the first screen, gzip: ${what}`, total / 1024, "KB", "<= 180");
  }
});

test("cold and warm start", async ({ open, person }) => {
  const ana = await person("ana");
  await fill(ana);
  const [cold, warm]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const { page } = await open(ana, { path: "/healthz" });
    await watchTheList(page);
    await page.goto("/");
    cold.push(await untilTheList(page));
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    await page.reload();
    warm.push(await untilTheList(page));
    await page.context().close();
  }
  note(`cold start to a list of ${channels} conversations`, median(cold), "ms", "<= 1000");
  note("warm start from what is on the device", median(warm), "ms", "<= 300");
});
