import { Copy, Forward, Trash2, X } from "lucide-react";
import { useT } from "../../../i18n/index.ts";
import { textOf } from "../../../model/channel_list.ts";
import { IconButton } from "../../kit/IconButton.tsx";
import { toast } from "../../kit/Toasts.tsx";
import { useConversation } from "./conversation_context.ts";
import styles from "./SelectionBar.module.css";

/** What can be done with several messages. */
export function SelectionBar(props: { readonly chosen: ReadonlySet<number>; readonly onDone: () => void }) {
  const t = useT();
  const { conversation, openDialog } = useConversation();
  const events = [...props.chosen].sort((a, b) => a - b).flatMap((seq) => conversation.event(seq) ?? []);
  const isNone = events.length === 0;
  return (
    <footer className={styles.bar}>
      <IconButton icon={X} label={t("common.cancel")} onClick={props.onDone} />
      <span className={styles.count} role="status">
        {t("conversation.selected", { count: events.length })}
      </span>
      <IconButton
        icon={Copy}
        label={t("common.copy")}
        disabled={isNone}
        onClick={() => {
          void navigator.clipboard.writeText(events.map(textOf).join("\n")).then(() => toast(t("common.copied")));
          props.onDone();
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
