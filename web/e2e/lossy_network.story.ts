/** A network that refuses connections, and lets others fall silent without a word. */
import { Conversation, installed } from "./support/app.ts";
import { directChannel, texts } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test.use({ serverOptions: { args: ["--limit", "heartbeat_ms=1000"] } });

test("all that two people say over a lossy network is there once and in order, also after a reload", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const [one, two] = [await open(ana), await open(ben)];
  const [hers, his] = [await Conversation.at(one.page, channel), await Conversation.at(two.page, channel)];
  // The app itself is there from now on, whatever the network does.
  await installed(two.page);
  for (const { network } of [one, two]) {
    network.shape({ delayMs: 20, stallAfterBytes: 3_000, refuseEach: 3 });
    network.breakAll();
  }
  const numbers = [1, 2, 3, 4];
  for (const number of numbers) {
    await hers.say(`ana ${number}`);
    await his.say(`ben ${number}`);
    if (number === 2) {
      // Said is what stands there; before that it would be a draft again.
      await expect(his.bubble("ben 2")).toBeVisible();
      await two.page.reload();
    }
  }
  const of = (name: string, all: readonly string[]) => all.filter((text) => text.startsWith(name));
  const shows = async (at: Conversation) => {
    await expect
      .poll(async () => of("ana", await at.texts()), { timeout: 60_000 })
      .toEqual(numbers.map((n) => `ana ${n}`));
    await expect
      .poll(async () => of("ben", await at.texts()), { timeout: 60_000 })
      .toEqual(numbers.map((n) => `ben ${n}`));
  };
  await shows(hers);
  await shows(his);
  await hers.showsTick("ana 4", "delivered");
  const all = await hers.texts();
  expect(await his.texts()).toEqual(all);
  await expect.poll(() => texts(ana, channel)).toEqual(all);
});

test("who was cut off without a word notices by themselves, says so, and goes on", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page, network } = await open(ana);
  const at = await Conversation.at(page, channel);
  await at.say("before");
  await at.showsTick("before", "delivered");
  const connections = network.connections;
  network.freeze();
  await at.say("into the silence");
  await at.showsTick("silence", "waiting");
  await expect(page.getByText(/^(You are offline|Connecting)/)).toBeVisible();
  network.heal();
  await at.showsTick("silence", "delivered");
  expect(network.connections).toBeGreaterThan(connections);
  await expect(page.getByText(/^(You are offline|Connecting)/)).toHaveCount(0);
  await expect.poll(() => texts(ben, channel)).toEqual(["before", "into the silence"]);
});
