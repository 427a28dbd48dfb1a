/** One person with two devices, and two tabs on one of them. */
import { ChannelList, Conversation } from "./support/app.ts";
import { directChannel, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("what is said, written and read in one place is so in the others", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const laptop = await open(ana);
  const phone = await open(ana);
  const tab = await laptop.tab();
  await post(ben, channel, "one", "two");
  const pages = [laptop.page, phone.page, tab];
  for (const page of pages) {
    await expect(new ChannelList(page).row("Ben").getByText("2", { exact: true })).toBeVisible();
  }
  await phone.page.bringToFront();
  const at = await Conversation.at(phone.page, channel);
  await at.shows("one", "two");
  for (const page of pages) {
    await expect(new ChannelList(page).row("Ben")).toBeVisible();
    await expect(new ChannelList(page).row("Ben").getByText("2", { exact: true })).toHaveCount(0);
  }
  await at.say("from the phone");
  const onTab = await new ChannelList(tab).choose("Ben");
  await onTab.shows("one", "two", "from the phone");
  await onTab.say("from the tab");
  const onLaptop = await new ChannelList(laptop.page).choose("Ben");
  for (const view of [at, onTab, onLaptop]) await view.shows("one", "two", "from the phone", "from the tab");
});

test("a tab goes on when the one that held the connection is closed", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page, tab } = await open(ana);
  await Conversation.at(page, channel);
  const second = await tab(`/c/${channel}`);
  const at = new Conversation(second);
  await post(ben, channel, "to both");
  await at.shows("to both");
  await page.close();
  await post(ben, channel, "to the one that is left");
  await at.shows("to both", "to the one that is left");
  await at.say("still here");
  await at.showsTick("still here", "delivered");
});
