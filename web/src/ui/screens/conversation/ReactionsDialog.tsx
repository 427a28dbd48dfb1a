import { useEffect } from "react";
import { formatNumber, useT } from "../../../i18n/index.ts";
import { reactionGroups } from "../../../model/reactions.ts";
import { useSession } from "../../context.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { PersonLine } from "../people/PersonLine.tsx";
import styles from "./MessageDialogs.module.css";
import { useEvent } from "./ReplyQuote.tsx";

/** Who has reacted to a message, by emoji. Closes where the last one takes theirs back. */
export function ReactionsDialog({ seq, onClose }: { readonly seq: number; readonly onClose: () => void }) {
  const t = useT();
  const { me } = useSession();
  const event = useEvent(seq);
  const groups = event === undefined ? [] : reactionGroups(event, me);
  const isNone = groups.length === 0;
  useEffect(() => {
    if (isNone) onClose();
  }, [isNone, onClose]);
  return (
    <Dialog title={t("conversation.whoReacted")} onClose={onClose} flush>
      {groups.map(({ emoji, accounts }) => (
        <section key={emoji} aria-label={emoji}>
          <h3 className={styles.emoji}>
            {emoji} <span className={styles.when}>{formatNumber(accounts.length)}</span>
          </h3>
          <ul className={styles.list}>
            {accounts.map((account) => (
              <li key={account} className={styles.row}>
                <PersonLine account={account} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Dialog>
  );
}
