/** What people do with messages: answer, change, delete, react, forward, copy, mention. */
import type { Page } from "@playwright/test";
import { Conversation } from "./support/app.ts";
import { directChannel, done, group, type Person, post, texts } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

async function choose(page: Page, entry: string | RegExp): Promise<void> {
  await page.getByRole("menuitem", { name: entry }).click();
  await expect(page.getByRole("menu")).toHaveCount(0);
}

async function act(at: Conversation, message: string, entry: string | RegExp): Promise<void> {
  await at.bubble(message).locator("[data-seq]").click({ button: "right" });
  await choose(at.page, entry);
}

async function seqOf(who: Person, channel: Parameters<typeof texts>[1], text: string): Promise<number> {
  const { events } = await who.client.history(channel, { limit: 200 });
  const found = events.find(({ content }) => content?.kind === "text" && content.text === text);
  if (found === undefined) throw new Error(`${text} was not said`);
  return found.seq;
}

test("an answer shows what it answers, and leads there", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "When do we meet?", ...Array.from({ length: 80 }, (_, at) => `and ${at}`));
  const { page } = await open(ben);
  const at = await Conversation.at(page, channel);
  await expect(at.bubble("and 79")).toBeInViewport();
  const question = await seqOf(ben, channel, "When do we meet?");
  await done(ana.client, ana.client.post(channel, { text: "At eight.", replyTo: question }));
  await expect(at.bubble("At eight.")).toBeInViewport();
  await at.bubble("At eight.").getByRole("button", { name: "When do we meet?" }).click();
  await expect(at.bubble("When do we meet?").first()).toBeInViewport();

  await act(at, "When do we meet?", "Reply");
  await expect(at.composer).toBeFocused();
  // What is changed is changed wherever it stands.
  await done(ben.client, ben.client.edit(channel, question, "Where do we meet?"));
  await expect(page.locator("footer")).toContainText("Where do we meet?");
  await at.say("Or at nine.");
  // What one says oneself is seen, wherever one was.
  await expect(at.bubble("Or at nine.")).toBeInViewport();
  await expect.poll(async () => (await texts(ben, channel)).at(-1)).toBe("Or at nine.");
  const { events } = await ben.client.history(channel, { limit: 1 });
  expect(events[0]?.body).toMatchObject({ replyTo: question });
  for (const answer of ["At eight.", "Or at nine."]) {
    await expect(at.bubble(answer)).toContainText("Where do we meet?");
  }
  await done(ben.client, ben.client.delete(channel, [question]));
  for (const answer of ["At eight.", "Or at nine."]) {
    await expect(at.bubble(answer)).toContainText("Message deleted");
    await expect(at.bubble(answer)).not.toContainText("Where do we meet?");
  }
});

test("one's own can be changed and deleted; everybody sees it, or only oneself", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const anas = await Conversation.at((await open(ana)).page, channel);
  const bens = await Conversation.at((await open(ben)).page, channel);
  for (const text of ["helo", "for all", "for me"]) await anas.say(text);
  await expect(bens.bubble("for me")).toBeVisible();

  await act(anas, "helo", "Edit");
  await expect(anas.composer).toHaveValue("helo");
  await anas.say("hello");
  for (const at of [anas, bens]) await expect(at.bubble("hello")).toContainText("edited");
  await expect(anas.composer).toHaveValue("");
  await anas.composer.press("ArrowUp");
  await expect(anas.composer).toHaveValue("for me");
  await anas.composer.press("Escape");
  await expect(anas.composer).toHaveValue("");

  await act(anas, "for all", "Delete");
  await anas.page.getByRole("button", { name: "Delete for everyone" }).click();
  for (const at of [anas, bens]) {
    await expect(at.bubble("Message deleted")).toBeVisible();
    await expect(at.bubble("for all")).toHaveCount(0);
  }
  await act(anas, "for me", "Delete");
  await anas.page.getByRole("button", { name: "Delete for me" }).click();
  await expect(anas.bubble("for me")).toHaveCount(0);
  await expect(bens.bubble("for me")).toBeVisible();
});

test("a reaction is given and taken back", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "It worked!");
  const { page } = await open(ana);
  const at = await Conversation.at(page, channel);
  await at.bubble("It worked!").hover();
  await at.bubble("It worked!").getByRole("button", { name: "What to do with this message" }).click();
  await page.getByRole("menuitemcheckbox", { name: "❤️" }).click();
  const mine = at.bubble("It worked!").getByRole("button", { name: "❤️ from You" });
  await expect(mine).toBeVisible();
  const reactions = async () => {
    const { events } = await ben.client.history(channel, { limit: 10 });
    return events.flatMap(({ annotation }) => annotation?.reactions ?? []).map(({ content }) => content);
  };
  await expect.poll(reactions).toEqual([expect.objectContaining({ text: "❤️" })]);
  await mine.click();
  await expect(mine).toHaveCount(0);
  await expect.poll(reactions).toEqual([]);
});

test("who has reacted can be looked up, however many they are", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const others = await Promise.all(["cleo", "dan", "eve", "finn", "gus", "hal"].map((handle) => person(handle)));
  const channel = await group("Choir", ana, ben, ...others);
  const seq = await post(ben, channel, "It worked!");
  for (const { client } of others) await done(client, client.react(channel, seq, "🎉"));
  await done(ben.client, ben.client.react(channel, seq, "👍"));
  const { page } = await open(ana);
  const at = await Conversation.at(page, channel);
  const party = at.bubble("It worked!").getByRole("button", { name: /^🎉 from .* and 1 other$/ });
  await expect(party).toBeVisible();
  const dialog = page.getByRole("dialog", { name: "Who has reacted" });
  for (const opens of [() => act(at, "It worked!", "Who has reacted"), () => party.click({ button: "right" })]) {
    await opens();
    await expect(dialog.getByRole("region", { name: "🎉" }).getByRole("listitem")).toHaveCount(6);
    await expect(dialog.getByRole("region", { name: "👍" }).getByRole("listitem")).toHaveText(/Ben/);
    await dialog.getByRole("button", { name: "Close" }).click();
  }
  await expect(party).toHaveAttribute("aria-pressed", "false");
});

test("messages are chosen, copied in their order, and forwarded to several", async ({ open, person }) => {
  const [ana, ben, cleo] = [await person("ana"), await person("ben"), await person("cleo")];
  const [channel, other] = [await directChannel(ana, ben), await directChannel(ana, cleo)];
  const trip = await group("Trip", ana, cleo);
  await post(ben, channel, "first", "second", "third");
  const { page } = await open(ana);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const at = await Conversation.at(page, channel);
  await at.composer.fill("several\nlines\nthat\nare\nhigh");
  await act(at, "third", "Select");
  await at.bubble("first").click();
  await expect(page.getByText("2 selected")).toBeVisible();
  await page.getByRole("button", { name: "Copy" }).click();
  // Nothing lies over what one writes.
  const said = await page.getByText("Copied", { exact: true }).boundingBox();
  const composer = await at.composer.boundingBox();
  expect((said?.y ?? 0) + (said?.height ?? 0)).toBeLessThan(composer?.y ?? 0);
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toMatch(/^\[.*\d\d:\d\d.*\] Ben: first\n\[.*\] Ben: third$/);

  await act(at, "second", "Select");
  await page.keyboard.press("Escape");
  await expect(at.composer).toBeVisible();

  await act(at, "second", "Forward");
  for (const name of ["Cleo", "Trip"]) await page.getByRole("checkbox", { name }).check();
  await page.getByRole("button", { name: "Forward", exact: true }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  for (const to of [other, trip]) await expect.poll(() => texts(cleo, to)).toContain("second");
});

test("somebody is mentioned, and an emoji found, while one writes", async ({ open, person }) => {
  const [ana, ben, cleo] = [await person("ana"), await person("ben"), await person("cleo")];
  const [chie, dan] = [await person("chie", "山本 千恵"), await person("dan", "Dan Ökafor")];
  const channel = await group("Trip", ana, ben, cleo, chie, dan);
  const { page } = await open(ana);
  const at = await Conversation.at(page, channel);
  await at.composer.pressSequentially("Can you drive, @b");
  await expect(page.getByRole("option", { name: "Ben" })).toBeVisible();
  await at.composer.press("Enter");
  await expect(at.composer).toHaveValue("Can you drive, @ben ");
  await at.composer.pressSequentially(":tada");
  await expect(page.getByRole("option").first()).toBeVisible();
  await at.composer.press("Enter");
  await expect(at.composer).toHaveValue("Can you drive, @ben 🎉");
  // By a part of the name, in any script, with accents or without.
  for (const [typed, name, written] of [
    [" @山", "山本 千恵", " @chie "],
    ["@oka", "Dan Ökafor", "@dan "],
  ] as const) {
    const before = await at.composer.inputValue();
    await at.composer.pressSequentially(typed);
    await expect(page.getByRole("option", { name })).toBeVisible();
    await at.composer.press("Enter");
    await expect(at.composer).toHaveValue(before + written);
  }
  await at.composer.fill("Can you drive, @ben 🎉");
  await at.composer.press("Enter");
  await expect.poll(async () => (await texts(ben, channel)).at(-1)).toBe("Can you drive, @ben 🎉");
  const { events } = await ben.client.history(channel, { limit: 1 });
  expect(events[0]?.body).toMatchObject({ mentions: [ben.account] });
});

test("it is told who has read a message, and when", async ({ open, person }) => {
  const [ana, ben, cleo] = [await person("ana"), await person("ben"), await person("cleo")];
  const channel = await group("Trip", ana, ben, cleo);
  const { page } = await open(ana);
  const at = await Conversation.at(page, channel);
  await at.say("All aboard");
  const said = await (async () => {
    await expect.poll(() => texts(ben, channel)).toContain("All aboard");
    return seqOf(ben, channel, "All aboard");
  })();
  await ben.client.read(channel, said);
  await expect.poll(async () => (await ana.client.receipts(channel, said)).some(({ read }) => read >= said)).toBe(true);
  await act(at, "All aboard", "Who has read it");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("listitem").filter({ hasText: "Ben" })).toContainText(/Read · .*\d/);
  await expect(dialog.getByRole("listitem").filter({ hasText: "Cleo" })).not.toContainText("Read");
  await expect(dialog.getByRole("listitem")).toHaveText([/Ben/, /Cleo/]);
  await cleo.client.read(channel, said);
  await expect(dialog.getByRole("listitem").filter({ hasText: "Cleo" })).toContainText("Read");
});

test("the menu of a message is reached by keys alone", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "one", "two");
  const { page } = await open(ana);
  const at = await Conversation.at(page, channel);
  await expect(at.bubble("two")).toBeVisible();
  await at.log.focus();
  await page.keyboard.press("ArrowUp");
  await expect(at.bubble("two")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(at.bubble("one")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitemcheckbox", { name: "👍" })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("menuitem", { name: "Reply" })).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("menuitemcheckbox", { name: "❤️" })).toBeFocused();
  await page.keyboard.press("f");
  await expect(page.getByRole("menuitem", { name: "Forward" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
  await expect(at.bubble("one")).toBeFocused();
  await page.keyboard.press("r");
  await expect(at.composer).toBeFocused();
  await expect(page.getByText("Reply to")).toBeVisible();
});

test("a long press opens the menu on a phone, and lifting the finger presses nothing", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "Hold me");
  const browser = { viewport: { width: 375, height: 720 }, hasTouch: true, isMobile: true };
  const { page } = await open(ana, { browser });
  const at = await Conversation.at(page, channel);
  const box = await at.bubble("Hold me").locator("[data-seq]").boundingBox();
  if (box === null) throw new Error("it is not there");
  const touch = await page.context().newCDPSession(page);
  const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }];
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
  await expect(page.getByRole("menu")).toBeVisible();
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await choose(page, "Reply");
  await expect(page.getByText("Reply to")).toBeVisible();
});

test("what was chosen is copied also where it was scrolled away from", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, ...Array.from({ length: 120 }, (_, at) => `line ${at};`));
  const { page } = await open(ana, { path: `/c/${channel}` });
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const at = new Conversation(page);
  await expect(at.bubble("line 0;")).toBeInViewport();
  await act(at, "line 0;", "Select");
  await page.getByRole("button", { name: "To the newest message" }).click();
  await at.bubble("line 119;").click();
  await expect(page.getByText("2 selected")).toBeVisible();
  await page.getByRole("button", { name: "Copy" }).click();
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toMatch(/\] Ben: line 0;\n\[.*\] Ben: line 119;$/);
});

test("the time stands in the last line of what is long, or below where that line is full", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const names = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
  await post(ana, channel, ...names.map((name, at) => name + "M".repeat(32 + at)));
  await post(ana, channel, `${"many words ".repeat(40)}\nthe end`, "مرحبا يا أصدقاء\nاليوم");
  const { page } = await open(ana);
  const at = await Conversation.at(page, channel);
  /** Where the time of a message is to the last line of its text. */
  const place = (text: string | RegExp) =>
    at.bubble(text).evaluate((bubble) => {
      const time = bubble.querySelector("time")?.getBoundingClientRect();
      const lines = [...(bubble.querySelector("p")?.getClientRects() ?? [])];
      const last = lines.reduce((low, line) => (line.bottom > low.bottom ? line : low));
      if (time === undefined || time.top >= last.bottom) return "below";
      if (time.left >= last.right) return "right";
      return time.right <= last.left ? "left" : "over";
    });
  expect(await place("the end")).toBe("right");
  expect(await place("اليوم")).toBe("left");
  const places = await Promise.all(names.map((name) => place(`${name}M`)));
  expect(new Set(places)).toEqual(new Set(["right", "below"]));
});
