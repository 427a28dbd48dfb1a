import type { ChannelId, Draft, Send } from "@parley/sdk";
import { expect, test } from "vitest";
import { Forwarding } from "./forwarding.ts";

const [one, two, three] = ["one", "two", "three"] as unknown as [ChannelId, ChannelId, ChannelId];

test("each message goes to each channel once, also where one fails and all is tried again", async () => {
  const posted: string[] = [];
  let fails = true;
  const post = async (channel: ChannelId, { text, forwarded }: Draft) => {
    if (channel === two && text === "b" && fails) throw new Error("full");
    posted.push(`${channel} ${text} ${forwarded}`);
    return {} as Send;
  };
  const forwarding = new Forwarding({ post });
  await expect(forwarding.forward(["a", "", "b"], [one, two, three])).rejects.toThrow("full");
  expect(posted).toEqual(["one a true", "one b true", "two a true", "three a true", "three b true"]);
  fails = false;
  await forwarding.forward(["a", "", "b"], [one, two, three]);
  expect(posted.slice(5)).toEqual(["two b true"]);
});
