import type { ChannelEvent } from "@parley/sdk";
import { Ban, Forward } from "lucide-react";
import { memo, type ReactNode, useState } from "react";
import { formatDateTime, formatTime } from "../../../i18n/format.ts";
import { useT } from "../../../i18n/index.ts";
import { type Tick, textOf } from "../../../model/channel_list.ts";
import { useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { Avatar } from "../../kit/Avatar.tsx";
import { cx } from "../../kit/cx.ts";
import { toast } from "../../kit/Toasts.tsx";
import { usePersonName } from "../channels/names.ts";
import styles from "./Bubble.module.css";
import { useConversation } from "./conversation_context.ts";
import { MessageMenu } from "./MessageMenu.tsx";
import { MessageText } from "./MessageText.tsx";
import { Reactions } from "./Reactions.tsx";
import { ReplyQuote } from "./ReplyQuote.tsx";
import { TickIcon } from "./TickIcon.tsx";
import { useMentions } from "./useMentions.ts";

/** More lines are folded until somebody asks for them. */
const foldedUnits = 1_500;
const foldedLines = 24;

export interface BubbleProps {
  readonly event: ChannelEvent;
  readonly own: boolean;
  readonly first: boolean;
  readonly last: boolean;
  readonly tick: Tick | undefined;
  readonly marked: boolean;
}

/** A message that was posted. */
export const Bubble = memo(function Bubble({ event, own, first, last, tick, marked }: BubbleProps) {
  const t = useT();
  const { isGroup, chosen, choose } = useConversation();
  const author = usePersonName(event.account);
  const isDeleted = event.contentGone !== undefined;
  const isChosen = chosen?.has(event.seq) ?? false;
  const isEdited = (event.annotation?.edits.length ?? 0) > 0 && !isDeleted;
  const showsAuthor = isGroup && !own && first;
  const time = formatTime(event.time);
  const label = t("conversation.messageFrom", { name: own ? t("common.you") : author, time });
  const bubble = (
    <div className={styles.bubble} data-seq={event.seq}>
      {showsAuthor && (
        <span className={styles.author}>
          <bdi>{author}</bdi>
        </span>
      )}
      {event.body.kind === "message" && event.body.forwarded && !isDeleted && (
        <span className={styles.note}>
          <Forward size={14} aria-hidden="true" className={styles.mirrored} /> {t("conversation.forwarded")}
        </span>
      )}
      {event.body.kind === "message" && event.body.replyTo > 0 && !isDeleted && <ReplyQuote seq={event.body.replyTo} />}
      {isDeleted ? (
        <p className={styles.gone}>
          <Ban size={16} aria-hidden="true" />{" "}
          {t(event.contentGone === "damaged" ? "conversation.damaged" : "conversation.deleted")}
        </p>
      ) : (
        <Said event={event} />
      )}
      <span className={styles.meta}>
        {isEdited && <span>{t("conversation.edited")}</span>}
        <time dateTime={new Date(event.time).toISOString()} title={formatDateTime(event.time)}>
          {time}
        </time>
        {tick !== undefined && !isDeleted && <TickIcon tick={tick} />}
      </span>
    </div>
  );
  return (
    <article
      className={cx(
        styles.row,
        own && styles.own,
        first && styles.first,
        marked && styles.marked,
        isChosen && styles.chosen,
      )}
      aria-label={label}
      tabIndex={-1}
      data-own={own || undefined}
    >
      {chosen !== undefined && (
        <input
          type="checkbox"
          className={styles.box}
          checked={isChosen}
          disabled={isDeleted}
          aria-label={t("conversation.select")}
          onChange={() => choose(event.seq)}
        />
      )}
      {isGroup && !own && (
        <span className={styles.face}>{last && <Avatar seed={event.account ?? ""} name={author} size="xs" />}</span>
      )}
      <div className={styles.stack}>
        {chosen === undefined ? (
          <MessageMenu event={event} own={own}>
            {bubble}
          </MessageMenu>
        ) : (
          bubble
        )}
        {!isDeleted && <Reactions event={event} />}
      </div>
    </article>
  );
});

/** What a message says, folded where it is long, and fetched whole where only its beginning came. */
function Said({ event }: { readonly event: ChannelEvent }) {
  const t = useT();
  const { client, me } = useSession();
  const { channelId } = useConversation();
  const mentions = useMentions(event);
  const [isOpen, setOpen] = useState(false);
  const [whole, setWhole] = useState<string>();
  const content = event.annotation?.current ?? event.content;
  const text = whole ?? textOf(event);
  const isPreview = whole === undefined && content?.fullSize !== undefined;
  const isLong = isPreview || text.length > foldedUnits || text.split("\n", foldedLines + 1).length > foldedLines;
  const show = async () => {
    setOpen(true);
    if (!isPreview) return;
    try {
      const edits = event.annotation?.edits ?? [];
      const full = await client.content(channelId, edits.at(-1) ?? event.seq);
      if (full?.kind === "text") setWhole(full.text);
    } catch (error) {
      setOpen(false);
      toast(errorText(error), { look: "error" });
    }
  };
  const body: ReactNode =
    content?.kind === "data" ? (
      <p className={styles.gone}>{t("conversation.unknownContent")}</p>
    ) : (
      <MessageText text={isLong && !isOpen ? shortened(text) : text} mentions={mentions} me={me} />
    );
  return (
    <>
      {body}
      {isLong && (
        <button type="button" className={styles.more} onClick={() => (isOpen ? setOpen(false) : void show())}>
          {isOpen ? t("conversation.showLess") : t("conversation.showAll")}
        </button>
      )}
    </>
  );
}

function shortened(text: string): string {
  const lines = text.split("\n", foldedLines).join("\n");
  if (lines.length <= foldedUnits) return `${lines}…`;
  const cut = lines.slice(0, foldedUnits);
  return `${/[\ud800-\udbff]$/u.test(cut) ? cut.slice(0, -1) : cut}…`;
}
