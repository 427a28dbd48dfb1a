/** The page is loaded again in the middle of sending. */
import { ChannelList, Conversation } from "./support/app.ts";
import { directChannel, texts } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("what was sent a moment before a reload arrives once and in order", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page, network } = await open(ana, { browser: { viewport: { width: 1280, height: 1600 } } });
  const at = await Conversation.at(page, channel);
  const said: string[] = [];
  for (let round = 1; round <= 5; round += 1) {
    // The answers of the first rounds come late or never.
    network.shape({ delayMs: round < 3 ? 100 : 0 });
    for (const text of [`${round}a`, `${round}b`, `${round}c`]) {
      await at.say(text);
      await expect(at.bubble(text)).toHaveCount(1);
      said.push(text);
    }
    // Whether it was stored or not.
    await page.reload();
  }
  await at.shows(...said);
  await at.showsTick("5c", "delivered");
  expect(await texts(ben, channel)).toEqual(said);
});

test("a draft that was not sent stands there after a reload, in its own conversation", async ({ open, person }) => {
  const [ana, ben, eve] = [await person("ana"), await person("ben"), await person("eve")];
  const withBen = await directChannel(ana, ben);
  const withEve = await directChannel(ana, eve);
  const { page } = await open(ana);
  const at = await Conversation.at(page, withBen);
  await at.composer.fill("What I wanted to say is");
  await expect(page.locator(`a[href="/c/${withBen}"]`)).toContainText("What I wanted to say is");
  await page.reload();
  await expect(at.composer).toHaveValue("What I wanted to say is");
  await Conversation.at(page, withEve);
  await expect(at.composer).toHaveValue("");
});

test("who comes back to a draft goes on where it ends", async ({ open, person }) => {
  const [ana, ben, eve] = [await person("ana"), await person("ben"), await person("eve")];
  const withBen = await directChannel(ana, ben);
  await directChannel(ana, eve);
  const { page } = await open(ana, { path: `/c/${withBen}` });
  const list = new ChannelList(page);
  const at = new Conversation(page);
  await at.composer.pressSequentially("What I ");
  await list.choose("Eve");
  await expect(at.composer).toHaveValue("");
  await list.choose("Ben");
  await expect(at.composer).toBeFocused();
  await page.keyboard.type("wanted ");
  await expect(at.composer).toHaveValue("What I wanted ");
  await expect(list.row("Ben")).toContainText("What I wanted");
  await page.reload();
  await expect(at.composer).toBeFocused();
  await page.keyboard.type("to say");
  await expect(at.composer).toHaveValue("What I wanted to say");
});
