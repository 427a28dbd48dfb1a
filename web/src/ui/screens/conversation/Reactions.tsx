import type { ChannelEvent } from "@parley/sdk";
import { formatNumber, useT } from "../../../i18n/index.ts";
import { reactionGroups } from "../../../model/reactions.ts";
import { useObservable, useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { cx } from "../../kit/cx.ts";
import { toast } from "../../kit/Toasts.tsx";
import { Tooltip } from "../../kit/Tooltip.tsx";
import { useConversation } from "./conversation_context.ts";
import styles from "./Reactions.module.css";

/** Who does not find room in a line is one of the others. */
const mostNames = 5;

/**
 * The reactions under a message, the most frequent first; a press adds one's own or takes it back, a long one tells whose
 * they are.
 */
export function Reactions({ event }: { readonly event: ChannelEvent }) {
  const t = useT();
  const { client, people, me } = useSession();
  const { channelId } = useConversation();
  useObservable(people.changed);
  const groups = reactionGroups(event, me);
  if (groups.length === 0) return null;
  return (
    <div className={styles.reactions} data-reactions="">
      {groups.map(({ emoji, accounts, mine }) => {
        const named = accounts
          .slice(0, mostNames)
          .map((account) => (account === me ? t("common.you") : people.nameOf(account) || t("people.unknown")))
          .join(", ");
        const more = accounts.length - mostNames;
        const names = more > 0 ? t("conversation.andOthers", { names: named, count: more }) : named;
        return (
          <Tooltip key={emoji} text={names}>
            <button
              type="button"
              className={cx(styles.reaction, mine && styles.mine)}
              aria-pressed={mine}
              aria-label={t("conversation.reactionOf", { emoji, names })}
              onClick={() => {
                client
                  .react(channelId, event.seq, mine ? undefined : emoji)
                  .catch((error: unknown) => toast(errorText(error), { look: "error" }));
              }}
            >
              <span aria-hidden="true">{emoji}</span>
              {accounts.length > 1 && <span className={styles.count}>{formatNumber(accounts.length)}</span>}
            </button>
          </Tooltip>
        );
      })}
    </div>
  );
}
