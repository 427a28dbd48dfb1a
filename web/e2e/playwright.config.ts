import { fileURLToPath } from "node:url";
import { defineConfig, type ReporterDescription } from "@playwright/test";
import type { ServerOptions } from "./support/server.ts";

const built = (path: string): string => fileURLToPath(new URL(`../../build/${path}`, import.meta.url));
const junit = process.env.PARLEY_JUNIT;

// Stories of people with the app, in Debian's Chromium against a real parleyd: `make stories`, or
// PARLEY_BIN=build/release/bin npx playwright test -c web/e2e.
export default defineConfig<{ serverOptions: ServerOptions }>({
  testDir: ".",
  testMatch: "**/*.story.ts",
  outputDir: built("web-e2e/failures"),
  globalSetup: "./support/build_sdk_page.ts",
  workers: 2,
  forbidOnly: true,
  // In the whole suite once more, and told as "flaky": which is a defect to look into, of the app or of the story.
  retries: junit === undefined ? 0 : 1,
  // How long something may take that happens at once on a quiet machine.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [
    ["list"],
    ...(junit === undefined ? [] : [["junit", { outputFile: junit }] satisfies ReporterDescription]),
  ],
  use: {
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.PARLEY_CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
