import { Archive, ArchiveRestore, BellOff, BellRing, CheckCheck, MailOpen, Pin, PinOff } from "lucide-react";
import { memo } from "react";
import { formatCount, formatMoment } from "../../../i18n/format.ts";
import { useT } from "../../../i18n/index.ts";
import type { ChannelRow } from "../../../model/channel_list.ts";
import { useRouter, useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { Avatar } from "../../kit/Avatar.tsx";
import { Badge } from "../../kit/Badge.tsx";
import { cx } from "../../kit/cx.ts";
import { type MenuEntry, PressMenu } from "../../kit/Menu.tsx";
import { toast } from "../../kit/Toasts.tsx";
import { useToday } from "../../useToday.ts";
import styles from "./ChannelListRow.module.css";
import { LastLineText } from "./LastLineText.tsx";
import { useChannelName } from "./names.ts";

/** One conversation in the list. */
export const ChannelListRow = memo(function ChannelListRow({
  row,
  chosen,
  isEntry,
}: {
  readonly row: ChannelRow;
  readonly chosen: boolean;
  /** It is the one that Tab leads to. */
  readonly isEntry: boolean;
}) {
  const t = useT();
  const router = useRouter();
  const name = useChannelName(row);
  useToday();
  const isUnread = row.unread > 0 || row.markedUnread;
  return (
    <PressMenu entries={useRowMenu(row)}>
      <a
        className={cx(styles.row, chosen && styles.chosen, isUnread && styles.unread)}
        href={`/c/${row.id}`}
        tabIndex={isEntry ? 0 : -1}
        aria-current={chosen ? "page" : undefined}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          router.go({ name: "channel", channel: row.id }, { replace: chosen });
        }}
      >
        <Avatar
          seed={row.avatarSeed}
          name={name}
          avatar={row.avatar}
          kind={row.kind === "self" ? "self" : row.kind === "group" ? "group" : "person"}
          online={row.online}
        />
        <span className={styles.text}>
          <span className={styles.line}>
            <span className={styles.name}>
              <bdi>{name}</bdi>
            </span>
            {row.muted && <BellOff className={styles.mark} size={14} role="img" aria-label={t("list.muted")} />}
            {row.pinned && <Pin className={styles.mark} size={14} role="img" aria-label={t("list.pinned")} />}
            <time className={styles.time}>{row.time > 0 ? formatMoment(row.time, Date.now()) : ""}</time>
          </span>
          <span className={styles.line}>
            <LastLineText last={row.last} empty={row.kind === "self" ? t("list.notesHint") : ""} />
            {row.mentions > 0 && <Badge text="@" label={t("list.mentions", { count: row.mentions })} look="call" />}
            {isUnread && (
              <Badge
                text={row.unread > 0 ? formatCount(row.unread) : ""}
                label={row.unread > 0 ? t("list.unreadCount", { count: row.unread }) : t("list.markedUnread")}
                look={row.muted ? "quiet" : "accent"}
              />
            )}
          </span>
        </span>
      </a>
    </PressMenu>
  );
});

function useRowMenu(row: ChannelRow): readonly MenuEntry[] {
  const t = useT();
  const { client } = useSession();
  const set = (change: Parameters<typeof client.setRegisters>[1]) => {
    client.setRegisters(row.id, change).catch((error: unknown) => toast(errorText(error), { look: "error" }));
  };
  // The server knows nothing of it that could be set.
  if (row.coming) return [];
  const isUnread = row.unread > 0 || row.markedUnread;
  const read = () => {
    const head = client.channel(row.id)?.head ?? 0;
    client.read(row.id, head).catch((error: unknown) => toast(errorText(error), { look: "error" }));
    if (row.markedUnread) set({ markedUnread: false });
  };
  return [
    isUnread
      ? { label: t("list.markRead"), icon: CheckCheck, act: read }
      : { label: t("list.markUnread"), icon: MailOpen, act: () => set({ markedUnread: true }) },
    row.pinned
      ? { label: t("list.unpin"), icon: PinOff, act: () => set({ pinned: false }) }
      : { label: t("list.pin"), icon: Pin, act: () => set({ pinned: true }) },
    row.muted
      ? { label: t("list.unmute"), icon: BellRing, act: () => set({ mutedUntil: 0 }) }
      : { label: t("list.mute"), icon: BellOff, act: () => set({ mutedUntil: -1 }) },
    row.archived
      ? { label: t("list.unarchive"), icon: ArchiveRestore, act: () => set({ archived: false }) }
      : { label: t("list.archive"), icon: Archive, act: () => set({ archived: true }) },
  ];
}
