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
    await this.composer.press("Enter");
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
