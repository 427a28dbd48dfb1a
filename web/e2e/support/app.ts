/** The app as somebody meets it: what a story looks at and presses. */
import { expect, type Locator, type Page } from "@playwright/test";
import type { ChannelId } from "../../../sdk/src/index.ts";

const ticks = ["waiting", "sent", "delivered", "read"] as const;

/** The list of conversations. */
export class ChannelList {
  readonly page: Page;
  readonly rows: Locator;

  constructor(page: Page) {
    this.page = page;
    this.rows = page.locator('a[href^="/c/"]');
  }

  row(name: string): Locator {
    return this.rows.filter({ hasText: name });
  }

  async choose(name: string): Promise<Conversation> {
    await this.row(name).first().click();
    const conversation = new Conversation(this.page);
    await expect(conversation.composer).toBeVisible();
    return conversation;
  }
}

/** The open conversation. */
export class Conversation {
  readonly page: Page;
  readonly log: Locator;
  readonly composer: Locator;
  readonly bubbles: Locator;

  constructor(page: Page) {
    this.page = page;
    this.log = page.getByRole("log");
    this.composer = page.locator('textarea[data-shortcut="composer"]');
    this.bubbles = this.log.getByRole("article");
  }

  /** Goes to its page. */
  static async at(page: Page, channel: ChannelId): Promise<Conversation> {
    await page.goto(`/c/${channel}`);
    const conversation = new Conversation(page);
    await expect(conversation.composer).toBeVisible();
    return conversation;
  }

  bubble(text: string | RegExp): Locator {
    return this.bubbles.filter({ hasText: text });
  }

  /** "waiting", "sent", "delivered" or "read". */
  tick(text: string): Locator {
    return this.bubble(text).locator("[data-tick]");
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    const isTouched = await this.page.evaluate(() => matchMedia("(hover: none) and (pointer: coarse)").matches);
    if (isTouched) await this.composer.locator("..").getByRole("button").last().click();
    else await this.composer.press("Enter");
  }

  /** What is said by the bubbles that are there, from the top; the list draws those around what is on the screen. */
  texts(): Promise<string[]> {
    return this.bubbles.locator("p").allInnerTexts();
  }

  async shows(...texts: string[]): Promise<void> {
    await expect.poll(() => this.texts()).toEqual(texts);
  }

  /** Waits until a message has got as far as this, or further. */
  async showsTick(text: string, tick: (typeof ticks)[number]): Promise<void> {
    const enough = ticks.slice(ticks.indexOf(tick), tick === "waiting" ? 1 : undefined);
    await expect(this.tick(text)).toHaveAttribute("data-tick", new RegExp(`^(${enough.join("|")})$`));
  }
}

/** What is known about a group, and what can be done there. */
export class GroupInfo {
  readonly page: Page;
  readonly members: Locator;

  constructor(page: Page) {
    this.page = page;
    this.members = page.getByRole("list", { name: "Members" });
  }

  /** From the open conversation. */
  static async of(page: Page): Promise<GroupInfo> {
    await page.getByRole("button", { name: "About this chat" }).click();
    await expect(page.getByRole("heading", { name: "Group info" })).toBeVisible();
    return new GroupInfo(page);
  }

  member(name: string): Locator {
    return this.members.getByRole("listitem").filter({ hasText: name });
  }

  /** What can be done about a member, in the order of the menu. */
  async choices(name: string): Promise<string[]> {
    await this.#menu(name).click();
    const items = this.page.getByRole("menuitem");
    await expect(items.first()).toBeVisible();
    const choices = await items.allInnerTexts();
    await this.page.keyboard.press("Escape");
    await expect(items).toHaveCount(0);
    return choices;
  }

  /** Something of the menu of a member; `confirm` is the button of the question that comes then. */
  async act(name: string, choice: string, confirm?: string): Promise<void> {
    await this.#menu(name).click();
    await this.page.getByRole("menuitem", { name: choice }).click();
    if (confirm === undefined) return;
    const question = this.page.getByRole("dialog");
    await question.getByRole("button", { name: confirm }).click();
    await expect(question).toHaveCount(0);
  }

  async add(...people: { readonly handle: string }[]): Promise<void> {
    await this.page.getByRole("button", { name: "Add people" }).click();
    await choosePeople(this.page, people);
    await this.page
      .getByRole("dialog")
      .getByRole("button", { name: /^Add \d/ })
      .click();
    await expect(this.page.getByRole("dialog")).toHaveCount(0);
  }

  async back(): Promise<void> {
    await this.page.getByRole("region", { name: "About this chat" }).getByRole("button", { name: "Back" }).click();
  }

  #menu(name: string): Locator {
    return this.page.getByRole("button", { name: `What to do about ${name}` });
  }
}

/** Waits until the app is on the device: from now on it opens, with all its parts, also without a network. */
export async function installed(page: Page): Promise<void> {
  const isInstalled = () =>
    page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      return navigator.serviceWorker.controller !== null;
    });
  await expect.poll(isInstalled).toBe(true);
}

/** Finds somebody by their handle, and opens the conversation with them. */
export async function newChat(page: Page, handle: string): Promise<Conversation> {
  await page.getByRole("button", { name: "Start something new" }).click();
  await page.getByRole("menuitem", { name: "New chat" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name or handle").fill(handle);
  await dialog.getByRole("button", { name: new RegExp(`@${handle}$`) }).click();
  const conversation = new Conversation(page);
  await expect(conversation.composer).toBeVisible();
  return conversation;
}

/** Finds people by their handles in the dialog that is open, and chooses them. */
export async function choosePeople(page: Page, people: readonly { readonly handle: string }[]): Promise<void> {
  const dialog = page.getByRole("dialog");
  for (const { handle } of people) {
    await dialog.getByLabel("Name or handle").fill(handle);
    await dialog.getByRole("checkbox", { name: new RegExp(`@${handle}$`) }).check();
  }
}

/** Says yes to the question of an invitation link. */
export async function join(page: Page): Promise<void> {
  const question = page.getByRole("dialog", { name: "Join this group?" });
  await question.getByRole("button", { name: "Join", exact: true }).click();
  await expect(question).toHaveCount(0);
}

/** Signs somebody up on the page. */
export async function signUpOn(page: Page, name: string, handle: string): Promise<void> {
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Handle").fill(handle);
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByLabel("Password", { exact: true })).toHaveCount(0);
}
