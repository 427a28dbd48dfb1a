/** A conversation of ten thousand messages, and the place that somebody has in it. */
import type { Page } from "@playwright/test";
import { Conversation } from "./support/app.ts";
import { directChannel, done, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

const many = 10_000;
const tall = { viewport: { width: 900, height: 2_400 } };

const text = (number: number): string =>
  `${number}: ${"word after word ".repeat((number * number) % 23)}${number % 11 === 0 ? "\n\nwith\nlines" : ""}`;
const texts = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, at) => text(first + at));

interface Seen {
  readonly count: number;
  readonly first: number;
  readonly last: number;
  /** Where the next bubble was not the next message. */
  readonly holes: readonly string[];
}

/** Scrolls, a little less than the height of the list for each frame, until the message with this number is there. */
function scrollTo(page: Page, end: number, sign: 1 | -1): Promise<Seen> {
  return page.evaluate(
    async ([wanted, direction]) => {
      const log = document.querySelector<HTMLElement>("[role=log]");
      if (log === null) throw new Error("there is no conversation");
      const seen = new Set<number>();
      const holes: string[] = [];
      const look = () => {
        const numbers = [...log.querySelectorAll("article p:first-child")].map((p) =>
          Number.parseInt(p.textContent ?? "", 10),
        );
        for (const [at, number] of numbers.entries()) {
          seen.add(number);
          const next = numbers[at + 1];
          if (next !== undefined && next !== number + 1) holes.push(`${number} before ${next}`);
        }
      };
      // No part of the list is empty, but above its beginning and below its end.
      const isDrawn = () => {
        const { top, bottom } = log.getBoundingClientRect();
        const rows = [...(log.firstElementChild?.children ?? [])].map((row) => row.getBoundingClientRect());
        const begins = log.scrollTop < 2 || Math.min(...rows.map((row) => row.top)) <= top;
        const ends = log.scrollHeight - log.clientHeight - log.scrollTop < 2;
        return begins && (ends || Math.max(...rows.map((row) => row.bottom)) >= bottom);
      };
      // Since there was one more.
      let [frames, known] = [0, 0];
      for (look(); !seen.has(wanted); look()) {
        log.scrollBy(0, direction * 0.8 * log.clientHeight);
        do {
          await new Promise(requestAnimationFrame);
          if (seen.size > known) {
            known = seen.size;
            frames = 0;
          }
          frames += 1;
          if (frames > 1_000) {
            throw new Error(
              `no more than ${known}, at ${log.scrollTop} of ${log.scrollHeight}: ${log.textContent.slice(-200)}`,
            );
          }
        } while (!isDrawn());
      }
      return { count: seen.size, first: Math.min(...seen), last: Math.max(...seen), holes };
    },
    [end, sign] as const,
  );
}

test("ten thousand messages come down and up in order, with none missing", async ({ open, person }) => {
  test.setTimeout(600_000);
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, ...texts(1, many));
  const { page } = await open(ana, { browser: tall });
  const at = await Conversation.at(page, channel);
  // One begins with what one has not read.
  await expect(page.getByText("New messages")).toBeVisible();
  await expect(at.bubble(/^1: /)).toBeInViewport();
  const whole = { count: many, first: 1, last: many, holes: [] };
  expect(await scrollTo(page, many, 1)).toEqual(whole);
  expect(await scrollTo(page, 1, -1)).toEqual(whole);
  await page.getByRole("button", { name: "To the newest message" }).click();
  await expect(at.bubble(new RegExp(`^${many}: `))).toBeInViewport();
});

/** Where the first bubble that is whole on the screen stands, and what it says. */
async function place(page: Page): Promise<{ readonly text: string; readonly top: number }> {
  const find = () =>
    page.evaluate(() => {
      const log = document.querySelector("[role=log]")?.getBoundingClientRect();
      const bubbles = [...document.querySelectorAll("[role=log] article")];
      const first = bubbles.find((one) => one.getBoundingClientRect().top >= (log?.top ?? 0));
      const top = first?.getBoundingClientRect().top ?? Number.NaN;
      return { text: first?.querySelector("p")?.textContent ?? "", top, isDrawn: top < (log?.bottom ?? 0) };
    });
  await expect.poll(async () => (await find()).isDrawn).toBe(true);
  return find();
}

async function topOf(page: Page, said: string): Promise<number> {
  return page.evaluate((wanted) => {
    const found = [...document.querySelectorAll("[role=log] article")].find(
      (article) => article.querySelector("p")?.textContent === wanted,
    );
    return found?.getBoundingClientRect().top ?? Number.NaN;
  }, said);
}

const heightOf = (page: Page): Promise<number> => page.getByRole("log").evaluate((log) => log.scrollHeight);

test("what somebody reads stays where it is, to the pixel, whatever comes before and after it", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, ...texts(1, 300));
  await done(ana.client, ana.client.post(channel, { text: "301: so much!" }));
  await ana.client.read(channel, ana.client.channel(channel)?.head ?? 0);
  const { page, network } = await open(ana);
  const at = await Conversation.at(page, channel);
  await expect(at.bubble("301: ")).toBeInViewport();

  // At the edge of what is here, without a network.
  network.cut();
  // The list may still be on its way to the end where it begins.
  const scrolled = () =>
    page.getByRole("log").evaluate(async (log) => {
      log.scrollTo(0, 150);
      for (let frame = 0; frame < 10; frame += 1) await new Promise(requestAnimationFrame);
      return log.scrollTop;
    });
  await expect.poll(scrolled).toBeLessThan(400);
  const older = await place(page);
  const before = await heightOf(page);
  network.heal();
  await expect.poll(() => heightOf(page)).toBeGreaterThan(before);
  expect(Math.abs((await topOf(page, older.text)) - older.top)).toBeLessThan(1);

  // New ones below.
  await post(ben, channel, "302: news", "303: more news");
  await expect(page.getByRole("button", { name: "To the newest message" }).locator("..")).toContainText("2");
  expect(Math.abs((await topOf(page, older.text)) - older.top)).toBeLessThan(1);

  // Something above grows.
  const above = await page.evaluate(() => {
    const top = document.querySelector("[role=log]")?.getBoundingClientRect().top ?? 0;
    const bubbles = [...document.querySelectorAll<HTMLElement>("[role=log] article")];
    const last = bubbles.findLast((article) => article.getBoundingClientRect().bottom < top);
    return Number(last?.querySelector<HTMLElement>("[data-seq]")?.dataset.seq);
  });
  const grown = await heightOf(page);
  await done(ben.client, ben.client.react(channel, above, "🎉"));
  await expect.poll(() => heightOf(page)).toBeGreaterThan(grown);
  expect(Math.abs((await topOf(page, older.text)) - older.top)).toBeLessThan(1);

  await page.getByRole("button", { name: "To the newest message" }).click();
  await expect(at.bubble("303: ")).toBeInViewport();
  await at.say("304: mine");
  await expect(at.bubble("304: ")).toBeInViewport();
});

test("who is at the end stays there while the window, the draft and the conversation grow", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ana, channel, ...texts(1, 40));
  const { page } = await open(ana, { browser: { viewport: { width: 900, height: 800 } } });
  const at = await Conversation.at(page, channel);
  const gap = () =>
    page.evaluate(() => {
      const log = document.querySelector("[role=log]");
      return log === null ? Number.NaN : log.scrollHeight - log.clientHeight - log.scrollTop;
    });
  const endsAt = (said: string) => async () => {
    await expect(at.bubble(said)).toBeInViewport();
    await expect.poll(gap).toBeLessThan(2);
  };
  await endsAt("40: ")();
  await at.composer.fill("a draft\nof\nsome\nlines");
  await endsAt("40: ")();
  await page.setViewportSize({ width: 500, height: 500 });
  await endsAt("40: ")();
  await post(ben, channel, text(41));
  await endsAt("41: ")();
  await done(ben.client, ben.client.react(channel, (await ben.client.history(channel, { limit: 1 })).to, "👍"));
  await expect(at.bubble("41: ").getByRole("button", { name: /👍/ })).toBeInViewport();
  await endsAt("41: ")();
});

test("a few messages stand at the bottom, where one writes", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  await post(ben, channel, "only this");
  const { page } = await open(ana);
  const at = await Conversation.at(page, channel);
  const bubble = await at.bubble("only this").boundingBox();
  const log = await at.log.boundingBox();
  if (bubble === null || log === null) throw new Error("nothing is there");
  expect(log.y + log.height - (bubble.y + bubble.height)).toBeLessThan(40);
});
