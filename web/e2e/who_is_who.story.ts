/** In a group one wants to know who somebody is, and to write to them. */
import { Conversation, GroupInfo } from "./support/app.ts";
import { done, group, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("a name, a face, a mention and a member lead to who it is, and to a chat with them", async ({ open, person }) => {
  const [ana, ben, cleo] = [await person("ana"), await person("ben"), await person("cleo")];
  const channel = await group("Trip", ben, ana, cleo);
  await post(ben, channel, "Hello everybody");
  await done(ben.client, ben.client.post(channel, { text: "@cleo can drive", mentions: [cleo.account] }));
  const { page } = await open(ana);
  const at = await Conversation.at(page, channel);
  const dialog = page.getByRole("dialog", { name: "Contact info" });
  const shows = async (name: string) => {
    await expect(dialog.getByRole("heading", { name, level: 3 })).toBeVisible();
    await dialog.getByRole("button", { name: "Close" }).click();
    await expect(dialog).toHaveCount(0);
  };
  await at.bubble("Hello everybody").getByText("Ben", { exact: true }).click();
  await shows("Ben");
  await at.bubble("can drive").locator("[data-person]").filter({ hasText: /^B$/ }).click();
  await shows("Ben");
  await at.bubble("can drive").getByText("@cleo").click();
  await shows("Cleo");

  // By keyboard it is in the menu of the message.
  await at.bubble("Hello everybody").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Contact info" }).focus();
  await page.keyboard.press("Enter");
  await shows("Ben");

  // Whom one chooses messages from stays out of the way.
  await at.bubble("Hello everybody").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Select" }).click();
  await at.bubble("Hello everybody").getByText("Ben", { exact: true }).click();
  await expect(page.getByText("0 selected")).toBeVisible();
  await page.keyboard.press("Escape");

  const info = await GroupInfo.of(page);
  await info.member("Cleo").getByRole("button", { name: /^Cleo/ }).click();
  await dialog.getByRole("button", { name: "Block" }).click();
  await page.getByRole("dialog", { name: "Block Cleo?" }).getByRole("button", { name: "Cancel" }).click();
  await dialog.getByRole("button", { name: "Write a message" }).click();
  await expect(dialog).toHaveCount(0);
  await at.say("Shall I bring snacks?");
  await at.shows("Shall I bring snacks?");
  await expect(page.locator("header").getByRole("heading", { name: "Cleo" })).toBeVisible();
});
