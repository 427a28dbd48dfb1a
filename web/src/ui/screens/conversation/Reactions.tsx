import type { ChannelEvent } from "@parley/sdk";
import { formatNumber, useT } from "../../../i18n/index.ts";
import { useObservable, useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { cx } from "../../kit/cx.ts";
import { toast } from "../../kit/Toasts.tsx";
import { Tooltip } from "../../kit/Tooltip.tsx";
import { useConversation } from "./conversation_context.ts";
import styles from "./Reactions.module.css";

/** The reactions under a message, the most frequent first; a press adds one's own or takes it back. */
export function Reactions({ event }: { readonly event: ChannelEvent }) {
  const t = useT();
  const { client, people, me } = useSession();
  const { channelId } = useConversation();
  useObservable(people.changed);
  const reactions = event.annotation?.reactions ?? [];
  if (reactions.length === 0) return null;
  const groups = new Map<string, { names: string[]; mine: boolean }>();
  for (const { account, content } of reactions) {
    if (content.kind !== "text") continue;
    const group = groups.get(content.text) ?? { names: [], mine: false };
    group.names.push(account === me ? t("common.you") : people.nameOf(account) || t("people.unknown"));
    if (account === me) group.mine = true;
    groups.set(content.text, group);
  }
  const sorted = [...groups].sort(([, a], [, b]) => b.names.length - a.names.length);
  return (
    <div className={styles.reactions}>
      {sorted.map(([emoji, { names, mine }]) => (
        <Tooltip key={emoji} text={names.join(", ")}>
          <button
            type="button"
            className={cx(styles.reaction, mine && styles.mine)}
            aria-pressed={mine}
            aria-label={t("conversation.reactionOf", { emoji, names: names.join(", ") })}
            onClick={() => {
              client
                .react(channelId, event.seq, mine ? undefined : emoji)
                .catch((error: unknown) => toast(errorText(error), { look: "error" }));
            }}
          >
            <span aria-hidden="true">{emoji}</span>
            {names.length > 1 && <span className={styles.count}>{formatNumber(names.length)}</span>}
          </button>
        </Tooltip>
      ))}
    </div>
  );
}
