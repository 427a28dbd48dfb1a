/** No network for a while, on both sides. */
import { ChannelList, Conversation, installed } from "./support/app.ts";
import { directChannel, post, texts } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("what is one's own alone is set without a network, and told when there is one", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "hello", "not for long");
  const { page, network } = await open(ana);
  const at = await Conversation.at(page, channel);
  await at.shows("hello", "not for long");
  await installed(page);
  network.cut();
  await at.bubble("not for long").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Delete", exact: true }).click();
  await page.getByRole("button", { name: "Delete for me" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(at.bubble("not for long")).toHaveCount(0);
  const row = new ChannelList(page).row("Ben");
  await expect(row).toContainText("hello");
  await row.click({ button: "right" });
  await page.getByRole("menuitem", { name: "Pin" }).click();
  await expect(row.getByLabel("Pinned")).toBeVisible();
  await page.reload();
  await at.shows("hello");
  await expect(row).toContainText("hello");
  await expect(row.getByLabel("Pinned")).toBeVisible();
  network.heal();
  const registers = () => ana.client.channel(channel)?.registers;
  await expect.poll(() => registers()?.pinned).toBe(true);
  await expect.poll(() => registers()?.hidden.length).toBe(1);
});

test("both write without a network; then everything is there once, in the order of each", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const [one, two] = [await open(ana), await open(ben)];
  const his = await Conversation.at(two.page, channel);
  const hers = await Conversation.at(one.page, channel);
  await hers.say("before");
  await his.shows("before");
  one.network.cut();
  two.network.cut();
  for (const number of [1, 2, 3]) {
    await hers.say(`ana ${number}`);
    await his.say(`ben ${number}`);
  }
  await hers.shows("before", "ana 1", "ana 2", "ana 3");
  await hers.showsTick("ana 2", "waiting");
  await expect(one.page.getByRole("status").filter({ hasText: /./ }).first()).toBeVisible();
  one.network.heal();
  two.network.heal();
  await expect.poll(async () => (await his.texts()).length).toBe(7);
  await expect.poll(async () => (await hers.texts()).length).toBe(7);
  const seen = await hers.texts();
  expect(await his.texts()).toEqual(seen);
  for (const name of ["ana", "ben"]) {
    const own = seen.filter((text) => text.startsWith(name));
    expect(own).toEqual([`${name} 1`, `${name} 2`, `${name} 3`]);
  }
  expect(await texts(ben, channel)).toEqual(seen);
});

test("a reload in a tunnel shows the list, the conversation, and what waits to be sent", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "hello", "see you at eight");
  const { page, network } = await open(ana);
  const at = await Conversation.at(page, channel);
  await at.shows("hello", "see you at eight");
  await installed(page);
  network.cut();
  await at.say("I am in a tunnel");
  await at.showsTick("tunnel", "waiting");
  await page.reload();
  await at.shows("hello", "see you at eight", "I am in a tunnel");
  await expect(new ChannelList(page).row("Ben")).toBeVisible();
  await page.goto("/");
  await expect(new ChannelList(page).row("Ben")).toBeVisible();
  network.heal();
  await page.goto(`/c/${channel}`);
  await expect.poll(() => texts(ben, channel)).toEqual(["hello", "see you at eight", "I am in a tunnel"]);
  await at.showsTick("tunnel", "delivered");
});

test("where history is not on the device, it is told that it takes a network", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, ...Array.from({ length: 400 }, (_, number) => `line ${number};`));
  const { page, network } = await open(ana, { path: `/c/${channel}` });
  const at = new Conversation(page);
  // One begins with what is new: what comes after it is not here yet.
  await expect(at.bubble("line 0;")).toBeVisible();
  network.cut();
  const more = page.getByText("More is shown when there is a connection.");
  await expect
    .poll(async () => {
      await at.log.evaluate((log) => log.scrollTo(0, log.scrollHeight));
      return more.isVisible();
    })
    .toBe(true);
  network.heal();
  await expect
    .poll(async () => {
      await at.log.evaluate((log) => log.scrollTo(0, log.scrollHeight));
      return at.bubble("line 399;").isVisible();
    })
    .toBe(true);
  await expect(more).toHaveCount(0);
});
