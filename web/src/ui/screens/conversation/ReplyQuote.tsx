import type { ChannelEvent } from "@parley/sdk";
import { useEffect, useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { textOf } from "../../../model/channel_list.ts";
import { plainLine } from "../../../model/text/parse.ts";
import { useSession } from "../../context.tsx";
import { usePersonName } from "../channels/names.ts";
import { useConversation } from "./conversation_context.ts";
import styles from "./ReplyQuote.module.css";

/** What a message answers; a press shows it where it stands. */
export function ReplyQuote({ seq }: { readonly seq: number }) {
  const { jumpTo } = useConversation();
  return (
    <button type="button" className={styles.quote} onClick={() => jumpTo(seq)}>
      <QuotedMessage seq={seq} />
    </button>
  );
}

/** Author and beginning of a message of this conversation. */
export function QuotedMessage({ seq }: { readonly seq: number }) {
  const t = useT();
  const event = useEvent(seq);
  const name = usePersonName(event?.account);
  if (event === undefined) return <span className={styles.text}>{t("conversation.notHere")}</span>;
  return (
    <>
      <bdi className={styles.name}>{name}</bdi>
      <bdi className={styles.text}>
        {event.contentGone === undefined ? plainLine(textOf(event)) : t("conversation.deleted")}
      </bdi>
    </>
  );
}

/** A message of the conversation, also where it is not among those that are shown. */
export function useEvent(seq: number): ChannelEvent | undefined {
  const { conversation, channelId } = useConversation();
  const { client } = useSession();
  const shown = conversation.event(seq);
  const [fetched, setFetched] = useState<ChannelEvent>();
  const isShown = shown !== undefined;
  useEffect(() => {
    if (isShown) return;
    const ended = new AbortController();
    client.event(channelId, seq, { signal: ended.signal }).then(setFetched, () => undefined);
    return () => ended.abort();
  }, [client, channelId, seq, isShown]);
  return shown ?? fetched;
}
