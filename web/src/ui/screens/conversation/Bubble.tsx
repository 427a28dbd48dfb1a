import type { ChannelEvent } from "@parley/sdk";
import { Ban, Forward, Smile } from "lucide-react";
import { memo, type ReactNode, useState } from "react";
import { formatDateTime, formatTime } from "../../../i18n/format.ts";
import { useT } from "../../../i18n/index.ts";
import { parseAvatar } from "../../../model/avatar.ts";
import { type Tick, textOf } from "../../../model/channel_list.ts";
import { useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { Avatar } from "../../kit/Avatar.tsx";
import { cx } from "../../kit/cx.ts";
import { IconButton } from "../../kit/IconButton.tsx";
import { toast } from "../../kit/Toasts.tsx";
import { usePersonName } from "../channels/names.ts";
import styles from "./Bubble.module.css";
import { useConversation } from "./conversation_context.ts";
import { folded, isLong } from "./folded_text.ts";
import { MessageText } from "./MessageText.tsx";
import { Reactions } from "./Reactions.tsx";
import { ReplyQuote } from "./ReplyQuote.tsx";
import { TickIcon } from "./TickIcon.tsx";
import { useMentions } from "./useMentions.ts";

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
  const { people } = useSession();
  const seed = event.account ?? "";
  const avatar = event.account && people.get(event.account)?.avatar;
  const isDeleted = event.contentGone !== undefined;
  const isChosen = chosen?.has(event.seq) ?? false;
  const isEdited = (event.annotation?.edits.length ?? 0) > 0 && !isDeleted;
  const showsAuthor = isGroup && !own && first;
  const time = formatTime(event.time);
  const label = t("conversation.messageFrom", { name: own ? t("common.you") : author, time });
  const bubble = (
    <div className={styles.bubble} data-seq={event.seq}>
      {showsAuthor && (
        <span className={cx(styles.author, styles[`author${parseAvatar(avatar, seed).colour}`])}>
          <bdi>{author}</bdi>
        </span>
      )}
      {event.body.kind === "message" && event.body.forwarded && !isDeleted && (
        <span className={styles.note}>
          <Forward size={14} aria-hidden="true" className={styles.mirrored} /> {t("conversation.forwarded")}
        </span>
      )}
      {event.body.kind === "message" && event.body.replyTo > 0 && !isDeleted && <ReplyQuote seq={event.body.replyTo} />}
      <div className={styles.line}>
        <div className={styles.said}>
          {isDeleted ? (
            <p className={styles.gone}>
              <Ban size={16} aria-hidden="true" />{" "}
              {t(event.contentGone === "damaged" ? "conversation.damaged" : "conversation.deleted")}
            </p>
          ) : (
            <Said event={event} />
          )}
        </div>
        <span className={styles.meta}>
          {isEdited && <span>{t("conversation.edited")}</span>}
          <time dateTime={new Date(event.time).toISOString()} title={formatDateTime(event.time)}>
            {time}
          </time>
          {tick !== undefined && !isDeleted && <TickIcon tick={tick} />}
        </span>
      </div>
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
        <span className={styles.face}>{last && <Avatar seed={seed} name={author} avatar={avatar} size="xs" />}</span>
      )}
      <div className={styles.stack}>
        <div className={styles.around}>
          {bubble}
          {chosen === undefined && (
            <span className={styles.handle}>
              <IconButton
                icon={Smile}
                label={t("conversation.actions")}
                size="s"
                tip={false}
                tabIndex={-1}
                aria-haspopup="menu"
                data-menu=""
              />
            </span>
          )}
        </div>
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
  const isFolded = isPreview || isLong(text);
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
      <MessageText text={isFolded && !isOpen ? folded(text) : text} mentions={mentions} me={me} />
    );
  return (
    <>
      {body}
      {isFolded && (
        <button type="button" className={styles.more} onClick={() => (isOpen ? setOpen(false) : void show())}>
          {isOpen ? t("conversation.showLess") : t("conversation.showAll")}
        </button>
      )}
    </>
  );
}
