/** From Enter to the bubble, here and in the other browser. */
import { Conversation } from "../e2e/support/app.ts";
import { directChannel } from "../e2e/support/people.ts";
import { expect, test } from "../e2e/support/stories.ts";
import { median, note, percentile } from "./support/figures.ts";

const rounds = 40;

declare global {
  /** When Enter was pressed last, and when each bubble was painted, by its text; milliseconds of this machine. */
  var enterAt: number;
  var paintedAt: Record<string, number>;
}

function watch(): void {
  const now = (): number => performance.timeOrigin + performance.now();
  globalThis.paintedAt = {};
  addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter") globalThis.enterAt = now();
    },
    { capture: true },
  );
  new MutationObserver(() => {
    for (const bubble of document.querySelectorAll("[role=log] article p")) {
      const text = bubble.textContent ?? "";
      if (text in globalThis.paintedAt) continue;
      globalThis.paintedAt[text] = Number.NaN;
      requestAnimationFrame(() => {
        globalThis.paintedAt[text] = now();
      });
    }
  }).observe(document, { childList: true, subtree: true, characterData: true });
}

test("Enter to the bubble", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const [one, two] = [await open(ana, { path: "/healthz" }), await open(ben, { path: "/healthz" })];
  for (const { page } of [one, two]) await page.addInitScript(watch);
  const his = await Conversation.at(two.page, channel);
  const hers = await Conversation.at(one.page, channel);
  const [own, other]: [number[], number[]] = [[], []];
  for (let round = 1; round <= rounds; round += 1) {
    const text = `message ${round}`;
    await hers.say(text);
    await expect(hers.bubble(text).first()).toBeVisible();
    await expect(his.bubble(text).first()).toBeVisible();
    const enterAt = await one.page.evaluate(() => globalThis.enterAt);
    own.push((await one.page.evaluate((said) => globalThis.paintedAt[said] ?? Number.NaN, text)) - enterAt);
    other.push((await two.page.evaluate((said) => globalThis.paintedAt[said] ?? Number.NaN, text)) - enterAt);
  }
  note("Enter to one's own bubble, median", median(own), "ms", "<= 50");
  note("Enter to one's own bubble, 95 of 100", percentile(own, 0.95), "ms");
  note("Enter to the other browser's bubble, median", median(other), "ms", "<= 150");
  note("Enter to the other browser's bubble, 95 of 100", percentile(other, 0.95), "ms");
});
