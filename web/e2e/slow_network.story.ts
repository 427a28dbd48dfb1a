/** A network that is slow, and breaks now and then. */
import { Conversation } from "./support/app.ts";
import { directChannel, post, texts } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("all that two people say over a bad network arrives once and in order", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page, network } = await open(ana);
  const at = await Conversation.at(page, channel);
  await at.say("first");
  await at.showsTick("first", "delivered");
  network.shape({ delayMs: 150, bytesPerSecond: 20_000, breakAfterBytes: 4_000 });
  network.breakAll();
  const said = ["first"];
  for (let number = 1; number <= 10; number += 1) {
    await at.say(`ana ${number}`);
    await post(ben, channel, `ben ${number}`);
    said.push(`ana ${number}`);
    if (number % 4 === 0) network.breakAll();
  }
  const anas = async () => (await texts(ben, channel)).filter((text) => !text.startsWith("ben"));
  await expect.poll(anas, { timeout: 60_000 }).toEqual(said);
  network.shape({});
  network.breakAll();
  const all = await texts(ben, channel);
  expect(all.filter((text) => text.startsWith("ben"))).toEqual(said.slice(1).map((text) => text.replace("ana", "ben")));
  await expect.poll(async () => (await at.texts()).slice(-5)).toEqual(all.slice(-5));
});
