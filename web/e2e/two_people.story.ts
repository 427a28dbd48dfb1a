/** Two people sign up, find each other, and chat. */
import { ChannelList, Conversation } from "./support/app.ts";
import { directChannel } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("somebody signs up on the page and is told what is wrong where it is", async ({ open, person }) => {
  await person("ben");
  const { page } = await open(undefined, { path: "/sign-up" });
  await page.getByLabel("Your name").fill("Ana Lima");
  await page.getByLabel("Handle").fill("ben");
  await page.getByLabel("Password", { exact: true }).fill("correct horse");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("That handle is taken")).toBeVisible();
  await expect(page.getByLabel("Handle")).toBeFocused();
  await page.getByLabel("Handle").fill("ana");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByLabel("Password", { exact: true })).toHaveCount(0);
  await page.reload();
  await expect(page.getByLabel("Password", { exact: true })).toHaveCount(0);
});

test("what one says is there for the other, with typing and ticks on the way", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  // Delivered would be what their other devices have.
  await ana.close();
  await ben.close();
  const anas = await open(ana);
  const at = await Conversation.at(anas.page, channel);
  await at.say("Are you coming tonight?");
  await at.shows("Are you coming tonight?");
  await at.showsTick("tonight", "sent");

  const bens = await open(ben);
  const list = new ChannelList(bens.page);
  await expect(list.row("Ana")).toContainText("Are you coming tonight?");
  await at.showsTick("tonight", "delivered");
  const his = await list.choose("Ana");
  await his.shows("Are you coming tonight?");
  await bens.page.bringToFront();
  await at.showsTick("tonight", "read");

  await his.composer.pressSequentially("Ye");
  await expect(anas.page.getByText(/typing/i).first()).toBeVisible();
  await his.say("Yes!");
  await at.shows("Are you coming tonight?", "Yes!");
  await expect(anas.page.getByText(/typing/i)).toHaveCount(0);
});

test("what comes while one looks elsewhere is counted, until it is read", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page } = await open(ana);
  const list = new ChannelList(page);
  await expect(list.row("Ben")).toBeVisible();
  for (const text of ["one", "two", "three"]) await ben.client.post(channel, { text });
  await expect(list.row("Ben").getByText("3", { exact: true })).toBeVisible();
  const at = await list.choose("Ben");
  await at.shows("one", "two", "three");
  await expect(list.row("Ben").getByText("3", { exact: true })).toHaveCount(0);
});
