import { defineConfig } from "@playwright/test";
import stories from "../e2e/playwright.config.ts";

// What the app takes, in Debian's Chromium against a real parleyd: `make bench-web`. It prints; nothing is asserted.
export default defineConfig({
  ...stories,
  testDir: ".",
  testMatch: "**/*.bench.ts",
  outputDir: "../../build/bench-web/failures",
  globalSetup: "./support/begin.ts",
  globalTeardown: "./support/print.ts",
  reporter: [["line"]],
  // One after the other: nothing else is to take the machine.
  workers: 1,
  timeout: 600_000,
  expect: { timeout: 120_000 },
});
