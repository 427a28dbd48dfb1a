/** Finding one's place, one's words, and what was said. */
import { ChannelList, Conversation, installed } from "./support/app.ts";
import { directChannel, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

async function fromMenu(at: Conversation, text: string | RegExp, choice: RegExp): Promise<void> {
  await at.bubble(text).locator("[data-seq]").click({ button: "right" });
  await at.page.getByRole("menuitem", { name: choice }).click();
}

test("a chat with much that is new opens where one left off, and leads to its end", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, ...Array.from({ length: 120 }, (_, number) => `line ${number};`));
  const { page } = await open(ana);
  const at = await new ChannelList(page).choose("Ben");
  await expect(page.getByText("New messages")).toBeInViewport();
  await expect(at.bubble("line 0;")).toBeInViewport();
  const down = page.getByRole("button", { name: "To the newest message" });
  await down.click();
  await expect(at.bubble("line 119;")).toBeInViewport();
  await expect(down).toHaveCount(0);
  await expect(new ChannelList(page).row("Ben").getByLabel(/unread/)).toHaveCount(0);
});

test("only what was on the screen is read, however tall it is", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const tall = Array.from({ length: 60 }, (_, number) => `tall ${number};${"\nand one line more".repeat(11)}`);
  await post(ben, channel, ...tall);
  const { page } = await open(ana);
  const at = await new ChannelList(page).choose("Ben");
  await expect(at.bubble("tall 0;")).toBeInViewport();
  const read = () => ben.client.channel(channel)?.readByAll ?? 0;
  await expect.poll(read).toBeGreaterThan(0);
  const { events } = await ben.client.history(channel, { limit: 100 });
  const seen = events.filter(({ seq, body }) => body.kind === "message" && seq <= read());
  for (const { content } of seen) {
    const text = content?.kind === "text" ? content.text.slice(0, content.text.indexOf(";") + 1) : "";
    await expect(at.bubble(text)).toBeInViewport();
  }
  // One may have left the screen above; not more than fit there below it.
  expect(seen.length).toBeLessThan(6);
});

test("what stood in the composer is there again after a message was changed", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page } = await open(ana);
  const at = await Conversation.at(page, channel);
  await at.say("see you at eihgt");
  await at.showsTick("eihgt", "sent");
  await at.composer.fill("and bring");
  await page.getByRole("button", { name: "Emoji", exact: true }).click();
  await page.getByLabel("Find emoji").fill("guitar");
  await page.getByRole("dialog", { name: "Emoji" }).getByRole("button", { name: "guitar" }).click();
  await expect(at.composer).toHaveValue("and bring🎸");
  await expect(at.composer).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Emoji" })).toHaveCount(0);
  await expect(page).toHaveURL(new RegExp(channel));
  await fromMenu(at, "eihgt", /^Edit/);
  await expect(at.composer).toHaveValue("see you at eihgt");
  await page.reload();
  await expect(at.composer).toHaveValue("see you at eihgt");
  await at.say("see you at eight");
  await expect(at.bubble("see you at eight")).toContainText("edited");
  await expect(at.composer).toHaveValue("and bring🎸");
});

test("everything on the device is found as one types, in any script, also without a network", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const more = "more words ".repeat(60);
  await post(ben, channel, `${more}needleword ${more}`);
  await post(ben, channel, "東京タワーへ行きましょう", "اجتماع الفريق غدًا", "Das Café schließt um zehn");
  const { page, network } = await open(ana, { path: `/c/${channel}` });
  await expect(new Conversation(page).bubbles).toHaveCount(4);
  await installed(page);
  network.cut();
  await page.keyboard.press("Control+Shift+f");
  const field = page.getByRole("main").getByRole("searchbox");
  const found = page.getByRole("main").getByRole("link");
  for (const [words, text] of [
    ["タワー", "東京タワー"],
    ["اجتم", "اجتماع"],
    ["cafe schl", "Café"],
  ] as const) {
    await field.fill(words);
    await expect(found).toHaveCount(1);
    await expect(found).toContainText(text);
  }
  // From the field above the list, and the way back.
  await page.getByLabel("Filter chats").fill("needle");
  await page.getByRole("button", { name: "Search in messages" }).click();
  await expect(field).toHaveValue("needle");
  await expect(found.locator("mark")).toHaveText("needle");
  await page.goBack();
  await expect(field).toHaveValue("cafe schl");
  await found.click();
  await expect(new Conversation(page).bubble("Café")).toBeInViewport();
});

test("one searches in one chat or everywhere, and comes to the last of many hits", async ({ open, person }) => {
  const [ana, ben, cleo] = [await person("ana"), await person("ben"), await person("cleo")];
  const [withBen, withCleo] = [await directChannel(ana, ben), await directChannel(ana, cleo)];
  await post(ben, withBen, ...Array.from({ length: 60 }, (_, number) => `apple ${number}`));
  await post(cleo, withCleo, "apple pie");
  const { page } = await open(ana);
  await new ChannelList(page).choose("Ben");
  const found = page.getByRole("main").getByRole("link");
  await page.getByRole("button", { name: "Search in this chat" }).click();
  await page.getByRole("main").getByRole("searchbox").fill("apple");
  await expect(page.getByText("60 messages found")).toBeVisible();
  await expect(found.filter({ hasText: "apple pie" })).toHaveCount(0);
  await expect(found.filter({ hasText: /apple 0$/ })).toHaveCount(0);
  await page.getByRole("button", { name: "More" }).click();
  await found.filter({ hasText: /apple 0$/ }).scrollIntoViewIfNeeded();
  await expect(page.getByRole("button", { name: "More" })).toHaveCount(0);
  await page.getByRole("button", { name: "Everywhere" }).click();
  await expect(page.getByText("61 messages found")).toBeVisible();
  await expect(found.filter({ hasText: "apple pie" })).toBeVisible();
  // What comes, and what goes, while one looks.
  await post(cleo, withCleo, "one more apple");
  await expect(found.filter({ hasText: "one more apple" })).toBeVisible();
});

test("where a part of the search could not come to the device it says so, and searches once it can", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "where is the key");
  const { page, network } = await open(ana, { path: `/c/${channel}`, browser: { serviceWorkers: "block" } });
  await new Conversation(page).shows("where is the key");
  await page.route("**/assets/worker-*.js", (route) => route.abort());
  await page.keyboard.press("Control+Shift+f");
  await page.getByLabel("Search in messages", { exact: true }).fill("key");
  await expect(page.getByText("Search is not here yet")).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("Search is not here yet")).toBeVisible();
  await page.unroute("**/assets/worker-*.js");
  // With the next connection, without a press.
  network.breakAll();
  await expect(page.getByRole("link", { name: /where is the key/ })).toBeVisible();
  await expect(page.getByText("Search is not here yet")).toHaveCount(0);
});
