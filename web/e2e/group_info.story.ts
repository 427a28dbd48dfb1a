/** What a group is like, and who may do what in it. */
import { Conversation, GroupInfo, installed } from "./support/app.ts";
import { done, group } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("quick changes of the rights are all made, and what is known of a group is there without a network", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await group("Choir", ana, ben);
  const { page, network, tab } = await open(ana, { path: `/c/${channel}` });
  const info = await GroupInfo.of(page);
  await expect(info.member("Ben")).toBeVisible();
  await installed(page);
  const right = (name: string, where = page) => where.getByLabel(name);
  await right("Write messages").selectOption("Admins");
  await right("Add people").selectOption("The owner");
  const settings = async () => (await ana.client.channelInfo(channel)).settings;
  await expect.poll(settings).toMatchObject({ post: "admins", add: "owner", rename: "admins" });

  network.cut();
  await page.reload();
  await expect(info.member("Ben")).toBeVisible();
  await expect(right("Write messages")).toHaveValue("admins");
  await expect(right("Add people")).toHaveValue("owner");
  await right("Write messages").selectOption("All members");
  await right("Change name, picture and description").selectOption("The owner");
  await expect(right("Write messages")).toHaveValue("members");
  // What another tab shows is kept.
  const other = await tab(`/c/${channel}/info`);
  await expect(right("Change name, picture and description", other)).toHaveValue("owner");
  await other.close();
  await page.reload();
  await expect(right("Write messages")).toHaveValue("members");
  await expect(right("Change name, picture and description")).toHaveValue("owner");
  network.heal();
  await expect.poll(settings).toMatchObject({ post: "members", add: "owner", rename: "owner" });
});

test("who may not write in a group is told so at once, also without a network", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await group("Choir", ana, ben);
  const { settings } = await ana.client.channelInfo(channel);
  await done(ana.client, ana.client.changeSettings(channel, { ...settings, post: "admins" }));
  const { page, network } = await open(ben, { path: `/c/${channel}` });
  await expect(page.getByText("Only admins can write here.")).toBeVisible();
  await installed(page);
  network.cut();
  await page.reload();
  await expect(page.getByText("Only admins can write here.")).toBeVisible();
  await expect(new Conversation(page).composer).toHaveCount(0);
});
