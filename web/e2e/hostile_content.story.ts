/** What people write is text, whatever it says. */
import { ChannelList, Conversation } from "./support/app.ts";
import { done, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

const hostile = [
  "<img src=x onerror=\"document.title='broken in'\">",
  "<script>document.title='broken in'</script>",
  "javascript:document.title='broken in'",
  '[press me](javascript:alert(1)) https://example.org/<b>"onmouseover=alert(1)',
  "data:text/html,<script>alert(1)</script>",
  "\u202eright to left override\u202c then \u2066isolate",
  "{{name}} %s $t(app.failed)",
  "é".normalize("NFD").repeat(3) + "\u0336\u0489".repeat(200),
];

test("nothing that is written runs, leads elsewhere or turns the page around", async ({ open, person }) => {
  const [ana, mal] = [await person("ana"), await person("mal", "<b>Mal</b>\u0489\u0489{{name}}")];
  const title = `${"W".repeat(60)}<i>${"﷽".repeat(20)}`;
  const channel = await done(mal.client, mal.client.createGroup({ title, members: [ana.account] }));
  await post(mal, channel, ...hostile);
  const { page } = await open(ana);
  const alarms: string[] = [];
  page.on("dialog", (dialog) => void alarms.push(dialog.message()));
  page.on("pageerror", (error) => void alarms.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") alarms.push(message.text());
  });
  await expect(new ChannelList(page).row("W".repeat(60))).toBeVisible();
  const at = await Conversation.at(page, channel);
  await expect(at.bubbles).toHaveCount(hostile.length);
  await expect(at.log.getByText("onerror=")).toBeAttached();
  const inside = await at.log.evaluate((log) => ({
    elements: [...log.querySelectorAll("article img, article script, article b, article i")].length,
    links: [...log.querySelectorAll("a")].map((link) => new URL(link.href).protocol),
  }));
  expect(inside.elements).toBe(0);
  expect(inside.links.every((protocol) => protocol === "https:")).toBe(true);
  await expect(page).not.toHaveTitle(/broken in/);
  // Nothing stands out of the page, nor of a line of it.
  const tooWide = await at.log.evaluate(
    (log) => [...log.querySelectorAll("p")].filter((line) => line.scrollWidth > line.clientWidth).length,
  );
  expect(tooWide).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  expect(alarms).toEqual([]);
});
