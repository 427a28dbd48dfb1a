import type { ChannelEvent } from "@parley/sdk";
import {
  CheckCheck,
  CircleCheck,
  CircleUserRound,
  Copy,
  Forward,
  Pencil,
  Reply,
  Smile,
  SmilePlus,
  Trash2,
} from "lucide-react";
import { useT } from "../../../i18n/index.ts";
import { useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { type MenuEntry, type MenuPlace, type MenuSign, openMenu } from "../../kit/open_menu.ts";
import { toast } from "../../kit/Toasts.tsx";
import { useConversation } from "./conversation_context.ts";
import { useCopy } from "./useCopy.ts";

const quick = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/** Opens what can be done with a message. */
export function useMessageMenu(): (
  event: ChannelEvent,
  at: { readonly place: MenuPlace; readonly owner: HTMLElement; readonly byKeyboard: boolean },
) => void {
  const t = useT();
  const { client, me } = useSession();
  const copy = useCopy();
  const { channelId, isGroup, reply, edit, openDialog, choose, mayPost } = useConversation();

  const signsOf = (event: ChannelEvent): readonly MenuSign[] => {
    const mine = event.annotation?.reactions.find((one) => one.account === me)?.content;
    const own = mine?.kind === "text" ? mine.text : undefined;
    const react = (emoji: string) => {
      client
        .react(channelId, event.seq, own === emoji ? undefined : emoji)
        .catch((error: unknown) => toast(errorText(error), { look: "error" }));
    };
    return [
      ...quick.map((emoji) => ({ label: emoji, sign: emoji, pressed: own === emoji, act: () => react(emoji) })),
      {
        label: t("conversation.otherReaction"),
        sign: SmilePlus,
        act: () => openDialog({ kind: "react", event }),
      },
    ];
  };

  const entriesOf = (event: ChannelEvent): readonly MenuEntry[] => {
    const author = event.account;
    const own = author === me;
    const isNotes = client.channel(channelId)?.kind === "self";
    const isGone = event.contentGone !== undefined;
    const isText = (event.annotation?.current ?? event.content)?.kind === "text";
    return [
      mayPost && !isGone && { label: t("conversation.reply"), icon: Reply, keys: "R", act: () => reply(event) },
      !isGone && isText && { label: t("common.copy"), icon: Copy, act: () => void copy([event]) },
      !isGone && {
        label: t("conversation.forward"),
        icon: Forward,
        act: () => openDialog({ kind: "forward", events: [event] }),
      },
      mayPost &&
        own &&
        !isGone &&
        isText && { label: t("conversation.edit"), icon: Pencil, keys: "E", act: () => edit(event) },
      own &&
        !isNotes &&
        !isGone && {
          label: t("conversation.whoRead"),
          icon: CheckCheck,
          act: () => openDialog({ kind: "receipts", event }),
        },
      event.annotation !== undefined &&
        event.annotation.reactions.length > 0 && {
          label: t("conversation.whoReacted"),
          icon: Smile,
          act: () => openDialog({ kind: "reactions", event }),
        },
      isGroup &&
        !own &&
        author !== undefined && {
          label: t("people.about"),
          icon: CircleUserRound,
          act: () => openDialog({ kind: "person", account: author }),
        },
      { label: t("conversation.select"), icon: CircleCheck, act: () => choose(event.seq) },
      "line",
      {
        label: t("conversation.delete"),
        icon: Trash2,
        danger: true,
        act: () => openDialog({ kind: "delete", events: [event] }),
      },
    ];
  };

  return (event, { place, owner, byKeyboard }) => {
    const mayReact = mayPost && event.contentGone === undefined;
    openMenu({
      entries: entriesOf(event),
      signs: mayReact ? signsOf(event) : undefined,
      signsLabel: t("conversation.react"),
      place,
      align: "start",
      side: "bottom",
      owner,
      byKeyboard,
    });
  };
}
