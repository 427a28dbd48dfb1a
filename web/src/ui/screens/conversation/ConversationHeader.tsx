import type { ChannelId, ChannelState } from "@parley/sdk";
import { ArrowLeft, Info, Search } from "lucide-react";
import { useRef } from "react";
import { formatLastSeen } from "../../../i18n/format.ts";
import { useT } from "../../../i18n/index.ts";
import type { ComingChannel } from "../../../model/coming_channels.ts";
import { useObservable, useRouter, useSession } from "../../context.tsx";
import { Avatar } from "../../kit/Avatar.tsx";
import { IconButton } from "../../kit/IconButton.tsx";
import { useArrival } from "../../useArrival.ts";
import { useToday } from "../../useToday.ts";
import { usePersonName } from "../channels/names.ts";
import { typingText } from "../channels/typing_text.ts";
import styles from "./ConversationHeader.module.css";
import { useConversation } from "./conversation_context.ts";

/** Who one talks to, and whether they are there. */
export function ConversationHeader(props: {
  readonly channelId: ChannelId;
  readonly channel: ChannelState | undefined;
  readonly coming: ComingChannel["step"] | undefined;
}) {
  const t = useT();
  const router = useRouter();
  const session = useSession();
  const { channelId, channel, coming } = props;
  const peer = channel?.peer;
  const peerName = usePersonName(peer);
  const kind = channel?.kind ?? "direct";
  const { conversation } = useConversation();
  const isUnknown = useObservable(conversation.problem)?.name === "channel_unknown" && channel === undefined;
  const name = kind === "self" ? t("list.notes") : kind === "group" ? channel?.title || t("list.untitled") : peerName;
  const who = useRef<HTMLButtonElement>(null);
  // Where there is a keyboard, one goes on to the composer.
  useArrival(channelId, () => who.current);
  const info = () => router.go({ name: "info", channel: channelId });
  return (
    <header className={styles.bar}>
      <span className={styles.back}>
        <IconButton icon={ArrowLeft} label={t("common.back")} mirrored tip={false} onClick={() => router.up(true)} />
      </span>
      {!isUnknown && (
        <>
          <button ref={who} type="button" className={styles.who} onClick={info}>
            <Avatar
              seed={peer ?? channelId}
              name={name}
              avatar={kind === "direct" ? (peer && session.people.get(peer)?.avatar) || "" : channel?.avatar}
              kind={kind === "self" ? "self" : kind === "group" ? "group" : "person"}
              size="s"
            />
            <span className={styles.text}>
              <h2 className={styles.name}>
                <bdi>{name}</bdi>
              </h2>
              <StatusLine channelId={channelId} channel={channel} coming={coming} />
            </span>
          </button>
          <IconButton
            icon={Search}
            label={t("search.inChat")}
            onClick={() => router.go({ name: "search", channel: channelId })}
          />
          <IconButton icon={Info} label={t("conversation.info")} onClick={info} />
        </>
      )}
    </header>
  );
}

/** Typing, presence, or how many there are. */
function StatusLine(props: {
  readonly channelId: ChannelId;
  readonly channel: ChannelState | undefined;
  readonly coming: ComingChannel["step"] | undefined;
}) {
  const t = useT();
  const { live, people } = useSession();
  const { channelId, channel, coming } = props;
  const typing = useObservable(live.typing).get(channelId) ?? [];
  const presence = useObservable(live.presence);
  useObservable(people.changed);
  useToday();
  if (typing.length > 0) {
    const names = channel?.kind === "group" ? typing.map((account) => people.nameOf(account)) : [];
    return <span className={`${styles.status} ${styles.active}`}>{typingText(t, names)}</span>;
  }
  if (coming === "joining") return <span className={styles.status}>{t("conversation.joining")}</span>;
  if (coming === "refused") return <span className={styles.status}>{t("conversation.notMade")}</span>;
  // Who is not in it any more is told nothing new.
  if (channel?.kind === "group" && channel.role === "none") return null;
  if (channel?.kind === "group")
    return <span className={styles.status}>{t("conversation.members", { count: channel.members })}</span>;
  const peer = channel?.peer ? presence.get(channel.peer) : undefined;
  if (peer?.online) return <span className={`${styles.status} ${styles.active}`}>{t("conversation.online")}</span>;
  if (peer && peer.lastSeen > 0) {
    return <span className={styles.status}>{formatLastSeen(peer.lastSeen, Date.now())}</span>;
  }
  return null;
}
