/** Links into groups. */
import { ChannelList, Conversation, join } from "./support/app.ts";
import { group, invite, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("a link joins nobody who did not say so", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await group("Book club", ana);
  const { link } = await invite(ana, channel);
  const { page } = await open(ben, { path: `/join#${link}` });
  const question = page.getByRole("dialog", { name: "Join this group?" });
  for (const leave of [
    () => question.getByRole("button", { name: "Not now" }).click(),
    () => page.keyboard.press("Escape"),
  ]) {
    await page.goto(`/join#${link}`);
    await page.reload();
    await expect(question).toContainText("the members see your name");
    await leave();
    await expect(question).toHaveCount(0);
    await expect(page).toHaveURL(/\/$/);
  }
  await post(ana, channel, "Is anybody here?");
  expect(ana.client.channel(channel)?.members).toBe(1);
  await expect(new ChannelList(page).row("Book club")).toHaveCount(0);
});

test("a link opens the group for who is signed in, again and again, until it is used up", async ({ open, person }) => {
  const [ana, ben, cleo] = [await person("ana"), await person("ben"), await person("cleo")];
  const channel = await group("Book club", ana);
  await post(ana, channel, "Who wants to read with me?");
  const { link } = await invite(ana, channel, { uses: 1 });
  const path = `/join#${link}`;
  const bens = await open(ben, { path });
  const at = new Conversation(bens.page);
  await join(bens.page);
  await expect(bens.page.getByRole("heading", { name: "Book club" })).toBeVisible();
  await at.say("I do");
  await at.showsTick("I do", "sent");
  await expect(bens.page).toHaveURL(new RegExp(`/c/${channel}$`));
  await bens.page.goto(path);
  await bens.page.reload();
  await expect(bens.page).toHaveURL(new RegExp(`/c/${channel}$`));
  await expect(at.bubble("I do")).toBeVisible();

  const cleos = await open(cleo, { path });
  await join(cleos.page);
  await expect(cleos.page.getByText("was used up")).toBeVisible();
  await expect(cleos.page).toHaveURL(/\/$/);
  await expect(new ChannelList(cleos.page).row("Book club")).toHaveCount(0);
});

test("who has an account signs in by the link and is in the group; what is no link says so", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await group("Book club", ana);
  const { link } = await invite(ana, channel);
  const { page } = await open(undefined, { path: `/join#${link}` });
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Then you can join the group you were invited to.")).toBeVisible();
  await page.getByLabel("Handle").fill("ben");
  await page.getByLabel("Password", { exact: true }).fill(ben.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await join(page);
  await expect(page.getByRole("heading", { name: "Book club" })).toBeVisible();
  await expect(new Conversation(page).log).toContainText("You joined by invitation");
  await page.goto("/join#half-of-a-link");
  await expect(page.getByText("This invitation has expired, was used up or was taken back")).toBeVisible();
  await expect(page).toHaveURL(/\/$/);
});
