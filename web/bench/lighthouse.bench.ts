/** What Lighthouse says of the page to sign in, and of the app with a conversation. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { directChannel, post } from "../e2e/support/people.ts";
import { signedIn, test } from "../e2e/support/stories.ts";
import { note } from "./support/figures.ts";

const categories = { performance: "performance", accessibility: "accessibility", "best-practices": "best practices" };

const moments = {
  "first-contentful-paint": "first paint",
  "largest-contentful-paint": "largest paint",
  "total-blocking-time": "time it answered nothing",
};

interface Report {
  readonly lhr: {
    readonly categories: Record<string, { readonly score: number | null }>;
    readonly audits: Record<string, { readonly numericValue?: number }>;
    readonly runtimeError?: { readonly message: string };
  };
}
type Lighthouse = (url: string, flags: object) => Promise<Report | undefined>;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("Lighthouse", async ({ server, person, launchOptions }) => {
  // In a place of its own, which `make bench-web` fills: it is no package of the app's.
  const place = new URL("./lighthouse/node_modules/lighthouse/core/index.js", import.meta.url).href;
  const { default: lighthouse }: { default: Lighthouse } = await import(place);
  const [ana, ben] = [await person("ana"), await person("ben")];
  await post(ben, await directChannel(ana, ben), "hello", "how are you?");
  for (const who of [undefined, ana]) {
    const profile = mkdtempSync(join(tmpdir(), "parley-lighthouse-"));
    const port = await freePort();
    const context = await chromium.launchPersistentContext(profile, {
      ...launchOptions,
      args: [...(launchOptions.args ?? []), `--remote-debugging-port=${port}`],
    });
    if (who !== undefined) {
      const { cookies, localStorage: kept } = await signedIn(server.url, who);
      await context.addCookies(cookies);
      const page = await context.newPage();
      await page.goto(`${server.url}/healthz`);
      await page.evaluate((entries) => {
        for (const { name, value } of entries) localStorage.setItem(name, value);
      }, kept);
      await page.close();
    }
    const report = await lighthouse(server.url, {
      port,
      output: "json",
      logLevel: "error",
      onlyCategories: Object.keys(categories),
      disableStorageReset: who !== undefined,
    });
    if (report?.lhr.runtimeError !== undefined) throw new Error(report.lhr.runtimeError.message);
    for (const [id, name] of Object.entries(categories)) {
      const score = report?.lhr.categories[id]?.score ?? 0;
      note(`Lighthouse, ${who === undefined ? "signing in" : "the list"}: ${name}`, score * 100, "points", ">= 95");
    }
    for (const [id, name] of Object.entries(moments)) {
      note(`  ${name}, on a slow phone`, report?.lhr.audits[id]?.numericValue ?? Number.NaN, "ms");
    }
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
});
