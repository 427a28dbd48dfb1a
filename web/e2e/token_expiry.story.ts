/** Access tokens that live for seconds. */
import type { Page, Route } from "@playwright/test";
import { Conversation } from "./support/app.ts";
import { directChannel, type Person, post } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

const tokensLive = (ms: number) => test.use({ serverOptions: { args: ["--limit", `access_token_ms=${ms}`] } });

const refreshCall = "/v1/auth/refresh";

/** Counts what the page asks for from now on. */
function watch(page: Page) {
  const seen = { renewed: 0, connections: 0 };
  page.on("response", (response) => {
    if (response.url().endsWith(refreshCall) && response.ok()) seen.renewed += 1;
  });
  page.on("websocket", () => {
    seen.connections += 1;
  });
  return seen;
}

/** Resolves when a token that was made just now has ended. */
async function tokenHasEnded(server: string, { handle, password }: Person): Promise<void> {
  const { accessToken } = await fetch(`${server}/v1/auth/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ handle, password, deviceName: "Stopwatch" }),
  }).then((answer) => answer.json());
  const headers = { authorization: `Bearer ${accessToken}` };
  await expect.poll(async () => (await fetch(`${server}/v1/account`, { headers })).status).toBe(401);
}

test.describe(() => {
  // A new one is asked for after half of it: also on a busy machine the rest is enough to ask once more.
  tokensLive(20_000);
  test("a page stays connected over the end of its tokens, also when the answer with a new one is lost", async ({
    open,
    person,
    server,
  }) => {
    const [ana, ben] = [await person("ana"), await person("ben")];
    const channel = await directChannel(ana, ben);
    const { page } = await open(ana);
    const at = await Conversation.at(page, channel);
    await at.say("with the first token");
    await at.showsTick("first token", "delivered");
    const seen = watch(page);
    let lost = 0;
    const lose = async (route: Route) => {
      const cookies = await page.context().cookies();
      await route.fetch();
      // The browser never got what the server said, and has its cookie of before.
      await page.context().clearCookies();
      await page.context().addCookies(cookies);
      lost += 1;
      await route.abort("connectionreset");
    };
    await page.route(`**${refreshCall}`, lose, { times: 1 });
    await tokenHasEnded(server.url, ana);
    await expect.poll(() => seen.renewed).toBeGreaterThanOrEqual(1);
    expect(lost).toBe(1);
    await at.say("with another one");
    await at.showsTick("another", "delivered");
    await post(ben, channel, "I hear you");
    await at.shows("with the first token", "with another one", "I hear you");
    expect(seen.connections).toBe(0);
    await page.goto("/settings/devices");
    await expect(page.getByText("This device")).toBeVisible();
  });
});

test.describe(() => {
  tokensLive(10_000);
  test("a page whose token ended in a tunnel goes on behind it", async ({ open, person, server }) => {
    const [ana, ben] = [await person("ana"), await person("ben")];
    const channel = await directChannel(ana, ben);
    const { page, network } = await open(ana);
    const at = await Conversation.at(page, channel);
    await at.say("in the light");
    await at.showsTick("light", "delivered");
    network.cut();
    await at.say("in the dark");
    await at.showsTick("dark", "waiting");
    await tokenHasEnded(server.url, ana);
    network.heal();
    await at.showsTick("dark", "delivered");
    await post(ben, channel, "and out again");
    await at.shows("in the light", "in the dark", "and out again");
  });
});
