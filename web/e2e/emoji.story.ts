/** Emoji, and the skin that they have. */
import { Conversation } from "./support/app.ts";
import { directChannel, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("a skin tone is chosen for all emoji and kept on the device, or for one, with the mouse and by keys", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "hello");
  const { page } = await open(ana, { path: `/c/${channel}` });
  const { keyboard } = page;
  const at = new Conversation(page);
  const picker = page.getByRole("dialog", { name: "Emoji" });
  const find = async (name: string) => {
    await picker.getByLabel("Find emoji").fill(name);
    return picker.getByRole("button", { name, exact: true }).first();
  };
  const openPicker = () => page.getByRole("button", { name: "Emoji", exact: true }).click();
  await openPicker();
  await picker.getByRole("button", { name: "Skin tone: none" }).click();
  await page.getByRole("menuitemcheckbox", { name: "medium", exact: true }).click();
  await expect(picker.getByRole("button", { name: "Skin tone: medium" })).toHaveText("✋🏽");
  await (await find("waving hand")).click();
  await expect(at.composer).toHaveValue("👋🏽");

  await page.reload();
  await at.composer.press("End");
  await openPicker();
  await expect(picker.getByRole("button", { name: "Skin tone: medium" })).toBeVisible();
  await (await find("waving hand")).click({ button: "right" });
  await page.getByRole("menuitem", { name: "dark", exact: true }).click();
  await expect(at.composer).toHaveValue("👋🏽👋🏿");
  // An emoji without skin has no such menu.
  await (await find("party popper")).click({ button: "right" });
  await expect(page.getByRole("menu")).toHaveCount(0);

  await (await find("thumbs up")).focus();
  await keyboard.press("Shift+F10");
  await expect(page.getByRole("menuitem", { name: "none" })).toBeFocused();
  await keyboard.press("ArrowRight");
  await expect(page.getByRole("menuitem", { name: "light", exact: true })).toBeFocused();
  await keyboard.press("Escape");
  await expect(picker.getByRole("button", { name: "thumbs up", exact: true }).first()).toBeFocused();
  await keyboard.press("Shift+F10");
  await keyboard.press("ArrowRight");
  await keyboard.press("Enter");
  await expect(at.composer).toHaveValue("👋🏽👋🏿👍🏻");

  await keyboard.press("Escape");
  await at.composer.fill("");
  await at.bubble("hello").locator("[data-seq]").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Another reaction" }).click();
  await page.getByRole("dialog").getByLabel("Find emoji").fill("clapping hands");
  await page.getByRole("dialog").getByRole("button", { name: "clapping hands" }).click();
  await expect(at.bubble("hello").getByRole("button", { name: /👏🏽 from You/ })).toBeVisible();
});

test("without the table of emoji the picker says so, and has it as soon as it can be had", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page } = await open(ana, { browser: { serviceWorkers: "block" } });
  let isReachable = false;
  // The texts have names like it.
  await page.route(/\/assets\/en-.*\.js/u, async (route) => {
    const response = await route.fetch();
    if (!isReachable && (await response.text()).includes("grinning face")) return route.abort();
    return route.fulfill({ response });
  });
  const at = await Conversation.at(page, channel);
  await at.composer.pressSequentially("hello :tada");
  await page.getByRole("button", { name: "Emoji", exact: true }).click();
  const picker = page.getByRole("dialog", { name: "Emoji" });
  await expect(picker.getByText("No connection")).toBeVisible();
  isReachable = true;
  await picker.getByRole("button", { name: "Try again" }).click();
  await expect(picker.getByRole("button", { name: "grinning face", exact: true })).toBeVisible();
});
