/** The SDK in a worker of the page: signs in, and repeats what is said to it. */
import { Parley } from "../../../sdk/src/index.ts";

addEventListener("message", async ({ data }: MessageEvent<{ handle: string; password: string }>) => {
  const client = await new Parley({ deviceName: "Worker", platform: "web" }).signIn(data);
  client.on("state", ({ state }) => postMessage(state.name));
  client.on("events", async ({ channel, events }) => {
    for (const { account, content } of events) {
      if (account === client.me?.account || content?.kind !== "text") continue;
      const { sendId } = await client.post(channel.id, { text: `${content.text}, says the worker` });
      postMessage((await client.outcome(sendId)).outcome);
    }
  });
});
