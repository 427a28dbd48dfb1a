/** What was said is said again elsewhere. */
import { Conversation } from "./support/app.ts";
import { directChannel, done, group, post, texts } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("only chats in which one may write are offered, and what waits to be sent can be copied", async ({
  open,
  person,
}) => {
  const [ana, ben, eve] = [await person("ana"), await person("ben"), await person("eve")];
  const channel = await directChannel(ana, ben);
  await directChannel(ana, eve);
  await post(ben, channel, "Look at this");
  const quiet = await group("Quiet group", ben, ana);
  const { settings } = await ben.client.channelInfo(quiet);
  await done(ben.client, ben.client.changeSettings(quiet, { ...settings, post: "admins" }));
  await done(ben.client, ben.client.removeMember(await group("Left behind", ben, ana), ana.account));
  await group("Open group", ben, ana);
  await ana.client.http.block(eve.account);
  const { page, network } = await open(ana, {
    path: `/c/${quiet}`,
    browser: { permissions: ["clipboard-read", "clipboard-write"] },
  });
  await expect(page.getByText("Only admins can write here.")).toBeVisible();
  const at = await Conversation.at(page, channel);
  await at.bubble("Look at this").locator("[data-seq]").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Forward" }).click();
  const dialog = page.getByRole("dialog", { name: "Forward to" });
  const offered = dialog.getByRole("listitem");
  await expect
    .poll(async () => (await offered.allInnerTexts()).map((text) => text.split("\n").at(-1)).sort())
    .toEqual(["Ben", "Notes to myself", "Open group"]);
  network.cut();
  await dialog.getByRole("checkbox", { name: "Ben" }).check();
  await dialog.getByRole("button", { name: "Forward" }).click();
  await expect(dialog).toHaveCount(0);
  const waiting = at.bubble("Forwarded");
  await at.showsTick("Forwarded", "waiting");
  await waiting.getByText("Look at this").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Copy" }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("Look at this");
  network.heal();
  await at.showsTick("Forwarded", "delivered");
  expect(await texts(ben, channel)).toEqual(["Look at this", "Look at this"]);
});
