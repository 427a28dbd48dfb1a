/** Escape ends one thing at a time, the innermost first, wherever the focus is. */
import type { Page } from "@playwright/test";
import { Conversation } from "./support/app.ts";
import { directChannel, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

async function choose(at: Conversation, message: string, entry: string): Promise<void> {
  await at.bubble(message).locator("[data-seq]").click({ button: "right" });
  await at.page.getByRole("menuitem", { name: entry }).click();
  await expect(at.page.getByRole("menu")).toHaveCount(0);
}

/** Nothing has the focus. */
const blur = (page: Page) => page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
const atHome = /\/$/;

test("a menu, the picker, the completion, then what is answered, then the conversation", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "one", "two");
  const { page } = await open(ana);
  const { keyboard } = page;
  const at = await Conversation.at(page, channel);
  const strip = page.getByText("Reply to");
  await choose(at, "one", "Reply");
  await expect(strip).toBeVisible();

  await at.bubble("two").locator("[data-seq]").click({ button: "right" });
  await expect(page.getByRole("menu")).toBeVisible();
  await keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
  await expect(strip).toBeVisible();

  const picker = page.getByRole("dialog", { name: "Emoji" });
  for (const leave of [() => blur(page), () => at.log.focus(), () => at.composer.focus(), async () => {}]) {
    await page.getByRole("button", { name: "Emoji", exact: true }).click();
    await expect(picker).toBeVisible();
    await leave();
    await keyboard.press("Escape");
    await expect(picker).toHaveCount(0);
    await expect(strip).toBeVisible();
  }

  // A press beside it does the same; the composer is not beside it.
  await page.getByRole("button", { name: "Emoji", exact: true }).click();
  await at.composer.click();
  await expect(picker).toBeVisible();
  await at.bubble("one").click();
  await expect(picker).toHaveCount(0);
  await expect(strip).toBeVisible();

  await at.composer.pressSequentially("well :tad");
  await expect(page.getByRole("option").first()).toBeVisible();
  await keyboard.press("Escape");
  await expect(page.getByRole("option")).toHaveCount(0);
  await expect(strip).toBeVisible();

  await at.log.focus();
  await keyboard.press("Escape");
  await expect(strip).toHaveCount(0);
  await expect(at.composer).toHaveValue("well :tad");
  await keyboard.press("Escape");
  await expect(page).toHaveURL(atHome);
});

test("choosing several messages, wherever the focus is", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "one", "two");
  const { page } = await open(ana);
  const { keyboard } = page;
  const at = await Conversation.at(page, channel);
  const box = at.bubble("one").getByRole("checkbox");
  for (const leave of [
    () => blur(page),
    () => at.log.focus(),
    () => box.check(),
    () => at.bubble("two").click(),
    () => page.getByLabel("Filter chats").focus(),
  ]) {
    await choose(at, "two", "Select");
    await expect(page.getByText("1 selected")).toBeVisible();
    await leave();
    await keyboard.press("Escape");
    await expect(at.composer).toBeVisible();
    await expect(at.bubbles.getByRole("checkbox")).toHaveCount(0);
    await expect(page).toHaveURL(new RegExp(channel));
  }

  // A question about them is answered first.
  await choose(at, "two", "Select");
  await page.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByText("1 selected")).toBeVisible();
  await keyboard.press("Escape");
  await expect(at.composer).toBeVisible();
  await keyboard.press("Escape");
  await expect(page).toHaveURL(atHome);
});

test("what was looked for, then the search", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "where is the key");
  const { page } = await open(ana);
  const { keyboard } = page;
  await Conversation.at(page, channel);
  const filter = page.getByLabel("Filter chats");
  await filter.fill("nobody");
  await expect(page.getByRole("link", { name: /^Ben/ })).toHaveCount(0);
  await keyboard.press("Escape");
  await expect(filter).toHaveValue("");
  await expect(page).toHaveURL(new RegExp(channel));
  await keyboard.press("Escape");
  await expect(page).toHaveURL(atHome);

  await keyboard.press("Control+Shift+f");
  const field = page.getByLabel("Search in messages", { exact: true });
  await field.fill("key");
  const hit = page.getByRole("main").getByRole("link", { name: /where is the key/ });
  await hit.focus();
  await keyboard.press("Escape");
  await expect(field).toHaveValue("");
  await expect(field).toBeFocused();
  await expect(page).toHaveURL(/\/search$/);
  await keyboard.press("Escape");
  await expect(page).toHaveURL(atHome);
});
