import type { ChannelEvent } from "@parley/sdk";
import { formatDateTime } from "../../../i18n/format.ts";
import { useT } from "../../../i18n/index.ts";
import { useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { toast } from "../../kit/Toasts.tsx";
import { useConversation } from "./conversation_context.ts";
import { wholeText } from "./whole_text.ts";

/** Puts what messages say, whole and in their order, where it can be pasted; of several also when and by whom. */
export function useCopy(): (events: readonly ChannelEvent[]) => Promise<void> {
  const t = useT();
  const { client, people } = useSession();
  const { channelId } = useConversation();
  return async (events) => {
    try {
      const whole = await Promise.all(
        events.map(async (event) => ({ event, text: await wholeText(client, channelId, event) })),
      );
      const said = whole.filter(({ text }) => text !== "");
      const lines = said.map(({ event: { account, time }, text }) => {
        if (said.length === 1) return text;
        const name = (account && people.nameOf(account)) || t("people.unknown");
        return `[${formatDateTime(time)}] ${name}: ${text}`;
      });
      await navigator.clipboard.writeText(lines.join("\n"));
      toast(t("common.copied"));
    } catch (error) {
      toast(errorText(error), { look: "error" });
    }
  };
}
