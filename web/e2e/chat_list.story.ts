/** The list of chats, and what one does there. */
import type { Page } from "@playwright/test";
import { ChannelList, Conversation } from "./support/app.ts";
import { directChannel, group, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

/** Whose rows they are, from the top. */
const names = (page: Page) =>
  new ChannelList(page).rows.evaluateAll((rows) => rows.map((row) => row.querySelector("bdi")?.textContent));

async function fromMenu(page: Page, name: string, choice: string): Promise<void> {
  await new ChannelList(page).row(name).click({ button: "right" });
  await page.getByRole("menuitem", { name: choice, exact: true }).click();
  await expect(page.getByRole("menu")).toHaveCount(0);
}

test("what was said last stands above, but for what is pinned; a draft and who types are shown", async ({
  open,
  person,
}) => {
  const [ana, ben, cleo] = [await person("ana"), await person("ben"), await person("cleo")];
  const withBen = await directChannel(ana, ben);
  const withCleo = await directChannel(ana, cleo);
  const choir = await group("Choir", ana, ben, cleo);
  const { page } = await open(ana);
  const list = new ChannelList(page);
  await expect.poll(() => names(page)).toEqual(["Choir", "Cleo", "Ben", "Notes to myself"]);
  await post(ben, withBen, "up");
  await expect.poll(() => names(page)).toEqual(["Ben", "Choir", "Cleo", "Notes to myself"]);
  await fromMenu(page, "Cleo", "Pin");
  await expect.poll(() => names(page)).toEqual(["Cleo", "Ben", "Choir", "Notes to myself"]);
  await expect(list.row("Cleo").getByLabel("Pinned")).toBeVisible();
  await post(cleo, choir, "higher");
  await expect.poll(() => names(page)).toEqual(["Cleo", "Choir", "Ben", "Notes to myself"]);
  await expect(list.row("Choir")).toContainText(/Cleo:\s*higher/);

  cleo.client.typing(choir, true);
  await expect(list.row("Choir")).toContainText("Cleo is typing …");
  ben.client.typing(choir, true);
  await expect(list.row("Choir")).toContainText("Cleo and Ben are typing …");
  ben.client.typing(choir, false);
  cleo.client.typing(choir, false);
  await expect(list.row("Choir")).toContainText(/Cleo:\s*higher/);
  ben.client.typing(withBen, true);
  await expect(list.row("Ben")).toContainText("is typing …");
  await post(ben, withBen, "there");
  await expect(list.row("Ben")).toContainText("there");

  const at = await Conversation.at(page, withCleo);
  await at.composer.fill("to be said");
  await list.choose("Choir");
  const cleos = page.locator(`a[href="/c/${withCleo}"]`);
  await expect(cleos).toContainText(/Draft:\s*to be said/);
  await cleos.click();
  await at.composer.press("Enter");
  await expect(cleos.locator("[data-tick]")).toHaveAttribute("data-tick", /sent|delivered/);
  await expect(cleos).toContainText("to be said");

  // The page stays open until tomorrow.
  await expect(at.log.getByText("Today")).toBeVisible();
  await page.clock.setSystemTime(Date.now() + 24 * 3_600_000);
  await page.evaluate(() => void document.dispatchEvent(new Event("visibilitychange")));
  await expect(list.row("Choir")).toContainText("Yesterday");
  await expect(at.log.getByText("Yesterday")).toBeVisible();
});

test("a chat is marked unread, muted, archived and found again, on all devices", async ({ open, person }) => {
  const [ana, ben, cleo] = [await person("ana"), await person("ben"), await person("cleo")];
  const withBen = await directChannel(ana, ben);
  await directChannel(ana, cleo);
  const { page } = await open(ana);
  const other = await open(ana);
  const [list, elsewhere] = [new ChannelList(page), new ChannelList(other.page)];
  await fromMenu(page, "Ben", "Mark as unread");
  await expect(list.row("Ben").getByLabel("Marked as unread")).toBeVisible();
  await expect(elsewhere.row("Ben").getByLabel("Marked as unread")).toBeVisible();
  await expect(page).toHaveTitle("(1) Parley");
  await list.choose("Ben");
  await expect(elsewhere.row("Ben").getByLabel("Marked as unread")).toHaveCount(0);
  await expect(page).toHaveTitle("Parley");
  await page.goto("/");

  await fromMenu(page, "Ben", "Mute");
  await expect(elsewhere.row("Ben").getByLabel("Muted")).toBeVisible();
  await post(ben, withBen, "quiet");
  await expect(list.row("Ben").getByLabel("1 unread message")).toBeVisible();
  await expect(page).toHaveTitle("Parley");

  await fromMenu(page, "Ben", "Archive");
  await expect(list.row("Ben")).toHaveCount(0);
  await expect(elsewhere.row("Ben")).toHaveCount(0);
  await post(ben, withBen, "still quiet");
  await page.getByRole("button", { name: "Archived", exact: false }).click();
  await expect(list.row("Ben")).toContainText("still quiet");
  await expect(list.row("Cleo")).toHaveCount(0);
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.getByLabel("Filter chats").fill("BÉN");
  await expect(list.row("Ben")).toBeVisible();
  await fromMenu(page, "Ben", "Take out of the archive");
  await page.getByLabel("Filter chats").fill("");
  await expect(list.row("Ben")).toBeVisible();
  await page.getByRole("button", { name: /^Unread/ }).click();
  await expect(list.rows).toHaveCount(1);
  await fromMenu(page, "Ben", "Mark as read");
  await expect(list.rows).toHaveCount(0);
  await page.getByRole("button", { name: "All", exact: true }).click();
  await expect(elsewhere.row("Ben").getByLabel("2 unread messages")).toHaveCount(0);

  await post(ben, withBen, "and more");
  await fromMenu(page, "Cleo", "Mark as unread");
  await expect(list.row("Cleo").getByLabel("Marked as unread")).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("mark everything");
  await page.keyboard.press("Enter");
  for (const at of [list, elsewhere]) {
    await expect(at.row("Cleo").getByLabel("Marked as unread")).toHaveCount(0);
    await expect(at.row("Ben").getByLabel("1 unread message")).toHaveCount(0);
  }
});

test("the address of a chat that one is not in says so, and leads back to the list", async ({ open, person }) => {
  const { page } = await open(await person("ana"), { path: "/c/00000000-0000-7000-8000-000000000000" });
  await expect(page.getByText("This conversation does not exist, or you are not in it.")).toBeVisible();
  await expect(new Conversation(page).composer).toHaveCount(0);
  await expect(page.getByText("Somebody", { exact: true })).toHaveCount(0);
  await page.getByRole("button", { name: "All chats" }).click();
  await expect(page).toHaveURL(/\/$/);
});

test("who is spoken to in a group sees so, and mentions others by their names", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const choir = await group("Choir", ana, ben);
  const { page } = await open(ana);
  const bens = await open(ben, { path: `/c/${choir}` });
  const list = new ChannelList(page);
  const his = new Conversation(bens.page);
  await his.composer.pressSequentially("Are you there, @an");
  await bens.page.getByRole("option", { name: /Ana/ }).click();
  await his.composer.press("Enter");
  await expect(list.row("Choir").getByLabel("You are mentioned once")).toBeVisible();
  await expect(list.row("Choir").getByLabel("1 unread message")).toBeVisible();
  const hers = await list.choose("Choir");
  await expect(hers.bubble("Are you there, @Ana")).toBeVisible();
  await expect(list.row("Choir").getByLabel("You are mentioned once")).toHaveCount(0);
});

test("somebody new is shown how to begin", async ({ open, person }) => {
  const ana = await person("ana");
  const { page } = await open(ana);
  await expect(page.getByText("No chats yet")).toBeVisible();
  await expect(new ChannelList(page).row("Notes to myself")).toBeVisible();
  await page.getByRole("navigation").getByRole("button", { name: "New chat" }).click();
  await expect(page.getByLabel("Name or handle")).toBeFocused();
});
