/** What others see of somebody who calls themselves otherwise, without loading anything again. */
import { ChannelList, Conversation } from "./support/app.ts";
import { directChannel, group, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("a new name is there once one looks at the person, opens the conversation, or comes back to the app", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const trip = await group("Trip", ana, ben);
  await post(ana, channel, "hello");
  const { page } = await open(ben, { path: "about:blank" });
  await page.clock.install();
  await page.goto("/");
  const list = new ChannelList(page);
  const rename = (displayName: string) => ana.client.http.changeAccount({ displayName });
  const later = () => page.clock.fastForward(20_000);
  await expect(list.row("Ana")).toBeVisible();

  await rename("Ana Lima");
  await list.row("Ana").click();
  await page.getByRole("button", { name: "About this chat" }).click();
  await expect(page.getByRole("heading", { name: "Ana Lima" })).toBeVisible();
  await expect(list.row("Ana Lima")).toBeVisible();

  await rename("Ana Maria");
  await later();
  await Conversation.at(page, channel);
  await expect(list.row("Ana Maria")).toBeVisible();
  await list.choose("Notes to myself");
  await rename("Dr. Lima");
  await later();
  await page.locator(`a[href="/c/${channel}"]`).click();
  await expect(list.row("Dr. Lima")).toBeVisible();

  await rename("Prof. Lima");
  await later();
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await expect(list.row("Prof. Lima")).toBeVisible();

  await rename("Ana again");
  await later();
  await page.goto("about:blank");
  await page.goto(`/c/${trip}`);
  await page.getByRole("button", { name: "About this chat" }).click();
  await expect(page.getByRole("list", { name: "Members" })).toContainText("Ana again");
});
