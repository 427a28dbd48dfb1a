import type { ChannelEvent, ChannelId } from "@parley/sdk";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { Conversation } from "../../../model/conversation.ts";
import { closedFor } from "../../../model/permissions.ts";
import { useObservable, useSession } from "../../context.tsx";
import { toast } from "../../kit/Toasts.tsx";
import { later } from "../../later.tsx";
import { useFoot } from "../../useFoot.ts";
import { useFresh } from "../../useFresh.ts";
import { ClosedNote, usePeer } from "./ClosedNote.tsx";
import { Composer } from "./Composer.tsx";
import { ConversationHeader } from "./ConversationHeader.tsx";
import styles from "./ConversationScreen.module.css";
import { ConversationContext, type ConversationParts, type MessageDialog } from "./conversation_context.ts";
import { MessageList, type MessageListHandle } from "./MessageList.tsx";
import { SelectionBar } from "./SelectionBar.tsx";
import { accountsOf, useChannelInfo } from "./useMembers.ts";

const MessageDialogs = later(async () => (await import("./MessageDialogs.tsx")).MessageDialogs);

/** One conversation: what was said, and where to say something. */
export function ConversationScreen({
  channelId,
  at,
}: {
  readonly channelId: ChannelId;
  readonly at: number | undefined;
}) {
  const session = useSession();
  const [opened, setOpened] = useState<{ readonly conversation: Conversation; readonly key: number }>();
  // Made in an effect, since it listens: what is made must be closed again.
  useEffect(() => {
    const made = new Conversation(session, channelId, at);
    setOpened((before) => ({ conversation: made, key: (before?.key ?? 0) + 1 }));
    return () => made.close();
  }, [session, channelId, at]);
  if (opened === undefined) return null;
  return <Open key={opened.key} conversation={opened.conversation} channelId={channelId} at={at} />;
}

function Open(props: {
  readonly conversation: Conversation;
  readonly channelId: ChannelId;
  readonly at: number | undefined;
}) {
  const t = useT();
  const { conversation, channelId, at } = props;
  const { drafts, client } = useSession();
  const view = useObservable(conversation.view);
  const list = useRef<MessageListHandle>(null);
  const foot = useRef<HTMLDivElement>(null);
  useFoot(foot);
  const [dialog, setDialog] = useState<MessageDialog>();
  const [chosen, setChosen] = useState<ReadonlySet<number>>();
  const chooseNone = useCallback(() => setChosen(undefined), []);
  const { channel, coming } = view;
  const isUnknown = useObservable(conversation.problem)?.name === "channel_unknown" && channel === undefined;
  const role = channel?.role;
  const isGroup = channel?.kind === "group";
  const isAdmin = role === "admin" || role === "owner";
  const hasInfo = isGroup && role !== "none" && coming === undefined;
  const info = useChannelInfo(hasInfo ? channelId : undefined);
  const peer = usePeer(channelId);
  useFresh(channelId, isGroup ? accountsOf(info) : channel?.peer === undefined ? [] : [channel.peer]);
  const closed = closedFor(channel, info?.settings.post, peer, coming);
  const mayPost = closed === undefined && !isUnknown;

  const jumpTo = useCallback(
    async (seq: number) => {
      // Before it is there, so that nothing else is shown, and read, in between.
      list.current?.show(seq);
      if (await conversation.jumpTo(seq)) return;
      list.current?.show(0);
      conversation.mentions.forget(seq);
      toast(t("conversation.notHere"));
    },
    [conversation, t],
  );
  useEffect(() => {
    if (at !== undefined) void jumpTo(at);
  }, [at, jumpTo]);

  const parts: ConversationParts = useMemo(() => {
    const draft = () => drafts.get(channelId);
    const focus = () => document.querySelector<HTMLTextAreaElement>("[data-shortcut=composer]")?.focus();
    return {
      conversation,
      channelId,
      isGroup,
      mayPost,
      isAdmin,
      reply: (event: ChannelEvent) => {
        if (draft().editing !== undefined) drafts.cancel(channelId);
        drafts.set(channelId, { ...draft(), replyTo: event.seq });
        focus();
      },
      edit: (event: ChannelEvent) => {
        const content = event.annotation?.current ?? event.content;
        if (content?.kind !== "text") return;
        const begin = (text: string) => {
          drafts.edit(channelId, event.seq, text);
          focus();
        };
        if (content.fullSize === undefined) return begin(content.text);
        const edits = event.annotation?.edits ?? [];
        client.content(channelId, edits.at(-1) ?? event.seq).then(
          (whole) => whole?.kind === "text" && begin(whole.text),
          () => toast(t("errors.offline"), { look: "error" }),
        );
      },
      jumpTo: (seq: number) => void jumpTo(seq),
      toNewest: () => void list.current?.toNewest(),
      holdStill: (row: Element) => list.current?.holdStill(row),
      openDialog: setDialog,
      chosen,
      choose: (seq: number) =>
        setChosen((before) => {
          const after = new Set(before);
          if (!after.delete(seq)) after.add(seq);
          return after;
        }),
    };
  }, [conversation, channelId, isGroup, mayPost, isAdmin, chosen, drafts, client, jumpTo, t]);

  return (
    <ConversationContext value={parts}>
      <div className={styles.screen}>
        <ConversationHeader channelId={channelId} channel={channel} coming={coming} />
        <MessageList ref={list} view={view} />
        <div ref={foot}>
          {chosen !== undefined ? (
            <SelectionBar chosen={chosen} onDone={chooseNone} />
          ) : closed !== undefined ? (
            <ClosedNote channelId={channelId} closed={closed} />
          ) : (
            mayPost && <Composer key={channelId} />
          )}
        </div>
      </div>
      {dialog !== undefined && (
        <MessageDialogs
          dialog={dialog}
          onClose={() => setDialog(undefined)}
          onDone={() => {
            setDialog(undefined);
            chooseNone();
          }}
        />
      )}
    </ConversationContext>
  );
}
