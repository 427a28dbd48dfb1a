/** Two tabs of one browser, of which the one that leads stands still: in the other nothing looks lost, and nothing is. */
import { Conversation } from "./support/app.ts";
import { directChannel, post, texts } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("what is sent while the leading tab is stuck is there at once, and what is typed after it stays", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "anybody there?");
  const { page: stuck, tab } = await open(ana, { path: `/c/${channel}` });
  await new Conversation(stuck).shows("anybody there?");
  const page = await tab(`/c/${channel}`);
  const at = new Conversation(page);
  await at.shows("anybody there?");
  // The last that came from the tab that leads.
  await expect.poll(() => page.evaluate(() => document.hasFocus())).toBe(true);
  const devtools = await stuck.context().newCDPSession(stuck);
  await devtools.send("Debugger.enable");
  await devtools.send("Debugger.pause");
  await post(ben, channel, "hello?");
  await at.say("sent while stuck");
  await at.showsTick("sent while stuck", "waiting");
  await at.composer.pressSequentially("typed since");
  await at.showsTick("sent while stuck", "sent");
  await at.shows("anybody there?", "hello?", "sent while stuck");
  await expect(at.composer).toHaveValue("typed since");
  await devtools.send("Debugger.resume");
  await devtools.send("Debugger.disable");
  await at.say("typed since, and sent");
  await expect
    .poll(() => texts(ben, channel))
    .toEqual(["anybody there?", "hello?", "sent while stuck", "typed since, and sent"]);
  await page.reload();
  await expect(at.composer).toHaveValue("");
});
