import type { ChannelEvent } from "@parley/sdk";
import { CheckCheck, CircleCheck, Copy, Forward, Pencil, Reply, Smile, SmilePlus, Trash2 } from "lucide-react";
import type { ReactElement } from "react";
import { useT } from "../../../i18n/index.ts";
import { textOf } from "../../../model/channel_list.ts";
import { useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { IconButton } from "../../kit/IconButton.tsx";
import { Menu, type MenuEntry, PressMenu } from "../../kit/Menu.tsx";
import { toast } from "../../kit/Toasts.tsx";
import { useConversation } from "./conversation_context.ts";
import styles from "./MessageMenu.module.css";

const quick = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/** What can be done with a message: by the right button, a long press, or the button beside it. */
export function MessageMenu(props: {
  readonly event: ChannelEvent;
  readonly own: boolean;
  readonly children: ReactElement;
}) {
  const t = useT();
  const { event, own, children } = props;
  const entries = useEntries(event, own);
  const { mayPost } = useConversation();
  const bar = mayPost && event.contentGone === undefined ? <ReactionBar event={event} /> : undefined;
  return (
    <div className={styles.around}>
      <PressMenu entries={entries} top={bar}>
        {children}
      </PressMenu>
      <span className={styles.handle}>
        <Menu entries={entries} top={bar}>
          <IconButton icon={Smile} label={t("conversation.actions")} size="s" tip={false} tabIndex={-1} />
        </Menu>
      </span>
    </div>
  );
}

function ReactionBar({ event }: { readonly event: ChannelEvent }) {
  const t = useT();
  const { client, me } = useSession();
  const { channelId, openDialog } = useConversation();
  const mine = event.annotation?.reactions.find((one) => one.account === me)?.content;
  const close = () => document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  const react = (emoji: string) => {
    close();
    const again = mine?.kind === "text" && mine.text === emoji;
    client
      .react(channelId, event.seq, again ? undefined : emoji)
      .catch((error: unknown) => toast(errorText(error), { look: "error" }));
  };
  return (
    <div className={styles.bar} role="group" aria-label={t("conversation.react")}>
      {quick.map((emoji) => (
        <button
          key={emoji}
          type="button"
          className={styles.quick}
          aria-pressed={mine?.kind === "text" && mine.text === emoji}
          onClick={() => react(emoji)}
        >
          {emoji}
        </button>
      ))}
      <IconButton
        icon={SmilePlus}
        label={t("conversation.otherReaction")}
        tip={false}
        onClick={() => {
          close();
          openDialog({ kind: "react", event });
        }}
      />
    </div>
  );
}

function useEntries(event: ChannelEvent, own: boolean): readonly MenuEntry[] {
  const t = useT();
  const { reply, edit, openDialog, choose, mayPost, isAdmin } = useConversation();
  const isGone = event.contentGone !== undefined;
  const text = textOf(event);
  return [
    mayPost && !isGone && { label: t("conversation.reply"), icon: Reply, act: () => reply(event) },
    !isGone &&
      text !== "" && {
        label: t("common.copy"),
        icon: Copy,
        act: () => void navigator.clipboard.writeText(text).then(() => toast(t("common.copied"))),
      },
    !isGone && {
      label: t("conversation.forward"),
      icon: Forward,
      act: () => openDialog({ kind: "forward", events: [event] }),
    },
    mayPost && own && !isGone && { label: t("conversation.edit"), icon: Pencil, act: () => edit(event) },
    own &&
      !isGone && {
        label: t("conversation.whoRead"),
        icon: CheckCheck,
        act: () => openDialog({ kind: "receipts", event }),
      },
    { label: t("conversation.select"), icon: CircleCheck, act: () => choose(event.seq) },
    "line",
    {
      label: t("conversation.delete"),
      icon: Trash2,
      danger: true,
      act: () => openDialog({ kind: "delete", events: [event] }),
      disabled: isGone && !own && !isAdmin,
    },
  ];
}
