import type { ChannelEvent, ChannelId } from "@parley/sdk";
import { textOf } from "../../../model/channel_list.ts";
import type { AppClient } from "../../../model/ports.ts";

/** What a message says now, fetched where only its beginning is here; "" where it says nothing. */
export async function wholeText(client: AppClient, channel: ChannelId, event: ChannelEvent): Promise<string> {
  if (event.contentGone !== undefined) return "";
  const content = event.annotation?.current ?? event.content;
  if (content?.fullSize === undefined) return textOf(event);
  const edits = event.annotation?.edits ?? [];
  const whole = await client.content(channel, edits.at(-1) ?? event.seq);
  return whole?.kind === "text" ? whole.text : "";
}
