/** The app in Arabic, as somebody in Egypt reads it. */
import { ChannelList, Conversation } from "./support/app.ts";
import { directChannel, group, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

const browser = { locale: "ar-EG", timezoneId: "Africa/Cairo" };
const box = async (of: { boundingBox(): Promise<{ x: number; width: number } | null> }) => {
  const found = await of.boundingBox();
  if (found === null) throw new Error("not on the screen");
  return found;
};

test("everything runs from right to left, with the numbers, plurals and dates of the reader", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana", "آنا"), await person("ben", "Ben Carter")];
  const channel = await directChannel(ana, ben);
  const { page } = await open(ana, { browser });
  const list = new ChannelList(page);
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(page.locator("html")).toHaveAttribute("lang", "ar");
  await expect(page.getByRole("heading", { name: "المحادثات" })).toBeVisible();
  await post(ben, channel, "first", "second");
  await expect(list.row("Ben").getByLabel("رسالتان غير مقروءتين")).toHaveText("٢");
  await post(ben, channel, "third");
  await expect(list.row("Ben").getByLabel("٣ رسائل غير مقروءة")).toHaveText("٣");
  await expect(list.row("Ben").locator("time")).toHaveText(/^[٠-٩]{1,2}:[٠-٩]{2}/);

  const at = await list.choose("Ben");
  const pane = await box(page.locator("nav").filter({ has: list.rows.first() }));
  const main = await box(page.getByRole("main"));
  expect(pane.x).toBeGreaterThan(main.x + main.width / 2);
  // One's own stands at the end of the line, which is on the left.
  await at.say("مرحبًا");
  await at.showsTick("مرحبًا", "delivered");
  const [own, other] = [await box(at.bubble("مرحبًا").locator("p")), await box(at.bubble("third").locator("p"))];
  expect(own.x).toBeLessThan(other.x);
  await expect(at.log).toContainText("اليوم");
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});

test("messages and names keep their own direction among others", async ({ open, person }) => {
  const [ana, ben] = [await person("ana", "آنا"), await person("ben", "Ben (دبي)")];
  const channel = await group("فريق Team 7", ben, ana);
  const said = ["Price: 5 جنيه, ok?", "السعر 5 EUR فقط!", "https://example.org/مرحبا?a=1", "שלום ana"];
  await post(ben, channel, ...said);
  const { page } = await open(ana, { path: `/c/${channel}`, browser });
  const at = new Conversation(page);
  await at.shows(...said);
  const directions = await at.bubbles
    .locator("p")
    .evaluateAll((all) => all.map((one) => getComputedStyle(one).direction));
  expect(directions).toEqual(["ltr", "rtl", "ltr", "rtl"]);
  await at.composer.fill("English first");
  expect(await at.composer.evaluate((field) => getComputedStyle(field).direction)).toBe("ltr");
  await at.composer.fill("عربي");
  expect(await at.composer.evaluate((field) => getComputedStyle(field).direction)).toBe("rtl");
  await expect(at.log).toContainText("أنشأ \u2068Ben (دبي)\u2069 المجموعة «فريق Team 7»");
});

test("whoever changes the language sees all of it change at once", async ({ open, person }) => {
  const ana = await person("ana");
  const { page, tab } = await open(ana, { path: "/settings/appearance", browser });
  const other = await tab();
  await expect(other.locator("html")).toHaveAttribute("dir", "rtl");
  await page.getByLabel("اللغة").selectOption({ label: "Deutsch" });
  await expect(page.locator("html")).toHaveAttribute("dir", "ltr");
  await expect(page.getByRole("heading", { name: "Aussehen" })).toBeVisible();
  await expect(other.locator("html")).toHaveAttribute("lang", "de");
  await page.getByText("Dunkel", { exact: true }).click();
  await expect(other.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Aussehen" })).toBeVisible();
  await page.getByLabel("Sprache").selectOption({ label: "日本語" });
  await expect(page.locator("html")).toHaveAttribute("lang", "ja");
});
