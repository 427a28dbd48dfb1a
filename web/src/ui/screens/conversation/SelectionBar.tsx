import type { ChannelEvent } from "@parley/sdk";
import { Copy, Forward, Trash2, X } from "lucide-react";
import { useT } from "../../../i18n/index.ts";
import { useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { IconButton } from "../../kit/IconButton.tsx";
import { toast } from "../../kit/Toasts.tsx";
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
  const { client } = useSession();
  const { conversation, channelId, openDialog } = useConversation();
  const isNone = chosen.size === 0;
  /** All of them, in their order: what was scrolled far away is not here any more. */
  const act = async (work: (events: readonly ChannelEvent[]) => void | Promise<void>) => {
    try {
      const seqs = [...chosen].sort((a, b) => a - b);
      const events = await Promise.all(seqs.map((seq) => conversation.event(seq) ?? client.event(channelId, seq)));
      await work(events.filter((event) => event !== undefined));
    } catch (error) {
      toast(errorText(error), { look: "error" });
    }
  };
  return (
    <footer className={styles.bar}>
      <IconButton icon={X} label={t("common.cancel")} onClick={onDone} />
      <span className={styles.count} role="status">
        {t("conversation.selected", { count: chosen.size })}
      </span>
      <IconButton
        icon={Copy}
        label={t("common.copy")}
        disabled={isNone}
        onClick={() => {
          void act(copy);
          onDone();
        }}
      />
      <IconButton
        icon={Forward}
        label={t("conversation.forward")}
        mirrored
        disabled={isNone}
        onClick={() => void act((events) => openDialog({ kind: "forward", events }))}
      />
      <IconButton
        icon={Trash2}
        label={t("conversation.delete")}
        disabled={isNone}
        onClick={() => void act((events) => openDialog({ kind: "delete", events }))}
      />
    </footer>
  );
}
