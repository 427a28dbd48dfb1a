/** Signing in and out. */
import { ChannelList, installed } from "./support/app.ts";
import { directChannel, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test.use({ serverOptions: { args: ["--limit", "signin_failures=2"] } });

test("a wrong password is told where it is, and the right one gets in", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  await post(ben, await directChannel(ana, ben), "welcome back");
  const { page } = await open(undefined);
  await expect(page).toHaveURL(/\/sign-in$/);
  await page.getByLabel("Handle").fill("@Ana");
  const password = page.getByLabel("Password", { exact: true });
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Enter your password.")).toBeVisible();
  await expect(password).toBeFocused();
  await password.fill("not this one");
  await password.press("Enter");
  await expect(page.getByText("Handle or password is wrong. Check both and try again.")).toBeVisible();
  await expect(page.getByLabel("Handle")).toHaveValue("@Ana");
  await page.getByRole("button", { name: "Show password" }).click();
  await expect(password).toHaveAttribute("type", "text");
  await password.fill(ana.password);
  await password.press("Enter");
  await expect(new ChannelList(page).row("Ben")).toContainText("welcome back");
  await expect(page).toHaveURL(/\/$/);
});

test("a link into the app leads there once one is signed in", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page } = await open(undefined, { path: `/c/${channel}` });
  await page.getByLabel("Handle").fill("ana");
  await page.getByLabel("Password", { exact: true }).fill(ana.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(new RegExp(`/c/${channel}$`));
  await expect(page.getByRole("heading", { name: "Ben" })).toBeVisible();
});

test("who guesses is asked to wait, and so is told", async ({ open, person }) => {
  await person("ana");
  const { page } = await open(undefined, { path: "/sign-in" });
  await page.getByLabel("Handle").fill("ana");
  const password = page.getByLabel("Password", { exact: true });
  for (const guess of ["one guess", "two guesses"]) {
    await password.fill(guess);
    await password.press("Enter");
    await expect(page.getByText("Handle or password is wrong")).toBeVisible();
  }
  await password.fill("three guesses");
  await password.press("Enter");
  await expect(page.getByText("Too many attempts. Wait a little and try again.")).toBeVisible();
});

test("who signs out without a network is out at the server as soon as there is one", async ({ open, person }) => {
  const ana = await person("ana");
  const { page, network } = await open(ana, { path: "/settings" });
  await installed(page);
  network.cut();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByLabel("Handle")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Handle")).toBeVisible();
  const devices = async () => (await ana.client.http.devices()).map((device) => device.name);
  expect(await devices()).toContain("Story");
  network.heal();
  await page.reload();
  await expect.poll(devices).toEqual(["Elsewhere"]);
  const answer = await page.evaluate(async () => {
    const headers = { "content-type": "application/json" };
    return (await fetch("/v1/auth/refresh", { method: "POST", headers, body: '{"cookie":true}' })).status;
  });
  expect(answer).toBe(401);
});

test("after signing out nothing of it is left for who signs in next", async ({ open, person }) => {
  const [ana, ben, cleo] = [await person("ana"), await person("ben"), await person("cleo")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "for Ana alone");
  const { page, network } = await open(ana, { path: "/settings" });
  const list = new ChannelList(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Handle").fill("cleo");
  await page.getByLabel("Password", { exact: true }).fill(cleo.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(list.row("Notes to myself")).toBeVisible();
  await expect(list.row("Ben")).toHaveCount(0);
  network.cut();
  await page.goto(`/c/${channel}`);
  await expect(page.getByText("for Ana alone")).toHaveCount(0);
  await expect(list.row("Ben")).toHaveCount(0);
  const databases = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? ""));
  expect(databases.filter((name) => name.includes(ana.account))).toEqual([]);
  expect((await ana.client.http.devices()).map((device) => device.name)).toEqual(["Elsewhere"]);
});
