/** The SDK in a worker of the page: signs in, and says what it is told to say. */
import { type ChannelId, Parley } from "../../../sdk/src/index.ts";

export type ToWriter =
  | { readonly kind: "signIn"; readonly handle: string; readonly password: string }
  | { readonly kind: "post"; readonly channel: string; readonly texts: readonly string[] };

const parley = new Parley({ deviceName: "Worker", platform: "web" });

addEventListener("message", async ({ data }: MessageEvent<ToWriter>) => {
  if (data.kind === "signIn") {
    const client = await parley.signIn(data);
    const tell = () => postMessage(client.state.name);
    client.on("state", tell);
    return tell();
  }
  for (const text of data.texts) {
    await parley.client?.post(data.channel as ChannelId, { text });
    // From now on it is sent, whatever becomes of this worker.
    postMessage(`queued ${text}`);
  }
});
