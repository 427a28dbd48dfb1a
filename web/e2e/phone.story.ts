/** A small telephone, and one thumb. */
import type { CDPSession, Locator, Page } from "@playwright/test";
import { ChannelList, Conversation, installed } from "./support/app.ts";
import { directChannel, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

const browser = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

const fits = async (page: Page) => {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
};

const fingers = new WeakMap<Page, Promise<CDPSession>>();

/** One for all that it does: what is still on its way when a session ends is lost. */
function fingerOn(page: Page): Promise<CDPSession> {
  const finger = fingers.get(page) ?? page.context().newCDPSession(page);
  fingers.set(page, finger);
  return finger;
}

/** Its middle on the screen, once it has come to rest. */
async function middleOf(target: Locator): Promise<{ x: number; y: number }> {
  await target.tap({ trial: true });
  const box = await target.boundingBox();
  if (box === null) throw new Error("not on the screen");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Holds a finger on it until `shown` is there. */
async function holdUntil(page: Page, target: Locator, shown: Locator): Promise<void> {
  const touchPoints = [await middleOf(target)];
  const session = await fingerOn(page);
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
  await expect(shown).toBeVisible();
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}

/** A finger on it that goes so far from there, one way after the other, rests, and is lifted. */
async function drag(page: Page, from: Locator, ...ways: readonly (readonly [dx: number, dy: number])[]): Promise<void> {
  const { x, y } = await middleOf(from);
  const session = await fingerOn(page);
  // As slow as a finger is, or the browser would go on scrolling for seconds, and take what comes next for the end of it.
  let timestamp = Date.now() / 1_000 - 1;
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...touchPoints: { x: number; y: number }[]) => {
    timestamp += 0.02;
    return session.send("Input.dispatchTouchEvent", { type, touchPoints, timestamp });
  };
  await touch("touchStart", { x, y });
  let [fromX, fromY] = [0, 0];
  for (const [dx, dy] of ways) {
    for (let step = 1; step <= 10; step++) {
      const [goneX, goneY] = [fromX + ((dx - fromX) * step) / 10, fromY + ((dy - fromY) * step) / 10];
      await touch("touchMove", { x: x + goneX, y: y + goneY });
    }
    [fromX, fromY] = [dx, dy];
  }
  timestamp += 0.4;
  await touch("touchMove", { x: x + fromX, y: y + fromY });
  await touch("touchEnd");
}

test("one goes from the list to a conversation and back, and nothing stands out of the screen", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben", "Ben with a very long name indeed")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "Are you on the train?", `See ${"https://example.org/".padEnd(300, "x")}`);
  const { page } = await open(ana, { browser });
  const list = new ChannelList(page);
  await expect(list.row("Ben")).toBeVisible();
  await fits(page);
  await list.row("Ben").tap();
  const at = new Conversation(page);
  await expect(at.composer).toBeVisible();
  await expect(list.row("Ben")).not.toBeInViewport();
  await expect(at.bubble("Are you on the train?")).toBeInViewport();
  await fits(page);
  // The screen's keyboard would cover what was said: it comes when it is asked for.
  await expect(at.composer).not.toBeFocused();
  await at.composer.tap();
  await page.setViewportSize({ width: 360, height: 420 });
  await expect(at.composer).toBeInViewport({ ratio: 1 });
  await expect(at.bubble("example.org")).toBeInViewport();
  await at.composer.fill("Yes, almost there");
  await page.getByRole("button", { name: "Send" }).tap();
  await expect(at.bubble("almost there")).toBeInViewport({ ratio: 0.9 });
  await expect(at.composer).toBeFocused();
  await page.setViewportSize(browser.viewport);
  await page.getByRole("button", { name: "Back" }).tap();
  await expect(list.row("Ben")).toContainText("Yes, almost there");
  await expect(at.composer).not.toBeInViewport();
  await list.row("Ben").tap();
  await expect(at.composer).toBeInViewport();
  await page.goBack();
  await expect(list.row("Ben")).toBeInViewport();
  await expect(list.row("Ben")).toBeFocused();
  // Each step back is one.
  await list.row("Ben").tap();
  await expect(page.getByRole("button", { name: /^Ben/ })).toBeFocused();
  await page.getByRole("button", { name: "About this chat" }).tap();
  await expect(page.getByRole("heading", { name: "Contact info" })).toBeFocused();
  await page.getByRole("button", { name: "Back" }).tap();
  await expect(at.composer).toBeInViewport();
  await page.goBack();
  await expect(list.row("Ben")).toBeInViewport();
  await page.getByRole("button", { name: "Settings" }).tap();
  await expect(page.getByRole("heading", { name: "Settings" })).toBeFocused();
  await page.getByRole("button", { name: /^Devices/ }).tap();
  await expect(page.getByRole("heading", { name: "Devices and password" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: /^Devices/ })).toBeFocused();
  await expect(page).toHaveURL(/settings$/);
  for (const path of ["/settings", "/settings/privacy", "/settings/devices", "/settings/data", `/c/${channel}/info`]) {
    await page.goto(path);
    await expect(page.getByRole("heading").first()).toBeVisible();
    await fits(page);
  }
});

test("who is in a conversation or in the settings is told that there is no network", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page, network } = await open(ana, { path: `/c/${channel}`, browser });
  const told = page.getByText("You are offline.").filter({ visible: true });
  await expect(page.getByRole("heading", { name: "Ben" })).toBeVisible();
  await installed(page);
  network.cut();
  await expect(told).toBeInViewport();
  await expect(page.getByRole("textbox", { name: "Message" })).toBeInViewport();
  await page.getByRole("button", { name: "About this chat" }).click();
  await expect(told).toBeInViewport();
  network.heal();
  await expect(told).toHaveCount(0);
});

test("a long press opens what can be done: answer, react, mute", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "one", "two");
  const { page } = await open(ana, { browser });
  const list = new ChannelList(page);
  await expect(list.row("Ben")).toBeVisible();
  await holdUntil(page, list.row("Ben"), page.getByRole("menuitem", { name: "Mute" }));
  await page.getByRole("menuitem", { name: "Mute" }).tap();
  await expect(list.row("Ben").getByLabel("Muted")).toBeVisible();
  // The press was no tap.
  await expect(page).toHaveURL(/\/$/);

  await list.row("Ben").tap();
  const at = new Conversation(page);
  await expect(at.bubble("two")).toBeVisible();
  await holdUntil(page, at.bubble("two").locator("p"), page.getByRole("menuitem", { name: "Reply" }));
  await page.getByRole("menuitem", { name: "Reply" }).tap();
  await at.composer.fill("to the second");
  await page.getByRole("button", { name: "Send" }).tap();
  await expect(at.bubble("to the second").getByRole("button", { name: /two/ })).toBeVisible();
  await holdUntil(page, at.bubble("one").locator("p"), page.getByRole("menuitemcheckbox", { name: "❤️" }));
  await page.getByRole("menuitemcheckbox", { name: "❤️" }).tap();
  await expect(at.bubble("one").getByRole("button", { name: /❤️ from You/ })).toBeVisible();
});

test("a message that is pulled sideways is answered; one that is not pulled far is not", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, ...Array.from({ length: 40 }, (_, at) => `message ${at}`));
  await expect.poll(() => ana.client.channel(channel)?.unread).toBe(40);
  await ana.client.read(channel, ana.client.channel(channel)?.head ?? 0);
  const { page } = await open(ana, { browser, path: `/c/${channel}` });
  const at = new Conversation(page);
  const strip = page.getByText("Reply to");
  const last = at.bubble("message 39").locator("[data-seq]");
  await expect(last).toBeInViewport();
  const place = () => last.evaluate((one) => one.getBoundingClientRect().left);
  const rests = await place();

  await drag(page, last, [30, 0]);
  await drag(page, last, [120, 0], [10, 0]);
  await drag(page, last, [-120, 0]);
  await expect.poll(place).toBe(rests);
  await expect(strip).toHaveCount(0);

  await drag(page, last, [120, 6]);
  await expect(strip).toBeVisible();
  await expect(page.locator("footer")).toContainText("message 39");
  await expect(at.composer).toBeFocused();
  await at.composer.fill("an answer");
  await page.getByRole("button", { name: "Send" }).tap();
  await expect(at.bubble("an answer").getByRole("button", { name: /message 39/ })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(channel));
});

test("a finger that scrolls answers nothing, wherever it goes then", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, ...Array.from({ length: 40 }, (_, at) => `message ${at}`));
  await expect.poll(() => ana.client.channel(channel)?.unread).toBe(40);
  await ana.client.read(channel, ana.client.channel(channel)?.head ?? 0);
  const { page } = await open(ana, { browser, path: `/c/${channel}` });
  const at = new Conversation(page);
  const last = at.bubble("message 39").locator("[data-seq]");
  await expect(last).toBeInViewport();
  const scrolled = () => at.log.evaluate((log) => log.scrollTop);
  const before = await scrolled();
  await drag(page, last, [4, 150], [120, 150]);
  await expect.poll(scrolled).toBeLessThan(before - 80);
  await expect(page.getByText("Reply to")).toHaveCount(0);
});

test("from right to left a message is pulled the other way, and does not move where nothing is to move", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "one");
  const arabic = { ...browser, locale: "ar", reducedMotion: "reduce" as const };
  const { page } = await open(ana, { browser: arabic, path: `/c/${channel}` });
  const at = new Conversation(page);
  const message = at.bubble("one").locator("[data-seq]");
  await expect(message).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  const quote = page.locator("footer").getByText("one");
  await drag(page, message, [100, 0]);
  await expect(quote).toHaveCount(0);
  const places: number[] = [];
  await page.exposeFunction("placed", (left: number) => places.push(left));
  await message.evaluate((one) =>
    addEventListener("pointermove", () =>
      (globalThis as unknown as { placed(left: number): void }).placed(one.getBoundingClientRect().left),
    ),
  );
  await drag(page, message, [-100, 0]);
  await expect(quote).toBeVisible();
  expect(new Set(places).size).toBe(1);
});

test("Back closes what is open, then the conversation", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "one", "two");
  const { page } = await open(ana, { browser });
  const list = new ChannelList(page);
  await list.row("Ben").tap();
  const at = new Conversation(page);
  const menu = page.getByRole("menu");
  const openMenu = () => holdUntil(page, at.bubble("two").locator("p"), menu);
  const choose = async (entry: string) => {
    await openMenu();
    await page.getByRole("menuitem", { name: entry }).tap();
    await expect(menu).toHaveCount(0);
  };
  const boxes = at.bubbles.getByRole("checkbox");
  const back = async () => {
    await page.goBack();
    await expect(page).toHaveURL(new RegExp(channel));
  };
  await openMenu();
  await back();
  await expect(menu).toHaveCount(0);

  await choose("Forward");
  await expect(page.getByRole("dialog")).toBeVisible();
  await back();
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await choose("Select");
  await page.getByRole("button", { name: "Delete" }).tap();
  await expect(page.getByRole("dialog")).toBeVisible();
  await back();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(boxes.first()).toBeVisible();
  await back();
  await expect(boxes).toHaveCount(0);

  await page.getByRole("button", { name: "Emoji", exact: true }).tap();
  await expect(page.getByRole("dialog", { name: "Emoji" })).toBeVisible();
  await back();
  await expect(page.getByRole("dialog", { name: "Emoji" })).toHaveCount(0);

  // What was closed otherwise takes no step more.
  await choose("Forward");
  await page.getByRole("button", { name: "Close" }).tap();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.goBack();
  await expect(page).toHaveURL(/\/$/);
  await page.getByRole("button", { name: "Start something new" }).tap();
  await page.getByRole("menuitem", { name: "New group" }).tap();
  await page.getByRole("button", { name: /^Next/ }).tap();
  await expect(page.getByLabel("Name of the group")).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel("Name of the group")).toHaveCount(0);
  await expect(page.getByRole("dialog", { name: "New group" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(list.row("Ben")).toBeVisible();
});
