import type { ChannelEvent } from "@parley/sdk";
import { Ban, Forward, Smile } from "lucide-react";
import { memo, useId } from "react";
import { formatDateTime, formatTime } from "../../../i18n/format.ts";
import { useT } from "../../../i18n/index.ts";
import { parseAvatar } from "../../../model/avatar.ts";
import { type Tick, textOf } from "../../../model/channel_list.ts";
import { useSession } from "../../context.tsx";
import { Avatar } from "../../kit/Avatar.tsx";
import { cx } from "../../kit/cx.ts";
import { IconButton } from "../../kit/IconButton.tsx";
import { usePersonName } from "../channels/names.ts";
import styles from "./Bubble.module.css";
import { useConversation } from "./conversation_context.ts";
import { FoldedText } from "./FoldedText.tsx";
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
  const id = useId();
  const label = t("conversation.messageFrom", { name: own ? t("common.you") : author, time });
  const bubble = (
    <div className={styles.bubble} data-seq={event.seq}>
      {showsAuthor && (
        <span className={cx(styles.author, styles[`author${parseAvatar(avatar, seed).colour}`])}>
          <bdi data-person={event.account}>{author}</bdi>
        </span>
      )}
      {event.body.kind === "message" && event.body.forwarded && !isDeleted && <ForwardedNote />}
      {event.body.kind === "message" && event.body.replyTo > 0 && !isDeleted && (
        <ReplyQuote id={`${id}quote`} seq={event.body.replyTo} />
      )}
      <div className={styles.line} dir="auto">
        <div id={`${id}said`} className={styles.said}>
          {isDeleted ? (
            <p className={styles.gone}>
              <Ban size={16} aria-hidden="true" />{" "}
              {t(event.contentGone === "damaged" ? "conversation.damaged" : "conversation.deleted")}
            </p>
          ) : (
            <Said event={event} />
          )}
        </div>
        <bdi id={`${id}meta`} className={styles.meta}>
          {isEdited && <span>{t("conversation.edited")}</span>}
          <time dateTime={new Date(event.time).toISOString()} title={formatDateTime(event.time)}>
            {time}
          </time>
          {tick !== undefined && !isDeleted && <TickIcon tick={tick} />}
        </bdi>
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
      aria-describedby={`${id}quote ${id}said ${id}meta`}
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
        <span className={styles.face}>
          {last && (
            <span data-person={event.account}>
              <Avatar seed={seed} name={author} avatar={avatar} size="xs" />
            </span>
          )}
        </span>
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

export function ForwardedNote() {
  const t = useT();
  return (
    <span className={styles.note}>
      <Forward size={14} aria-hidden="true" className={styles.mirrored} /> {t("conversation.forwarded")}
    </span>
  );
}

/** What a message says. */
function Said({ event }: { readonly event: ChannelEvent }) {
  const t = useT();
  const { client } = useSession();
  const { channelId } = useConversation();
  const mentions = useMentions(event.body.kind === "message" ? event.body.mentions : undefined);
  const content = event.annotation?.current ?? event.content;
  if (content?.kind === "data") return <p className={styles.gone}>{t("conversation.unknownContent")}</p>;
  const version = event.annotation?.edits.at(-1) ?? event.seq;
  const load = async () => {
    const whole = await client.content(channelId, version);
    return whole?.kind === "text" ? whole.text : undefined;
  };
  const isBeginning = content?.fullSize !== undefined;
  // What another version said is not kept.
  return <FoldedText key={version} text={textOf(event)} mentions={mentions} load={isBeginning ? load : undefined} />;
}
