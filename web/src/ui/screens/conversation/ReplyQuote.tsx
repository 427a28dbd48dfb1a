import type { ChannelEvent } from "@parley/sdk";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useT } from "../../../i18n/index.ts";
import { textOf } from "../../../model/channel_list.ts";
import { plainLine } from "../../../model/text/parse.ts";
import { useSession } from "../../context.tsx";
import { usePersonName } from "../channels/names.ts";
import { useConversation } from "./conversation_context.ts";
import styles from "./ReplyQuote.module.css";

/** What a message answers; a press shows it where it stands. */
export function ReplyQuote({ id, seq }: { readonly id?: string; readonly seq: number }) {
  const t = useT();
  const { jumpTo } = useConversation();
  return (
    <button id={id} type="button" className={styles.quote} onClick={() => jumpTo(seq)}>
      <span className={styles.spoken}>{t("conversation.answerTo")}</span>
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
        {event.contentGone === undefined
          ? plainLine(textOf(event))
          : t(event.contentGone === "damaged" ? "conversation.damaged" : "conversation.deleted")}
      </bdi>
    </>
  );
}

/** A message of the conversation as it is now, also where it is not among those that are shown. */
export function useEvent(seq: number): ChannelEvent | undefined {
  const { conversation, channelId } = useConversation();
  const { client } = useSession();
  const shown = useSyncExternalStore(conversation.view.subscribe, () => conversation.event(seq));
  const [fetched, setFetched] = useState<ChannelEvent>();
  const isShown = shown !== undefined;
  useEffect(() => {
    if (isShown) return;
    const ended = new AbortController();
    const { signal } = ended;
    const fetchIt = () => client.event(channelId, seq, { signal }).then(setFetched, () => undefined);
    client.on(
      "events",
      ({ channel, events }) => {
        if (channel.id === channelId && events.some((event) => isAbout(event, seq))) void fetchIt();
      },
      { signal },
    );
    void fetchIt();
    return () => ended.abort();
  }, [client, channelId, seq, isShown]);
  return shown ?? fetched;
}

function isAbout({ body }: ChannelEvent, seq: number): boolean {
  return body.kind === "deleted" ? body.targets.includes(seq) : body.kind === "edited" && body.target === seq;
}
