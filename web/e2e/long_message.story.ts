/** A message of 100,000 characters. */
import { Conversation } from "./support/app.ts";
import { directChannel, post, texts } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("the longest message goes out whole, is folded, and opens whole on the other side", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const [one, two] = [await open(ana), await open(ben)];
  const his = await Conversation.at(two.page, channel);
  const hers = await Conversation.at(one.page, channel);
  const word = "Donaudampfschiff ";
  const text = `${word.repeat(6_000).slice(0, 99_994)}the end`.slice(-100_000);
  await hers.say(text);
  await hers.showsTick("Donaudampfschiff", "delivered");
  const bubble = his.bubble("Donaudampfschiff");
  await expect(bubble).toHaveCount(1);
  expect(((await bubble.textContent()) ?? "").length).toBeLessThan(5_000);
  await bubble.getByRole("button", { name: "Show all" }).click();
  await expect(bubble).toContainText("the end");
  expect((await bubble.locator("p").first().textContent())?.trim()).toBe(text.trim());
  expect((await texts(ben, channel))[0]?.length).toBeGreaterThan(0);
});

test("one character more than the longest is not sent, and says so", async ({ open, person }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const { page } = await open(ana);
  const at = await Conversation.at(page, channel);
  await at.say("x".repeat(100_001));
  await expect(at.composer).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByText("That is too long. Shorten it and try again.")).toBeAttached();
  await expect(at.bubbles).toHaveCount(0);
});

test("a long message that is unfolded at the end of the chat is read from where one was, also while it waits", async ({
  open,
  person,
}) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const lines = (name: string) => Array.from({ length: 200 }, (_, number) => `${name} ${number};`).join("\n");
  await post(ben, channel, lines("line"));
  const { page, network } = await open(ana);
  const at = await Conversation.at(page, channel);
  const unfold = async (name: string) => {
    const bubble = at.bubble(`${name} 0;`);
    await bubble.getByRole("button", { name: "Show all" }).click();
    await expect(bubble).toContainText(`${name} 199;`);
    await expect(bubble.getByText(`${name} 20;`)).toBeInViewport();
    await expect(bubble.getByText(`${name} 199;`)).not.toBeInViewport();
  };
  await unfold("line");
  network.cut();
  await at.say(lines("mine"));
  await at.showsTick("mine 0;", "waiting");
  await unfold("mine");
});
