/** Somebody is mentioned where they are not looking. */
import type { ChannelId } from "../../sdk/src/index.ts";
import { Conversation } from "./support/app.ts";
import { done, group, type Person, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

const mention = (by: Person, of: Person, channel: ChannelId, text: string) =>
  done(by.client, by.client.post(channel, { text, mentions: [of.account] }));
const talk = (by: Person, channel: ChannelId, name: string, count: number) =>
  post(by, channel, ...Array.from({ length: count }, (_, at) => `${name} ${at}`));

test("a button leads from one message that mentions me to the next, until I have seen all", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await group("Trip", ben, ana);
  await talk(ben, channel, "before", 30);
  await mention(ben, ana, channel, "@ana can you drive?");
  await talk(ben, channel, "between", 60);
  await mention(ben, ana, channel, "@ana or is it @cleo?");
  await talk(ben, channel, "after", 30);
  const { page } = await open(ana, { path: `/c/${channel}` });
  const at = new Conversation(page);
  await expect(at.bubble("before 0")).toBeInViewport();
  const button = page.getByRole("button", { name: "To the next message that mentions you" });
  const count = button.locator("xpath=..");
  await expect(count).toHaveText("2");
  await button.click();
  await expect(at.bubble("can you drive?")).toBeInViewport();
  await expect(count).toHaveText("1");
  await button.click();
  await expect(at.bubble("or is it")).toBeInViewport();
  await expect(button).toHaveCount(0);
  await expect(at.bubble("can you drive?")).not.toBeInViewport();

  // What comes where one looks needs no way to it; what comes elsewhere does.
  const toNewest = page.getByRole("button", { name: "To the newest message" });
  await toNewest.click();
  await expect(at.bubble("after 29")).toBeInViewport();
  await mention(ben, ana, channel, "@ana thank you");
  await expect(at.bubble("thank you")).toBeInViewport();
  await at.bubble("thank you").hover();
  await expect(async () => {
    await page.mouse.wheel(0, -500);
    expect(await toNewest.isVisible()).toBe(true);
  }).toPass();
  await expect(button).toHaveCount(0);
  await mention(ben, ana, channel, "@ana bring the map");
  await expect(count).toHaveText("1");
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(at.bubble("bring the map")).toBeInViewport();
  await expect(button).toHaveCount(0);
});
