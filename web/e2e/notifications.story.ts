/** Being told while one looks elsewhere. */
import type { Page } from "@playwright/test";
import { Conversation } from "./support/app.ts";
import { directChannel, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

interface Shown {
  title: string;
  body: string;
  closed: boolean;
  onclick?: () => void;
}
type Stage = typeof globalThis & { shown: Shown[]; away: boolean };

/** A system that allows notifications and remembers them, and a window that can lose the focus. */
async function stage(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const here = globalThis as Stage;
    here.shown = [];
    here.away = false;
    document.hasFocus = () => !here.away;
    class Remembered {
      static permission = "default";
      static requestPermission = async () => {
        Remembered.permission = "granted";
        return "granted";
      };
      closed = false;
      readonly title: string;
      readonly body: string;
      constructor(title: string, { body }: { body: string }) {
        this.title = title;
        this.body = body;
        here.shown.push(this);
      }
      close() {
        this.closed = true;
      }
    }
    Object.assign(globalThis, { Notification: Remembered });
  });
  await page.reload();
}
const look = (page: Page, elsewhere: boolean) =>
  page.evaluate((away) => {
    (globalThis as Stage).away = away;
    dispatchEvent(new Event(away ? "blur" : "focus"));
  }, elsewhere);
const shown = (page: Page) =>
  page.evaluate(() => (globalThis as Stage).shown.map(({ title, body, closed }) => ({ title, body, closed })));

test("what comes while one looks elsewhere is shown, leads there, and is gone once it was read", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page } = await open(ana, { path: "/settings/notifications" });
  await stage(page);
  const wish = page.getByRole("switch", { name: "Show new messages" });
  await wish.click();
  await expect(wish).toBeChecked();
  await post(ben, channel, "while she looks");
  await expect(page).toHaveTitle("(1) Parley");
  expect(await shown(page)).toEqual([]);
  await look(page, true);
  await post(ben, channel, "Where *are* you?");
  await expect.poll(() => shown(page)).toEqual([{ title: "Ben", body: "Where are you?", closed: false }]);
  await page.evaluate(() => (globalThis as Stage).shown[0]?.onclick?.());
  await look(page, false);
  await new Conversation(page).shows("while she looks", "Where *are* you?".replaceAll("*", ""));
  await expect.poll(async () => (await shown(page))[0]?.closed).toBe(true);
  await expect(page).toHaveTitle("Parley");
});

test("nothing is shown by one tab while somebody looks at another", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page, tab } = await open(ana, { path: "/settings/notifications" });
  await stage(page);
  await page.getByRole("switch", { name: "Show new messages" }).click();
  const second = await tab();
  await expect(second.getByText("Ben")).toBeVisible();
  await look(page, true);
  await post(ben, channel, "one");
  await expect(page).toHaveTitle("(1) Parley");
  expect(await shown(page)).toEqual([]);
  await second.close();
  await post(ben, channel, "two");
  await expect.poll(async () => (await shown(page)).map(({ body }) => body)).toEqual(["two"]);
});
