import { Copy, Forward, Trash2, X } from "lucide-react";
import { useT } from "../../../i18n/index.ts";
import { IconButton } from "../../kit/IconButton.tsx";
import { useEscape } from "../../useEscape.ts";
import { useOver } from "../../useOver.ts";
import { useConversation } from "./conversation_context.ts";
import styles from "./SelectionBar.module.css";
import { useCopy } from "./useCopy.ts";

/** What can be done with several messages. */
export function SelectionBar(props: { readonly chosen: ReadonlySet<number>; readonly onDone: () => void }) {
  const t = useT();
  const copy = useCopy();
  const { chosen, onDone } = props;
  useEscape("selection", onDone);
  useOver(onDone);
  const { conversation, openDialog } = useConversation();
  const events = [...chosen].sort((a, b) => a - b).flatMap((seq) => conversation.event(seq) ?? []);
  const isNone = events.length === 0;
  return (
    <footer className={styles.bar}>
      <IconButton icon={X} label={t("common.cancel")} onClick={onDone} />
      <span className={styles.count} role="status">
        {t("conversation.selected", { count: events.length })}
      </span>
      <IconButton
        icon={Copy}
        label={t("common.copy")}
        disabled={isNone}
        onClick={() => {
          void copy(events);
          onDone();
        }}
      />
      <IconButton
        icon={Forward}
        label={t("conversation.forward")}
        mirrored
        disabled={isNone}
        onClick={() => openDialog({ kind: "forward", events })}
      />
      <IconButton
        icon={Trash2}
        label={t("conversation.delete")}
        disabled={isNone}
        onClick={() => openDialog({ kind: "delete", events })}
      />
    </footer>
  );
}
