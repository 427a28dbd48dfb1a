/** Every screen of somebody who is signed in, every dialog and every menu, and how one gets there. */
import type { Page } from "@playwright/test";
import { ChannelList, Conversation } from "../support/app.ts";
import { done } from "../support/people.ts";
import { expect } from "../support/stories.ts";
import type { Words } from "./words.ts";
import type { World } from "./world.ts";

export interface Stage {
  readonly page: Page;
  readonly world: World;
  readonly words: Words;
  readonly isPhone: boolean;
}

export interface Screen {
  readonly name: string;
  readonly path: (world: World) => string;
  /** What is to be done there. */
  readonly act?: (stage: Stage) => Promise<void>;
}

const at = (path: string) => () => path;
const home = at("/");
const direct = ({ direct }: World) => `/c/${direct}`;
const group = ({ group }: World) => `/c/${group}`;
const groupInfo = ({ group }: World) => `/c/${group}/info`;

const dialog = async ({ page }: Stage) => expect(page.locator("dialog[open]")).toBeVisible();

/** One after the other. */
const all =
  (...acts: readonly ((stage: Stage) => Promise<void>)[]) =>
  async (stage: Stage) => {
    for (const act of acts) await act(stage);
  };

/** Presses buttons by what they are called; each opens something of the kind. */
const press =
  (...keys: readonly string[]) =>
  async ({ page, words }: Stage) => {
    for (const key of keys)
      await page
        .getByRole("button", { name: words(key), exact: true })
        .last()
        .click();
  };

/** Opens the menu of a message, and presses what is called so. */
const ofMessage =
  (text: string, ...keys: readonly string[]) =>
  async ({ page, words }: Stage) => {
    await new Conversation(page).bubble(text).first().locator("[data-seq]").click({ button: "right" });
    await expect(page.getByRole("menu")).toBeVisible();
    for (const key of keys) await page.getByRole("menuitem", { name: words(key), exact: true }).click();
  };

const begin =
  (entry: string): ((stage: Stage) => Promise<void>) =>
  async (stage) => {
    const { page, words } = stage;
    await page.getByRole("button", { name: words("people.begin") }).click();
    await page.getByRole("menuitem", { name: words(entry) }).click();
    await dialog(stage);
  };

const lists: readonly Screen[] = [
  {
    name: "list",
    path: home,
    act: async ({ page, world }) => {
      const list = new ChannelList(page);
      await expect(list.rows.nth(8)).toBeVisible();
      await world.ben.client.typing(world.group, true);
      await expect(list.row("Alps in June")).toContainText("Ben ");
    },
  },
  {
    name: "list-archived",
    path: home,
    act: async ({ page, words }) =>
      page
        .getByRole("group", { name: words("list.show") })
        .getByRole("button", { name: words("list.filters.archived") })
        .click(),
  },
  {
    name: "list-filter-none",
    path: home,
    act: async ({ page, words }) => {
      await page.getByRole("button", { name: words("list.filters.all"), exact: true }).click();
      await page.getByRole("searchbox", { name: words("list.filter") }).fill("zzz");
      await expect(page.getByText(words("list.none"))).toBeVisible();
    },
  },
  {
    name: "list-menu",
    path: home,
    act: async ({ page, words }) => {
      await page.getByRole("searchbox", { name: words("list.filter") }).fill("");
      await new ChannelList(page).row("House 14b").click({ button: "right" });
      await expect(page.getByRole("menu")).toBeVisible();
    },
  },
  {
    name: "begin",
    path: home,
    act: async ({ page, words }) => {
      await page.getByRole("button", { name: words("people.begin") }).click();
      await expect(page.getByRole("menu")).toBeVisible();
    },
  },
];

const conversations: readonly Screen[] = [
  {
    name: "conversation",
    path: direct,
    act: async ({ page }) => expect(new Conversation(page).bubble("Shopping")).toBeVisible(),
  },
  {
    name: "group",
    path: group,
    act: async ({ page, world }) => {
      await expect(new Conversation(page).bubble("Booked")).toBeVisible();
      await world.ben.client.typing(world.group, true);
      await expect(page.locator("main header")).toContainText("Ben Okafor");
    },
  },
  {
    name: "notes",
    path: ({ notes }) => `/c/${notes}`,
    act: async ({ page }) => expect(new Conversation(page).bubble("Bakery")).toBeVisible(),
  },
  {
    name: "not-sent",
    path: ({ silent }) => `/c/${silent}`,
    act: async ({ page, words }) => {
      const conversation = new Conversation(page);
      if ((await conversation.bubble("Of course").count()) === 0) await conversation.say("Of course, send it over.");
      await expect(conversation.log.getByText(words("list.notSent"))).toBeVisible();
    },
  },
  { name: "closed", path: ({ blocked }) => `/c/${blocked}` },
  {
    name: "emoji",
    path: direct,
    act: async ({ page, words }) => {
      await page.getByRole("button", { name: words("conversation.emoji"), exact: true }).click();
      await expect(page.locator("[data-emoji]").first()).toBeVisible();
    },
  },
  {
    name: "completion",
    path: direct,
    act: async ({ page }) => {
      await new Conversation(page).composer.pressSequentially(":rock");
      await expect(page.getByRole("listbox")).toBeVisible();
    },
  },
  {
    name: "reply",
    path: direct,
    act: async (stage) => {
      await new Conversation(stage.page).composer.fill("");
      await ofMessage("Thursday is perfect", "conversation.reply")(stage);
      await stage.page.keyboard.type("Wonderful");
    },
  },
  {
    name: "list-draft",
    path: home,
    act: async ({ page, words }) =>
      expect(new ChannelList(page).row("Ben Okafor").filter({ hasText: words("list.draft") })).toBeVisible(),
  },
  { name: "message-menu", path: direct, act: ofMessage("Thursday is perfect") },
  {
    name: "selection",
    path: direct,
    act: async (stage) => {
      await ofMessage("Thursday is perfect", "conversation.select")(stage);
      await stage.page.getByRole("checkbox").nth(1).check();
    },
  },
  { name: "forward", path: direct, act: all(ofMessage("Thursday is perfect", "conversation.forward"), dialog) },
  { name: "receipts", path: group, act: all(ofMessage("Then book it", "conversation.whoRead"), dialog) },
  { name: "reactions", path: group, act: all(ofMessage("Then book it", "conversation.whoReacted"), dialog) },
  {
    name: "person",
    path: group,
    act: async (stage) => {
      await stage.page.locator("[data-person]").first().click();
      await dialog(stage);
    },
  },
  { name: "delete-message", path: direct, act: all(ofMessage("Thursday is perfect", "conversation.delete"), dialog) },
  {
    name: "written",
    path: ({ old }) => `/c/${old}`,
    act: async ({ page, world, words }) => {
      await new Conversation(page).composer.fill("Thank you all for three good years, and for the plants.");
      const { client } = world.ben;
      await done(client, client.removeMember(world.old, world.ana.account));
      await expect(page.getByRole("region", { name: words("conversation.written") })).toBeVisible();
    },
  },
];

const people: readonly Screen[] = [
  { name: "person-info", path: ({ direct }) => `/c/${direct}/info` },
  { name: "notes-info", path: ({ notes }) => `/c/${notes}/info` },
  { name: "block", path: ({ direct }) => `/c/${direct}/info`, act: all(press("people.block"), dialog) },
  {
    name: "group-info",
    path: groupInfo,
    act: async ({ page }) => expect(page.getByRole("main").getByText("@greta")).toBeVisible(),
  },
  {
    name: "group-members",
    path: groupInfo,
    act: async ({ page }) => page.getByText("@greta").first().scrollIntoViewIfNeeded(),
  },
  {
    name: "group-rights",
    path: groupInfo,
    act: async ({ page, words }) => page.getByText(words("group.leave")).scrollIntoViewIfNeeded(),
  },
  { name: "group-edit", path: groupInfo, act: all(press("group.edit"), dialog) },
  { name: "group-add", path: groupInfo, act: all(press("group.add"), dialog) },
  { name: "group-leave", path: groupInfo, act: all(press("group.leave"), dialog) },
  { name: "invitation", path: groupInfo, act: all(press("group.newInvitation"), dialog) },
  {
    name: "invitation-link",
    path: groupInfo,
    act: async (stage) => {
      await press("group.newInvitation", "group.makeLink")(stage);
      await expect(stage.page.getByRole("img", { name: stage.words("group.qr") })).toBeVisible();
    },
  },
  { name: "new-chat", path: home, act: begin("people.newChat") },
  { name: "join-question", path: at("/join#00000000-0000-7000-8000-000000000000.AAAAAAAAAAAAAAAAAAAAAA"), act: dialog },
  {
    name: "new-chat-nobody",
    path: home,
    act: async (stage) => {
      await begin("people.newChat")(stage);
      await stage.page.keyboard.type("nobody_at_all");
      await expect(stage.page.getByText(stage.words("people.nobody"))).toBeVisible();
    },
  },
  {
    name: "new-group",
    path: home,
    act: async (stage) => {
      await begin("people.newGroup")(stage);
      await stage.page.getByRole("checkbox").first().check();
      await stage.page.getByRole("checkbox").nth(2).check();
    },
  },
  {
    name: "new-group-name",
    path: home,
    act: async (stage) => {
      await begin("people.newGroup")(stage);
      await stage.page.getByRole("checkbox").first().check();
      await press("group.next", "group.create")(stage);
      await expect(stage.page.getByText(stage.words("group.needTitle"))).toBeVisible();
    },
  },
];

const settings: readonly Screen[] = [
  { name: "settings", path: at("/settings") },
  { name: "settings-profile", path: at("/settings/profile") },
  { name: "avatar", path: at("/settings/profile"), act: all(press("avatar.change"), dialog) },
  { name: "settings-privacy", path: at("/settings/privacy") },
  {
    name: "settings-devices",
    path: at("/settings/devices"),
    act: async ({ page, words }) => expect(page.getByText(words("settings.thisDevice"))).toBeVisible(),
  },
  { name: "settings-notifications", path: at("/settings/notifications") },
  { name: "settings-appearance", path: at("/settings/appearance") },
  { name: "settings-data", path: at("/settings/data") },
  { name: "delete-account", path: at("/settings/data"), act: all(press("settings.deleteAccount"), dialog) },
  { name: "sign-out", path: at("/settings"), act: all(press("settings.signOut"), dialog) },
];

const finding: readonly Screen[] = [
  { name: "search-empty", path: at("/search") },
  {
    name: "search",
    path: at("/search#the"),
    act: async ({ page }) => expect(page.locator("mark").nth(2)).toBeVisible(),
  },
  {
    name: "search-none",
    path: at("/search#zzzz"),
    act: async ({ page, words }) =>
      expect(page.getByRole("heading", { name: words("search.nothing") }).last()).toBeVisible(),
  },
  { name: "palette", path: home, act: all(({ page }) => page.keyboard.press("Control+KeyK"), dialog) },
  {
    name: "palette-none",
    path: home,
    act: async ({ page, words }) => {
      await page.keyboard.press("Control+KeyK");
      await page.getByRole("combobox").fill("zzzz");
      await expect(page.getByText(words("palette.nothing"))).toBeVisible();
    },
  },
  { name: "keyboard", path: home, act: all(({ page }) => page.keyboard.press("?"), dialog) },
  { name: "unknown", path: at("/c/00000000-0000-7000-8000-000000000000/info") },
];

/** What is begun without a network. */
export const tunnel: readonly Screen[] = [
  {
    name: "joining",
    path: at("/join#00000000-0000-7000-8000-000000000000.AAAAAAAAAAAAAAAAAAAAAA"),
    act: async (stage) => {
      await press("group.join")(stage);
      await expect(stage.page.getByRole("heading", { name: stage.words("conversation.joining") })).toBeVisible();
    },
  },
  { name: "joining-info", path: at("/c/00000000-0000-7000-8000-000000000000/info") },
  {
    name: "new-group-offline",
    path: home,
    act: async (stage) => {
      await begin("people.newGroup")(stage);
      await expect(stage.page.getByText(stage.words("people.onlyKnown"))).toBeVisible();
    },
  },
  {
    name: "group-to-be",
    path: home,
    act: async (stage) => {
      await begin("people.newGroup")(stage);
      await stage.page.getByRole("checkbox").first().check();
      await press("group.next")(stage);
      await stage.page.getByLabel(stage.words("group.title")).fill("Plants to give away");
      await press("group.create")(stage);
      await new Conversation(stage.page).say("The big fern is still to be had.");
      await new Conversation(stage.page).showsTick("fern", "waiting");
    },
  },
];

export const screens: readonly Screen[] = [...lists, ...conversations, ...people, ...settings, ...finding];
