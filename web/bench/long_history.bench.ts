/** Scrolling 10,000 messages of mixed height, and 1,000 that come at once. */
import type { Page } from "@playwright/test";
import { Conversation } from "../e2e/support/app.ts";
import { directChannel, post } from "../e2e/support/people.ts";
import { expect, test } from "../e2e/support/stories.ts";
import { note, percentile } from "./support/figures.ts";
import { framesOf, heap } from "./support/frames.ts";

const messages = 10_000;
const burst = 1_000;

const text = (number: number): string =>
  `${number}: ${"word after word ".repeat((number * number) % 37)}${number % 11 === 0 ? "\n\nwith\nlines" : ""}`;

/** Scrolls by `step` in each frame until the message with this number is on the screen. */
async function scroll(page: Page, step: number, end: number): Promise<void> {
  await page.evaluate(
    async ([by, wanted]) => {
      const log = document.querySelector<HTMLElement>("[role=log]");
      const isThere = () =>
        [...(log?.querySelectorAll("article p:first-child") ?? [])].some((p) =>
          p.textContent?.startsWith(`${wanted}: `),
        );
      while (!isThere()) {
        log?.scrollBy(0, by);
        await new Promise(requestAnimationFrame);
      }
    },
    [step, end] as const,
  );
}

test("scrolling, and a burst", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, ...Array.from({ length: messages }, (_, index) => text(index + 1)));
  const { page } = await open(ana);
  const at = await Conversation.at(page, channel);
  // One begins with the first that one has not read.
  await expect(at.bubble(/^1: /)).toBeVisible();

  const down = await framesOf(page, () => scroll(page, 400, messages));
  const up = await framesOf(page, () => scroll(page, -400, 1));
  await page.getByRole("button", { name: "To the newest message" }).click();
  await expect(at.bubble(`${messages}: `)).toBeInViewport();
  for (const [frames, what] of [
    [down, "down, as they are fetched"],
    [up, "up again"],
  ] as const) {
    note(`scrolling ${messages} messages ${what}: longest frame`, Math.max(...frames), "ms", "<= 50");
    note(`scrolling ${messages} messages ${what}: 99 of 100 frames`, percentile(frames, 0.99), "ms");
  }

  const before = await heap(page);
  const heaps: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const first = messages + round * burst;
    const frames = await framesOf(page, async () => {
      await post(ben, channel, ...Array.from({ length: burst }, (_, index) => text(first + index + 1)));
      await expect(at.bubble(`${first + burst}: `)).toBeInViewport();
    });
    if (round === 0)
      note(`${burst} messages at once in the open conversation: longest frame`, Math.max(...frames), "ms", "<= 100");
    heaps.push(await heap(page));
  }
  note("heap before the burst", before / 2 ** 20, "MB");
  note("heap after it", (heaps[0] ?? Number.NaN) / 2 ** 20, "MB");
  note("heap after two more", (heaps[2] ?? Number.NaN) / 2 ** 20, "MB");
});
