/** The app starts without a network, and a new version of it waits until it is wanted. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installed } from "./support/app.ts";
import { builtApp } from "./support/server.ts";
import { expect, test } from "./support/stories.ts";

test("any page of the app opens while the server cannot be reached", async ({ open }) => {
  const { page, network } = await open(undefined);
  await installed(page);
  network.cut();
  for (const path of ["/", "/settings", "/c/0190a7d2-8f6e-7bd6-9c0a-2f1f5f3c9e11"]) {
    await page.goto(path);
    await expect(page).toHaveTitle(/Parley/);
    expect(await page.evaluate(() => document.querySelector("#root") !== null)).toBe(true);
  }
  // What is not the app's has no answer from it.
  const asked = await page.evaluate(() => fetch("/v1/account").catch((error: Error) => error.name));
  expect(asked).toBe("TypeError");
});

test("is something that browsers install, with icons that are there", async ({ open }) => {
  const { page, network } = await open(undefined);
  const href = await page.locator("link[rel=manifest]").getAttribute("href");
  const answer = await page.request.get(network.url + href);
  expect(answer.headers()["content-type"]).toBe("application/manifest+json");
  const { icons, start_url, display } = await answer.json();
  expect({ start_url, display }).toEqual({ start_url: "/", display: "standalone" });
  expect(new Set(icons.map((icon: { purpose: string }) => icon.purpose))).toEqual(new Set(["any", "maskable"]));
  for (const { src, sizes, type } of icons) {
    const size = await page.evaluate(async (path) => {
      const image = await createImageBitmap(await (await fetch(path)).blob());
      return `${image.width}x${image.height}`;
    }, src);
    expect(size, src).toBe(sizes);
    expect((await page.request.get(network.url + src)).headers()["content-type"]).toBe(type);
  }
});

test.describe("when the server has a new version", () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-app-"));
  test.use({ serverOptions: { webDir: folder } });
  test.beforeAll(() => cpSync(builtApp(), folder, { recursive: true }));
  test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("an open page stays as it is until it is told to change, and all its tabs change together", async ({
    open,
    server,
  }) => {
    const { page, tab } = await open(undefined);
    await installed(page);
    const other = await tab();
    await server.kill();
    const edit = (name: string, change: (text: string) => string): void =>
      writeFileSync(join(folder, name), change(readFileSync(join(folder, name), "utf8")));
    edit("index.html", (text) => text.replace("<title>", "<title>New "));
    edit("sw.js", (text) => text.replace(/"version":"\w+"/, '"version":"new"'));
    await server.run();

    const waits = () =>
      page.evaluate(async () => {
        const registration = await navigator.serviceWorker.ready;
        await registration.update();
        return registration.waiting !== null;
      });
    await expect.poll(waits).toBe(true);
    await page.reload();
    await expect(page).not.toHaveTitle(/New/);

    await page.evaluate(async () => (await navigator.serviceWorker.ready).waiting?.postMessage("apply"));
    await expect(page).toHaveTitle(/New/);
    await expect(other).toHaveTitle(/New/);
    const caches = await page.evaluate(async () => (await globalThis.caches.keys()).join());
    expect(caches).toBe("parley-shell-new");
  });
});
