/** A small telephone, and one thumb. */
import type { Locator, Page } from "@playwright/test";
import { ChannelList, Conversation } from "./support/app.ts";
import { directChannel, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

const browser = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

const fits = async (page: Page) => {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
};

/** Holds a finger on it until `shown` is there. */
async function holdUntil(page: Page, target: Locator, shown: Locator): Promise<void> {
  const box = await target.boundingBox();
  if (box === null) throw new Error("not on the screen");
  const session = await page.context().newCDPSession(page);
  const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }];
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
  await expect(shown).toBeVisible();
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await session.detach();
}

test("one goes from the list to a conversation and back, and nothing stands out of the screen", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben", "Ben with a very long name indeed")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "Are you on the train?", `See ${"https://example.org/".padEnd(300, "x")}`);
  const { page } = await open(ana, { browser });
  const list = new ChannelList(page);
  await expect(list.row("Ben")).toBeVisible();
  await fits(page);
  await list.row("Ben").tap();
  const at = new Conversation(page);
  await expect(at.composer).toBeVisible();
  await expect(list.row("Ben")).not.toBeInViewport();
  await expect(at.bubble("Are you on the train?")).toBeInViewport();
  await fits(page);
  // The screen's keyboard would cover what was said: it comes when it is asked for.
  await expect(at.composer).not.toBeFocused();
  await at.composer.tap();
  await page.setViewportSize({ width: 360, height: 420 });
  await expect(at.composer).toBeInViewport({ ratio: 1 });
  await expect(at.bubble("example.org")).toBeInViewport();
  await at.composer.fill("Yes, almost there");
  await page.getByRole("button", { name: "Send" }).tap();
  await expect(at.bubble("almost there")).toBeInViewport({ ratio: 0.9 });
  await expect(at.composer).toBeFocused();
  await page.setViewportSize(browser.viewport);
  await page.getByRole("button", { name: "Back" }).tap();
  await expect(list.row("Ben")).toContainText("Yes, almost there");
  await expect(at.composer).not.toBeInViewport();
  await list.row("Ben").tap();
  await expect(at.composer).toBeInViewport();
  await page.goBack();
  await expect(list.row("Ben")).toBeInViewport();
  for (const path of ["/settings", "/settings/privacy", "/settings/devices", "/settings/data", `/c/${channel}/info`]) {
    await page.goto(path);
    await expect(page.getByRole("heading").first()).toBeVisible();
    await fits(page);
  }
});

test("a long press opens what can be done: answer, react, mute", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "one", "two");
  const { page } = await open(ana, { browser });
  const list = new ChannelList(page);
  await expect(list.row("Ben")).toBeVisible();
  await holdUntil(page, list.row("Ben"), page.getByRole("menuitem", { name: "Mute" }));
  await page.getByRole("menuitem", { name: "Mute" }).tap();
  await expect(list.row("Ben").getByLabel("Muted")).toBeVisible();
  // The press was no tap.
  await expect(page).toHaveURL(/\/$/);

  await list.row("Ben").tap();
  const at = new Conversation(page);
  await expect(at.bubble("two")).toBeVisible();
  await holdUntil(page, at.bubble("two").locator("p"), page.getByRole("menuitem", { name: "Reply" }));
  await page.getByRole("menuitem", { name: "Reply" }).tap();
  await at.composer.fill("to the second");
  await page.getByRole("button", { name: "Send" }).tap();
  await expect(at.bubble("to the second").getByRole("button", { name: /two/ })).toBeVisible();
  await holdUntil(page, at.bubble("one").locator("p"), page.getByRole("menuitemcheckbox", { name: "❤️" }));
  await page.getByRole("menuitemcheckbox", { name: "❤️" }).tap();
  await expect(at.bubble("one").getByRole("button", { name: /❤️ from You/ })).toBeVisible();
});
