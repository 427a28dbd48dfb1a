/** What one says of oneself, who sees what, where one is signed in, and going away for good. */
import { readFile } from "node:fs/promises";
import { ChannelList, Conversation, installed } from "./support/app.ts";
import { directChannel, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("others see the name, the picture and the words that somebody gives themselves", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page } = await open(ana, { path: "/settings/profile" });
  await page.getByLabel("Your name").fill("Ana Lima");
  await page.getByLabel("About you").fill("On the road until May");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved")).toBeVisible();
  await page.getByRole("button", { name: "Change picture" }).click();
  await page.getByLabel("Find emoji").fill("octopus");
  await page.getByRole("button", { name: "octopus" }).click();
  await page.getByRole("button", { name: "Done" }).click();
  const bens = await open(ben, { path: `/c/${channel}/info` });
  await expect(bens.page.getByRole("heading", { name: "Ana Lima" })).toBeVisible();
  await expect(bens.page.getByText("On the road until May")).toBeVisible();
  await expect(bens.page.getByRole("main").getByText("🐙")).toBeVisible();
  await expect(new ChannelList(bens.page).row("Ana Lima")).toBeVisible();
});

test("who shows no read marks sees none, and who hides is not seen to be there", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await ana.close();
  const hers = await open(ana, { path: "/settings/privacy" });
  const marks = hers.page.getByRole("switch", { name: "Read marks" });
  await marks.click();
  await expect(marks).not.toBeChecked();
  // Each shows what the server has.
  for (const label of ["Who sees when I am online", "Who sees when I was last here"]) {
    await hers.page.getByLabel(label).selectOption("Nobody");
    await expect(hers.page.getByLabel(label)).toHaveValue("nobody");
  }
  await hers.page.reload();
  await expect(marks).not.toBeChecked();
  await expect(hers.page.getByLabel("Who sees when I am online")).toHaveValue("nobody");
  const his = await Conversation.at((await open(ben)).page, channel);
  await his.say("Have you read this?");
  await hers.page.goto("/");
  const at = await new ChannelList(hers.page).choose("Ben");
  await at.shows("Have you read this?");
  await at.say("I have");
  await his.shows("Have you read this?", "I have");
  await expect(his.tick("Have you")).toHaveAttribute("data-tick", "delivered");
  await expect(his.page.getByText(/^(online|last seen)/)).toHaveCount(0);
});

test("somebody blocked is told that it was not sent, and writes again afterwards", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "buy this");
  const { page } = await open(ana, { path: `/c/${channel}` });
  await page.getByRole("button", { name: "About this chat" }).click();
  await page.getByRole("button", { name: "Block" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Block" }).click();
  await expect(page.getByRole("button", { name: "Unblock" })).toBeVisible();
  const his = await Conversation.at((await open(ben)).page, channel);
  await his.say("buy that");
  await expect(his.page.getByText("Not sent: You cannot write here")).toBeVisible();
  await his.say("or that");
  const lost = his.bubbles.filter({ hasText: "Not sent:" });
  await expect(lost).toHaveCount(2);
  // What was not sent stands apart from what was, and from the next one.
  const tops = await lost.evaluateAll((all) =>
    all.map((one) => {
      const bubble = one.querySelector("p")?.closest("article > div > div");
      return (bubble?.getBoundingClientRect().top ?? 0) - one.getBoundingClientRect().top;
    }),
  );
  for (const space of tops) expect(space).toBeGreaterThanOrEqual(8);
  await page.getByRole("button", { name: "Write a message" }).click();
  await expect(page.getByText("You have blocked Ben.")).toBeVisible();
  await page.goto("/settings/privacy");
  await page.getByRole("button", { name: "Unblock Ben" }).click();
  await expect(page.getByText("Nobody is blocked.")).toBeVisible();
  await lost.filter({ hasText: "or that" }).getByRole("button", { name: "Remove" }).click();
  await expect(lost).toHaveCount(1);
  await his.page.getByRole("button", { name: "Try again" }).click();
  await his.showsTick("buy that", "sent");
  await expect(his.page.getByText("Not sent:")).toHaveCount(0);
});

test("devices are named and signed out, and a new password ends all others", async ({ open, person }) => {
  const ana = await person("ana");
  const laptop = await open(ana, { path: "/settings/devices" });
  const { page } = laptop;
  const phone = await open(ana);
  await expect(new ChannelList(phone.page).row("Notes to myself")).toBeVisible();
  await expect(page.getByText("This device")).toBeVisible();
  await expect(page.getByText("Elsewhere", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Sign out Elsewhere" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByText("Elsewhere", { exact: true })).toHaveCount(0);
  await expect.poll(() => ana.client.state.name).toBe("stopped");

  await page.getByLabel("Current password").fill("not mine");
  await page.getByLabel("New password").fill("a much better one");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("That is not your password.")).toBeVisible();
  await page.getByLabel("Current password").fill(ana.password);
  await page.getByLabel("New password").fill("a much better one");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Your password is changed.")).toBeVisible();
  await expect(phone.page.getByText("You have been signed out on this device.")).toBeVisible();
  await phone.page.getByLabel("Handle").fill("ana");
  await phone.page.getByLabel("Password", { exact: true }).fill("a much better one");
  await phone.page.getByRole("button", { name: "Sign in" }).click();
  await expect(new ChannelList(phone.page).row("Notes to myself")).toBeVisible();
  await page.reload();
  await expect(page.getByText("This device")).toBeVisible();
});

test("somebody takes their data along, and goes for good", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ana, channel, "my very own words");
  const { page } = await open(ana, { path: "/settings/data" });
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export", exact: true }).click();
  const file = await readFile(await (await coming).path(), "utf8");
  expect(file).toContain("my very own words");
  for (const line of file.trim().split("\n")) JSON.parse(line);
  await page.getByRole("button", { name: "Clear and load again" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Clear and load again" }).click();
  await expect(page.getByText("Everything is loaded anew.")).toBeVisible();
  await page.goto("/");
  await expect(new ChannelList(page).row("Ben")).toContainText("my very own words");

  await page.goto("/settings/data");
  await page.getByRole("button", { name: "Delete account", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("switch", { name: "Also delete everything I wrote" }).click();
  await dialog.getByLabel("Password").fill("not mine");
  await dialog.getByRole("button", { name: "Delete for ever" }).click();
  await expect(dialog.getByText("That is not your password.")).toBeVisible();
  await dialog.getByLabel("Password").fill(ana.password);
  await dialog.getByRole("button", { name: "Delete for ever" }).click();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  const bens = await open(ben);
  await expect(new ChannelList(bens.page).row("Deleted account")).toBeVisible();
  await bens.page.goto(`/c/${channel}`);
  await expect(bens.page.getByText("This account has been deleted.")).toBeVisible();
  await expect(new Conversation(bens.page).bubble("Message deleted")).toBeVisible();
});

test("what the settings could not be told without a network comes when there is one", async ({ open, person }) => {
  const ana = await person("ana");
  const { page, network } = await open(ana, { path: "/settings" });
  await installed(page);
  network.cut();
  await page.getByRole("button", { name: "Devices and password" }).click();
  const problem = page.getByText("No connection. Check your network and try again.");
  await expect(problem).toBeVisible();
  await page.getByRole("main").getByRole("button", { name: "Try again" }).click();
  await expect(problem).toBeVisible();
  network.heal();
  await expect(page.getByText("Elsewhere", { exact: true })).toBeVisible();
  await expect(problem).toHaveCount(0);
});
