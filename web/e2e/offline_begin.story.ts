/** What one begins without a network is there like everything else, and becomes what it was meant to be. */
import { ChannelList, Conversation, choosePeople, GroupInfo, installed, newChat } from "./support/app.ts";
import { directChannel, done, group, invite, post, texts } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("a group made without a network is in the list, can be written to, and is made when there is one", async ({
  open,
  person,
}) => {
  const ana = await person("ana");
  const { page, network } = await open(ana);
  const list = new ChannelList(page);
  const at = new Conversation(page);
  await expect(list.row("Notes to myself")).toBeVisible();
  await installed(page);
  network.cut();
  await page.getByRole("button", { name: "Start something new" }).click();
  await page.getByRole("menuitem", { name: "New group" }).click();
  await page.getByRole("button", { name: "Next, without people for now" }).click();
  await page.getByLabel("Name of the group").fill("Book club");
  await page.getByRole("button", { name: "Create group" }).click();
  await expect(page.getByRole("heading", { name: "Book club" })).toBeVisible();
  await expect(list.row("Book club")).toContainText("Created as soon as there is a connection");
  await at.say("hello?");
  await at.showsTick("hello?", "waiting");
  await expect(page.getByText("does not exist")).toHaveCount(0);
  await expect(list.row("Book club")).toContainText("hello?");

  await page.goto("/");
  await list.choose("Book club");
  await at.shows("hello?");
  await page.getByRole("button", { name: "About this chat" }).click();
  await expect(page.getByRole("heading", { name: "Group info" })).toBeVisible();
  await expect(page.getByText("Created as soon as there is a connection")).toBeVisible();
  await page.getByRole("region", { name: "About this chat" }).getByRole("button", { name: "Back" }).click();
  network.heal();
  await at.showsTick("hello?", "sent");
  await expect(at.log).toContainText("You created the group “Book club”");
  await at.say("anybody?");
  await at.showsTick("anybody?", "sent");
  await expect(list.row("Book club")).toHaveCount(1);
  const [made] = ana.client.channels().filter(({ title }) => title === "Book club");
  if (made === undefined) throw new Error("not made");
  await expect.poll(() => texts(ana, made.id)).toEqual(["hello?", "anybody?"]);
});

test("people that this device knows are found without a network, to talk to and for a group", async ({
  open,
  person,
}) => {
  const [ana, ben, cleo] = [await person("ana"), await person("ben"), await person("cleo")];
  await group("Choir", ana, ben, cleo);
  await directChannel(ana, cleo);
  const { page, network } = await open(ana, { path: `/c/${await group("Trip", ana, ben)}` });
  const list = new ChannelList(page);
  await expect(list.row("Cleo")).toBeVisible();
  await page.getByRole("button", { name: "About this chat" }).click();
  await expect(new GroupInfo(page).member("Ben")).toBeVisible();
  await installed(page);
  network.cut();
  await page.getByRole("button", { name: "Start something new" }).click();
  await page.getByRole("menuitem", { name: "New group" }).click();
  await choosePeople(page, [ben, cleo]);
  await expect(page.getByText("These are the people this device knows.")).toBeVisible();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByLabel("Name of the group").fill("Duo");
  await page.getByRole("button", { name: "Create group" }).click();
  await expect(page.getByText("3 members")).toBeVisible();

  const at = await newChat(page, "ben");
  await expect(page.getByRole("heading", { name: "Ben" })).toBeVisible();
  await at.say("are you there?");
  await expect(list.row("Ben")).toContainText("are you there?");
  await at.showsTick("are you there?", "waiting");
  network.heal();
  await at.showsTick("are you there?", "delivered");
  await expect.poll(() => ben.client.channels().some(({ title }) => title === "Duo")).toBe(true);
  expect(ben.client.channels().filter(({ peer }) => peer === ana.account)).toHaveLength(1);
});

test("who follows an invitation without a network waits to join, and is in the group when there is one", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await group("Book club", ana);
  await post(ana, channel, "Who wants to read with me?");
  const { link } = await invite(ana, channel, { uses: 1 });
  const { page, network } = await open(ben);
  const list = new ChannelList(page);
  const at = new Conversation(page);
  await expect(list.row("Notes to myself")).toBeVisible();
  await installed(page);
  network.cut();
  await page.goto(`/join#${link}`);
  await page.getByRole("dialog", { name: "Join this group?" }).getByRole("button", { name: "Join" }).click();
  await expect(page.getByRole("heading", { name: "Waiting to join" })).toBeVisible();
  await expect(page.getByText("You join the group as soon as there is a connection.")).toBeVisible();
  await expect(at.composer).toHaveCount(0);
  await expect(list.row("Waiting to join")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Waiting to join" })).toBeVisible();
  network.heal();
  await expect(page.getByRole("heading", { name: "Book club" })).toBeVisible();
  await expect(at.log).toContainText("You joined by invitation");
  await at.say("I do");
  await at.showsTick("I do", "sent");
});

test("an invitation that is no good any more when there is a network is told, and leaves nothing behind", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await group("Book club", ana);
  const { link, invitation } = await invite(ana, channel);
  const { page, network } = await open(ben);
  const list = new ChannelList(page);
  await expect(list.row("Notes to myself")).toBeVisible();
  await installed(page);
  network.cut();
  await page.goto(`/join#${link}`);
  await page.getByRole("dialog", { name: "Join this group?" }).getByRole("button", { name: "Join" }).click();
  await expect(list.row("Waiting to join")).toBeVisible();
  await page.reload();
  await done(ana.client, ana.client.revokeInvitation(channel, invitation));
  network.heal();
  await expect(page.getByText("This invitation has expired, was used up or was taken back")).toBeVisible();
  await expect(list.row("Waiting to join")).toHaveCount(0);
  await expect(page.getByText("This conversation does not exist")).toBeVisible();
  await expect(new Conversation(page).composer).toHaveCount(0);
});
