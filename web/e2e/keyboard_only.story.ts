/** No mouse, from signing up on. */
import type { Page } from "@playwright/test";
import { Conversation } from "./support/app.ts";
import { directChannel, group, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

/** Tab until this has the focus. */
async function tabTo(
  page: Page,
  role: "button" | "link" | "menuitem" | "textbox" | "searchbox",
  name: string | RegExp,
) {
  const wanted = page.getByRole(role, { name }).first();
  await expect(wanted).toBeVisible();
  for (let steps = 0; steps < 40; steps += 1) {
    if (await wanted.evaluate((one) => one === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never comes to ${name}`);
}

test("somebody signs up, finds a person and talks to them, without a mouse", async ({ open, person }) => {
  const ben = await person("ben");
  const { page } = await open(undefined, { path: "/sign-up" });
  const { keyboard } = page;
  await expect(page.getByLabel("Your name")).toBeFocused();
  await keyboard.type("Ana Lima");
  await keyboard.press("Tab");
  await keyboard.type("ana");
  await keyboard.press("Tab");
  await keyboard.type("correct horse battery");
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Chats", exact: true })).toBeVisible();

  await keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toContainText("Next unread chat");
  await keyboard.press("Escape");
  await keyboard.press("Control+Alt+n");
  const finder = page.getByLabel("Name or handle");
  await expect(finder).toBeFocused();
  // Faster than any answer: it is for what was typed.
  await keyboard.type("ben");
  await keyboard.press("Enter");
  const at = new Conversation(page);
  await expect(at.composer).toBeFocused();
  await keyboard.type("Hello Ben :wave:");
  await keyboard.press("Enter");
  await at.showsTick("Hello Ben 👋", "delivered");

  // What is wrong in the last one is one key away.
  await keyboard.press("ArrowUp");
  await expect(at.composer).toHaveValue("Hello Ben 👋");
  await keyboard.press("End");
  await keyboard.type(" how are you?");
  await keyboard.press("Enter");
  await expect(at.bubble("how are you?")).toContainText("edited");
  const [channel] = ben.client.channels().filter(({ kind }) => kind === "direct");
  if (channel === undefined) throw new Error("Ben has no channel");
  await post(ben, channel.id, "Fine, and you?");
  await at.shows("Hello Ben 👋 how are you?", "Fine, and you?");
});

test("what is on the screen hears the keys from its first moment on", async ({ open, person }) => {
  const { page } = await open(await person("ana"), { path: "/healthz" });
  // Pressed as soon as there is something to see: nobody is as quick, but a machine may be as slow.
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (document.querySelector("h2") === null) return;
      observer.disconnect();
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true, cancelable: true }));
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto("/");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toContainText("Next unread chat");
});

test("messages are answered, reacted to and deleted by keys", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "one", "two", "three");
  const { page } = await open(ana, { path: `/c/${channel}` });
  const { keyboard } = page;
  const at = new Conversation(page);
  await at.shows("one", "two", "three");
  await expect(at.composer).toBeFocused();
  await keyboard.press("Shift+Tab");
  while (!(await at.log.evaluate((log) => log === document.activeElement))) await keyboard.press("Shift+Tab");
  await keyboard.press("ArrowUp");
  await expect(at.bubble("three")).toBeFocused();
  await keyboard.press("ArrowUp");
  await expect(at.bubble("two")).toBeFocused();
  await keyboard.press("r");
  await expect(at.composer).toBeFocused();
  await expect(page.getByText("Reply to")).toBeVisible();
  await keyboard.type("answer to two");
  await keyboard.press("Enter");
  await expect(at.bubble("answer to two").getByRole("button", { name: /two/ })).toBeVisible();
  await at.showsTick("answer to two", "sent");

  while (!(await at.log.evaluate((log) => log === document.activeElement))) await keyboard.press("Shift+Tab");
  await keyboard.press("ArrowUp");
  await keyboard.press("ArrowUp");
  await expect(at.bubble("three")).toBeFocused();
  await keyboard.press("Enter");
  await expect(page.getByRole("menu")).toBeVisible();
  const thumb = page.getByRole("menuitemcheckbox", { name: "👍" });
  for (let steps = 0; !(await thumb.evaluate((one) => one === document.activeElement)); steps += 1) {
    expect(steps).toBeLessThan(20);
    await keyboard.press("ArrowDown");
  }
  await keyboard.press("Enter");
  await expect(at.bubble("three").getByRole("button", { name: /👍 from You/ })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(channel));

  await expect(at.bubble("three")).toBeFocused();
  await keyboard.press("ArrowDown");
  await expect(at.bubble("answer to two")).toBeFocused();
  await keyboard.press("Enter");
  await expect(page.getByRole("menu")).toBeVisible();
  await keyboard.press("End");
  await expect(page.getByRole("menuitem", { name: "Delete" })).toBeFocused();
  await keyboard.press("Enter");
  await tabTo(page, "button", "Delete for everyone");
  await keyboard.press("Enter");
  await expect(at.bubble("Message deleted")).toBeVisible();
  await expect(at.bubble("answer to two")).toHaveCount(0);

  // Where one was is where one goes on.
  while (!(await at.log.evaluate((log) => log === document.activeElement))) await keyboard.press("Shift+Tab");
  for (const message of ["Message deleted", "three"]) {
    await keyboard.press("ArrowUp");
    await expect(at.bubble(message)).toBeFocused();
  }
  await keyboard.press("Enter");
  await keyboard.press("End");
  await keyboard.press("Enter");
  await tabTo(page, "button", "Delete for me");
  await keyboard.press("Enter");
  await expect(at.bubble("three")).toHaveCount(0);
  await expect(at.bubble("Message deleted")).toBeFocused();
});

test("the arrow keys lead through the list, of which Tab knows one place", async ({ open, person }) => {
  const ana = await person("ana");
  for (let number = 1; number <= 40; number += 1) await group(`Group ${number}`, ana);
  // The notes are made some time after they signed up, and two groups may be of the same millisecond.
  const inOrder = () =>
    ana.client
      .channels()
      .filter(({ kind }) => kind === "group" || kind === "self")
      .map(({ kind, title }) => (kind === "self" ? "Notes to myself" : title));
  await expect.poll(() => inOrder().length).toBe(41);
  const { page } = await open(ana);
  const { keyboard } = page;
  const rows = page.getByRole("navigation", { name: "Chats" }).getByRole("link");
  const row = (place: number) => rows.filter({ has: page.getByText(inOrder().at(place) ?? "", { exact: true }) });
  await expect(row(0)).toBeVisible();
  await row(0).focus();
  await keyboard.press("ArrowDown");
  await expect(row(1)).toBeFocused();
  await keyboard.press("End");
  await expect(row(-1)).toBeFocused();
  await expect(row(-1)).toBeInViewport();
  await keyboard.press("ArrowUp");
  await expect(row(-2)).toBeFocused();
  await keyboard.press("Tab");
  await expect(row(-2)).not.toBeFocused();
  await keyboard.press("Shift+Tab");
  await expect(row(-2)).toBeFocused();
  await keyboard.press("Home");
  await expect(row(0)).toBeFocused();
  await keyboard.press("Enter");
  await expect(new Conversation(page).composer).toBeVisible();
  // What is chosen by other keys comes onto the screen.
  for (let steps = 0; steps < 25; steps += 1) await keyboard.press("Alt+ArrowDown");
  await expect(row(25)).toBeInViewport();
  await expect(row(25)).toHaveAttribute("aria-current", "page");
});

test("one goes from chat to chat, to the settings and back by keys", async ({ open, person }) => {
  const [ana, ben, cleo] = [await person("ana"), await person("ben"), await person("cleo")];
  const withBen = await directChannel(ana, ben);
  const withCleo = await directChannel(ana, cleo);
  const { page } = await open(ana);
  const { keyboard } = page;
  await post(ben, withBen, "news");
  await expect(page.getByRole("link", { name: /Ben.*1 unread message/ })).toBeVisible();
  await keyboard.press("Alt+Shift+ArrowDown");
  await expect(page).toHaveURL(new RegExp(withBen));
  await expect(page.getByRole("link", { name: /Ben.*1 unread message/ })).toHaveCount(0);
  await keyboard.press("Alt+ArrowDown");
  await expect(page).toHaveURL(new RegExp(withCleo));
  await keyboard.press("Alt+ArrowUp");
  await expect(page).toHaveURL(new RegExp(withBen));
  await keyboard.press("Control+k");
  await expect(page.getByRole("dialog", { name: "Go to" })).toBeVisible();
  await keyboard.type("cle");
  await keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(withCleo));
  await expect(new Conversation(page).composer).toBeFocused();
  await keyboard.press("Control+k");
  await keyboard.type("dark");
  await keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await keyboard.press("Control+k");
  await keyboard.type("privacy");
  await keyboard.press("Enter");
  const marks = page.getByRole("switch", { name: "Read marks" });
  await expect(marks).toBeChecked();
  for (let steps = 0; !(await marks.evaluate((one) => one === document.activeElement)); steps += 1) {
    expect(steps).toBeLessThan(40);
    await keyboard.press("Tab");
  }
  await keyboard.press("Space");
  await expect(marks).not.toBeChecked();
  await keyboard.press("Escape");
  await expect(page.getByRole("heading", { name: "Chats", exact: true })).toBeVisible();
  await keyboard.press("/");
  await expect(page.getByLabel("Filter chats")).toBeFocused();
  await keyboard.type("ben");
  await expect(page.getByRole("link", { name: /^Cleo/ })).toHaveCount(0);
  await keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(withBen));
  await keyboard.press("Control+Shift+f");
  await keyboard.type("new");
  await tabTo(page, "link", /news/);
  await keyboard.press("Enter");
  await expect(new Conversation(page).bubble("news")).toBeVisible();
  // What is open over one screen does not stay over another.
  await keyboard.press("Control+k");
  await expect(page.getByRole("dialog", { name: "Go to" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("dialog", { name: "Go to" })).toHaveCount(0);
});

test("one knows where one is on every screen, and comes back to where one left", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page } = await open(ana);
  const { keyboard } = page;
  const at = new Conversation(page);
  const focused = page.locator(":focus");
  await tabTo(page, "link", /^Ben/);
  await keyboard.press("Enter");
  await expect(at.composer).toBeFocused();
  await tabTo(page, "button", "About this chat");
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Contact info" })).toBeFocused();
  await keyboard.press("Escape");
  await expect(page).toHaveURL(new RegExp(`/c/${channel}$`));
  await expect(at.composer).toBeFocused();
  await keyboard.press("Escape");
  await expect(page).toHaveURL(/\/$/);
  await expect(focused).toHaveAttribute("href", `/c/${channel}`);
  await keyboard.press("Control+Shift+f");
  await expect(page.getByRole("searchbox", { name: "Search in messages" })).toBeFocused();
  await keyboard.press("Escape");
  await expect(page.getByRole("heading", { name: "Chats" })).toBeFocused();
  await tabTo(page, "button", "Settings");
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Settings" })).toBeFocused();
  await tabTo(page, "button", /^Devices/);
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Devices and password" })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Devices/ })).toBeFocused();
  await keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Settings" })).toBeFocused();
});

test("from the composer one comes to the messages, selects, reacts and deletes, and the help shows the keys for it", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "one", "two", "three");
  const { page } = await open(ana, { path: `/c/${channel}` });
  const { keyboard } = page;
  const at = new Conversation(page);
  await at.shows("one", "two", "three");
  await expect(at.composer).toBeFocused();
  await keyboard.press("Shift+ArrowUp");
  await expect(at.bubble("three")).toBeFocused();

  await keyboard.press("+");
  await page.getByRole("dialog").getByLabel("Find emoji").fill("rocket");
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await expect(at.bubble("three").getByRole("button", { name: /🚀 from You/ })).toBeVisible();
  await expect(at.bubble("three")).toBeFocused();

  await keyboard.press("x");
  await keyboard.press("ArrowUp");
  await keyboard.press("x");
  await expect(page.getByText("2 selected")).toBeVisible();
  await keyboard.press("Escape");
  await expect(page.getByText("2 selected")).toHaveCount(0);

  await at.bubble("one").focus();
  await keyboard.press("Delete");
  await page.getByRole("dialog").getByRole("button", { name: "Delete for me" }).click();
  await at.shows("two", "three");

  await at.bubble("two").focus();
  await keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard" });
  for (const group of ["Everywhere", "While you write", "In the messages"]) {
    await expect(help.getByRole("region", { name: group })).toBeVisible();
  }
  await expect(help).toContainText("React+");
});
