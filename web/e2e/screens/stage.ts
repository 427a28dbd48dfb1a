/** Going from screen to screen in one page, and looking closely at each. */
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect } from "../support/stories.ts";

const pictures = fileURLToPath(new URL("../../../build/web-e2e/screens/", import.meta.url));

/** To another page of the app as its own links do, without loading anything. */
export async function go(page: Page, path: string): Promise<void> {
  // On a phone the entry of what was open goes from the history a moment after it was closed.
  await page.waitForFunction(() => history.state?.over !== true);
  await page.evaluate((to) => {
    history.pushState({ within: true }, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  }, path);
}

/** Closes whatever stands over the screen. */
export async function tidy(page: Page): Promise<void> {
  const over = page.locator("dialog[open], [role=menu], [role=dialog]");
  for (let tries = 0; (await over.count()) > 0 && tries < 5; tries++) {
    await page.keyboard.press("Escape");
    await page.waitForTimeout(0);
  }
  await expect(over).toHaveCount(0);
  // What is being chosen is over the screen, too, and no dialog.
  if ((await page.locator("[role=log] input[type=checkbox]").count()) > 0) await page.keyboard.press("Escape");
}

/** Nothing is on its way any more. */
export async function isSettled(page: Page): Promise<void> {
  await expect(page.locator("h2:visible, main h1:visible, main input:visible").first()).toBeVisible();
  await expect(page.locator('[aria-busy="true"]:visible')).toHaveCount(0);
  // What is under the pointer by chance has no tip.
  await page.mouse.move(0, 0);
  await page.evaluate(async () => {
    await document.fonts.ready;
    const finite = document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations === 1);
    await Promise.all(finite.map((one) => one.finished.catch(() => undefined)));
  });
}

export async function picture(page: Page, name: string): Promise<void> {
  // Where one comes from by keys, and not how it looks.
  await page.evaluate(() => {
    const { activeElement: at } = document;
    if (at instanceof HTMLElement && at.closest("dialog, [role=menu], article") === null && at.matches("a, button"))
      at.blur();
  });
  await page.screenshot({ path: `${pictures}${name}.png`, animations: "disabled" });
}

/** What is wrong with what is on the screen: what axe finds, and what is wider than the screen. */
export async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .options({
      rules: {
        "target-size": { enabled: true },
        // What opens over the page, such as a menu, is of no landmark.
        region: { enabled: false },
      },
    })
    .analyze();
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, any, all, none }) => `${id} ${target} ${[...any, ...all, ...none][0]?.message ?? ""}`),
  );
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (tooWide > 0) found.push(`The page is ${tooWide} px wider than the screen`);
  return found;
}

/** In pictures, the seconds before `made` in which a world was made look like the hours of a day. */
export function stretchTimes(made: number): void {
  const getter = Object.getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, "format")?.get;
  if (getter === undefined) return;
  const [minuteMs, shown] = [60_000, new Date(made).setHours(18, 42, 0, 0)];
  Object.defineProperty(Intl.DateTimeFormat.prototype, "format", {
    get(this: Intl.DateTimeFormat) {
      const format = getter.call(this) as (time: number | Date) => string;
      return (time: number | Date) => {
        const ago = made - Number(time);
        return format(Math.abs(ago) > 10 * minuteMs ? time : shown - (ago > 0 ? ago * 5_000 : ago));
      };
    },
  });
}
