/** Who is there. */
import { ChannelList, newChat } from "./support/app.ts";
import { expect, test } from "./support/stories.ts";

test("somebody met just now is seen to be there, and when they were last", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  await ben.close();
  const { page } = await open(ana);
  const bens = await open(ben);
  const at = await newChat(page, "ben");
  await expect(page.getByText("online", { exact: true })).toBeVisible();
  await at.say("There you are");
  await (await new ChannelList(bens.page).choose("Ana")).shows("There you are");
  await bens.page.close();
  await expect(page.getByText(/^last seen /)).toBeVisible();
});
