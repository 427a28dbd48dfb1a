/** A group of five: who may do what, who goes and comes back, and whose it is. */
import { ChannelList, Conversation, choosePeople, GroupInfo, join, signUpOn } from "./support/app.ts";
import { group, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("somebody makes a group; the fifth comes by its link, which can be taken back", async ({ open, person }) => {
  const [ana, ...others] = [await person("ana"), await person("ben"), await person("cleo"), await person("dan")];
  const { page } = await open(ana);
  await page.getByRole("button", { name: "Start something new" }).click();
  await page.getByRole("menuitem", { name: "New group" }).click();
  await choosePeople(page, others);
  // Whoever presses once too often, or beside it, loses nothing.
  await page.getByRole("button", { name: "Next" }).dblclick();
  await page.getByLabel("Name of the group").fill("Walk on Sunday");
  await page.mouse.click(5, 5);
  await page.getByRole("button", { name: "Create group" }).click();
  const hers = new Conversation(page);
  await expect(hers.log).toContainText("You created the group “Walk on Sunday”");
  await expect(page.getByRole("heading", { name: "Walk on Sunday" })).toBeVisible();
  await expect(page.getByText("4 members").first()).toBeVisible();

  await GroupInfo.of(page);
  await page.getByRole("button", { name: "New link" }).click();
  await page.getByRole("button", { name: "Create link" }).click();
  const link = new URL((await page.getByText(/\/join#/).textContent()) ?? "");
  await expect(page.getByRole("img", { name: "QR code of the invitation link" })).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();

  const eves = await open(undefined, { path: link.pathname + link.hash });
  await expect(eves.page.getByText("Then you can join the group you were invited to.")).toBeVisible();
  await signUpOn(eves.page, "Eve", "eve");
  await join(eves.page);
  const eve = new Conversation(eves.page);
  await eve.say("Thanks for the link!");
  await eve.showsTick("Thanks", "sent");
  await expect(new ChannelList(eves.page).row("Walk on Sunday")).toBeVisible();
  await expect(new GroupInfo(page).members.getByRole("listitem")).toHaveCount(5);

  await page.getByRole("button", { name: "Take back" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Take back" }).click();
  await expect(page.getByText("There is none.")).toBeVisible();
  const late = await open(undefined, { path: link.pathname + link.hash });
  await signUpOn(late.page, "Finn", "finn");
  await join(late.page);
  await expect(late.page.getByText("This invitation has expired, was used up or was taken back")).toBeVisible();
  await expect(new ChannelList(late.page).row("Walk on Sunday")).toHaveCount(0);
  await new GroupInfo(page).back();
  await hers.shows("Thanks for the link!");
});

test("each may do what their role allows, and is told at once when that changes", async ({ open, person }) => {
  const [ana, ben, cleo] = [await person("ana"), await person("ben"), await person("cleo")];
  const channel = await group("Choir", ana, ben, cleo, await person("dan"), await person("eve"));
  const [owners, members] = [await open(ana), await open(cleo)];
  const hers = await Conversation.at(owners.page, channel);
  const cleos = await Conversation.at(members.page, channel);
  const info = await GroupInfo.of(owners.page);
  const seen = await GroupInfo.of(members.page);
  await expect(seen.members.getByRole("listitem")).toHaveCount(5);
  expect(await seen.choices("Ben")).toEqual(["Write a message"]);
  await expect(members.page.getByLabel("Write messages")).toHaveCount(0);
  await expect(members.page.getByRole("button", { name: "New link" })).toHaveCount(0);

  await info.act("Cleo", "Make admin");
  await expect(seen.member("Cleo")).toContainText("Admin");
  expect(await seen.choices("Ben")).toEqual(["Write a message", "Remove from group"]);
  expect(await seen.choices("Ana")).toEqual(["Write a message"]);
  await expect(members.page.getByRole("button", { name: "New link" })).toBeVisible();

  await info.act("Cleo", "No longer admin");
  await expect(members.page.getByRole("button", { name: "New link" })).toHaveCount(0);
  await seen.back();
  await expect(cleos.log).toContainText("Ana made you an admin");
  await expect(cleos.composer).toBeVisible();
  await owners.page.getByLabel("Write messages").selectOption("Admins");
  await expect(members.page.getByText("Only admins can write here")).toBeVisible();
  await expect(cleos.composer).toHaveCount(0);
  await info.back();
  await hers.say("Rehearsal is at seven");
  await cleos.shows("Rehearsal is at seven");
  await GroupInfo.of(owners.page);
  await owners.page.getByLabel("Write messages").selectOption("All members");
  await cleos.say("I will be there");
  await cleos.showsTick("there", "delivered");

  await info.act("Ben", "Hand the group over", "Hand the group over");
  await expect(info.member("Ben")).toContainText("Owner");
  await expect(info.member("Ana")).toContainText("Admin");
  await expect(owners.page.getByLabel("Write messages")).toBeVisible();
  expect(await info.choices("Ben")).toEqual(["Write a message"]);
  expect(await info.choices("Dan")).toEqual(["Write a message", "Remove from group"]);
});

test("who is taken out while writing keeps what was read and written, and goes on when added again", async ({
  open,
  person,
}) => {
  const [ana, ben, cleo] = [await person("ana"), await person("ben"), await person("cleo")];
  const channel = await group("Choir", ana, ben, cleo);
  await post(ana, channel, "Who comes on Sunday?");
  const [owners, members] = [await open(ana), await open(cleo)];
  const cleos = await Conversation.at(members.page, channel);
  await cleos.shows("Who comes on Sunday?");
  await Conversation.at(owners.page, channel);
  const info = await GroupInfo.of(owners.page);
  await cleos.composer.pressSequentially("I could come if");
  await info.act("Cleo", "Remove from group", "Remove from group");
  await expect(members.page.getByText("You are not a member of this group any more.")).toBeVisible();
  await expect(cleos.composer).toHaveCount(0);
  await cleos.shows("Who comes on Sunday?");
  await expect(info.members.getByRole("listitem")).toHaveCount(2);
  await post(ben, channel, "Not for Cleo");
  await info.add(cleo);
  await expect(cleos.composer).toHaveValue("I could come if");
  await cleos.composer.press("End");
  await cleos.composer.pressSequentially(" it is dry");
  await cleos.composer.press("Enter");
  await cleos.showsTick("it is dry", "delivered");
  await expect(cleos.log).toContainText("Ana removed you");
  await info.back();
  await expect(new Conversation(owners.page).bubble("I could come if it is dry")).toBeVisible();
});
