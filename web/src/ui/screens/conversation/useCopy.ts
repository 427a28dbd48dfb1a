import type { ChannelEvent } from "@parley/sdk";
import { useT } from "../../../i18n/index.ts";
import { useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { toast } from "../../kit/Toasts.tsx";
import { useConversation } from "./conversation_context.ts";
import { wholeText } from "./whole_text.ts";

/** Puts what messages say, whole and in their order, where it can be pasted. */
export function useCopy(): (events: readonly ChannelEvent[]) => Promise<void> {
  const t = useT();
  const { client } = useSession();
  const { channelId } = useConversation();
  return async (events) => {
    try {
      const texts = await Promise.all(events.map((event) => wholeText(client, channelId, event)));
      await navigator.clipboard.writeText(texts.filter((text) => text !== "").join("\n"));
      toast(t("common.copied"));
    } catch (error) {
      toast(errorText(error), { look: "error" });
    }
  };
}
