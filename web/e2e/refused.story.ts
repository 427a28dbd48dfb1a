/** What the server refuses when it is told at last: nobody is left to believe that it was done, and no word is lost. */
import { ChannelList, Conversation, installed } from "./support/app.ts";
import { directChannel, done, group, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("a change that came too late stays to be seen, and can be said anew", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ana, channel, "See you at eihgt");
  const { page, network } = await open(ana);
  const at = await Conversation.at(page, channel);
  await expect(at.bubble("eihgt")).toBeVisible();
  const seq = Number(await at.bubble("eihgt").locator("[data-seq]").getAttribute("data-seq"));
  await installed(page);
  network.cut();
  await at.composer.press("ArrowUp");
  await expect(at.composer).toHaveValue("See you at eihgt");
  await at.say("See you at eight");
  await expect(at.bubble("See you at eight")).toContainText("edited");
  await done(ana.client, ana.client.delete(channel, [seq]));
  await page.reload();
  network.heal();
  const failed = at.bubble("Not changed: That message has been deleted.");
  await expect(failed).toContainText("See you at eight");
  await page.reload();
  await failed.getByRole("button", { name: "Send as a new message" }).click();
  await expect(failed).toHaveCount(0);
  await at.showsTick("See you at eight", "sent");
});

test("who changes a message that is deleted meanwhile is told, and keeps what was written", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ana, channel, "See you at eihgt");
  const { page } = await open(ana);
  const at = await Conversation.at(page, channel);
  await expect(at.bubble("eihgt")).toBeVisible();
  const seq = Number(await at.bubble("eihgt").locator("[data-seq]").getAttribute("data-seq"));
  await at.composer.press("ArrowUp");
  await at.composer.fill("See you at eight");
  await done(ana.client, ana.client.delete(channel, [seq]));
  await expect(page.getByText("What you wrote still stands here.")).toBeVisible();
  await expect(at.composer).toHaveValue("See you at eight");
  await at.composer.press("Enter");
  await at.showsTick("See you at eight", "sent");
});

test("a reaction and a deletion are taken back with a word when one is no longer a member", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await group("Book club", ana, ben);
  await post(ben, channel, "first", "second");
  const { page, network } = await open(ben);
  const at = await Conversation.at(page, channel);
  await expect(at.bubble("second")).toBeVisible();
  await installed(page);
  network.cut();
  await at.bubble("first").locator("[data-seq]").click({ button: "right" });
  await page.getByRole("menuitemcheckbox", { name: "❤️" }).click();
  await expect(at.bubble("first").getByRole("button", { name: "❤️ from You" })).toBeVisible();
  await at.bubble("second").locator("[data-seq]").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete for everyone" }).click();
  await expect(at.bubble("Message deleted")).toBeVisible();
  await done(ana.client, ana.client.removeMember(channel, ben.account));
  network.heal();
  await expect(page.getByText("Reaction not sent: You are not a member of this group any more.")).toBeVisible();
  await expect(page.getByText("Not deleted for everyone: You are not a member")).toBeVisible();
  await at.shows("first", "second");
});

test("what was written in a group that one is taken out of can be copied, or let go", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await group("Book club", ana, ben);
  await post(ana, channel, "first");
  const { page } = await open(ben, { browser: { permissions: ["clipboard-read", "clipboard-write"] } });
  const at = await Conversation.at(page, channel);
  await at.composer.fill("a precious draft");
  await expect(new ChannelList(page).row("Book club")).toContainText("Draft:");
  await done(ana.client, ana.client.removeMember(channel, ben.account));
  const kept = page.getByRole("region", { name: "You had written" });
  await expect(kept).toContainText("a precious draft");
  await expect(new ChannelList(page).row("Book club")).not.toContainText("Draft:");
  await page.reload();
  await kept.getByRole("button", { name: "Copy" }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("a precious draft");
  await kept.getByRole("button", { name: "Discard" }).click();
  await expect(kept).toHaveCount(0);
});
