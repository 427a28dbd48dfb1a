/** A device is revoked elsewhere. */
import { ChannelList, Conversation } from "./support/app.ts";
import { directChannel, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("a revoked device is signed out at once, says so, and keeps nothing to be read", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "a secret");
  const { page } = await open(ana);
  await (await Conversation.at(page, channel)).shows("a secret");
  const devices = await ana.client.http.devices();
  const lost = devices.find((device) => device.name === "Story");
  if (lost === undefined) throw new Error("the browser is not among the devices");
  await ana.client.http.revokeDevice(lost.device);
  await expect(page.getByRole("button", { name: "Sign in" }).first()).toBeVisible();
  await expect(page.getByText(/signed out/i)).toBeVisible();
  const databases = () => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  await expect.poll(databases).toEqual([]);
  await page.reload();
  await expect(page.getByRole("button", { name: "Sign in" }).first()).toBeVisible();
  await expect(new ChannelList(page).rows).toHaveCount(0);
});
