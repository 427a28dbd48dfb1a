/** The server is killed with -9 under an open page, and started again. */
import { Conversation } from "./support/app.ts";
import { directChannel } from "./support/people.ts";
import { expect, test } from "./support/stories.ts";

test("the conversation goes on where it was, and nothing that had a tick is lost", async ({ open, person, server }) => {
  const [ana, ben] = [await person("ana"), await person("ben")];
  const channel = await directChannel(ana, ben);
  const [one, two] = [await open(ana), await open(ben)];
  const his = await Conversation.at(two.page, channel);
  const hers = await Conversation.at(one.page, channel);
  const said: string[] = [];
  for (let round = 1; round <= 3; round += 1) {
    await hers.say(`before ${round}`);
    await expect(hers.tick(`before ${round}`)).not.toHaveAttribute("data-tick", "waiting");
    await server.kill();
    await hers.say(`while it is down ${round}`);
    await hers.showsTick(`while it is down ${round}`, "waiting");
    await server.run();
    said.push(`before ${round}`, `while it is down ${round}`);
    await his.shows(...said);
  }
  await hers.shows(...said);
});
