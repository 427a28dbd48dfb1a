import type { AccountId } from "@parley/sdk";
import {
  Archive,
  CheckCheck,
  Copy,
  MessageSquarePlus,
  MessagesSquare,
  Search,
  Settings,
  UserRound,
  Users,
  X,
} from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { formatCount } from "../../../i18n/format.ts";
import { useT } from "../../../i18n/index.ts";
import { type ChannelRow, filterRows, type ListFilter } from "../../../model/channel_list.ts";
import { useObservable, useRoute, useRouter, useSession } from "../../context.tsx";
import { Button } from "../../kit/Button.tsx";
import { cx } from "../../kit/cx.ts";
import { EmptyState } from "../../kit/EmptyState.tsx";
import { IconButton } from "../../kit/IconButton.tsx";
import { Menu } from "../../kit/Menu.tsx";
import { SkeletonRows } from "../../kit/Skeleton.tsx";
import { toast } from "../../kit/Toasts.tsx";
import { useArrival } from "../../useArrival.ts";
import { useFresh } from "../../useFresh.ts";
import { ChannelListRow } from "./ChannelListRow.tsx";
import styles from "./ChannelPane.module.css";
import { ChannelRows } from "./ChannelRows.tsx";
import { ConnectionBanner } from "./ConnectionBanner.tsx";

/** Rows whose people are asked for anew when the list is looked at again. */
const onScreen = 30;
const filters: readonly ListFilter[] = ["all", "unread", "groups", "archived"];

/** The list of conversations, and what begins a new one. */
export function ChannelPane({ onOpen }: { readonly onOpen: (what: "chat" | "group") => void }) {
  const t = useT();
  const session = useSession();
  const router = useRouter();
  const route = useRoute();
  const all = useObservable(session.list.rows);
  const isReady = useObservable(session.list.ready);
  const connectivity = useObservable(session.connectivity);
  const [filter, setFilter] = useState<ListFilter>("all");
  const [words, setWords] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const pane = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  // On the way back to what led away from here.
  useArrival(route.name === "home" ? "list" : undefined, () => {
    const before = router.previous;
    const door =
      before?.name === "settings"
        ? "[data-opens=settings]"
        : before?.name === "channel" || before?.name === "info"
          ? `a[href="/c/${before.channel}"]`
          : undefined;
    return (door && pane.current?.querySelector<HTMLElement>(door)) || heading.current;
  });
  const rows = useMemo(() => filterRows(all, filter, words), [all, filter, words]);
  const chosen = route.name === "channel" || route.name === "info" ? route.channel : undefined;
  const fresh = all.filter((row) => row.unread > 0 || row.markedUnread);
  const archivedCount = fresh.filter((row) => row.archived).length;
  const counts: Partial<Record<ListFilter, number>> = {
    unread: fresh.length - archivedCount,
    archived: archivedCount,
  };
  useFresh(
    "list",
    all.slice(0, onScreen).flatMap((row) => (row.kind === "direct" ? [row.avatarSeed as AccountId] : [])),
  );
  // Everybody has notes to themselves from the beginning.
  const isNew = all.every((row) => row.kind === "self");
  const isWaiting = !isReady || (all.length === 0 && connectivity === "connecting");
  return (
    <section ref={pane} className={styles.pane} aria-label={t("list.title")}>
      <header className={styles.head}>
        <h2 ref={heading} className={styles.title} tabIndex={-1}>
          {t("list.title")}
        </h2>
        <IconButton
          icon={Settings}
          label={t("settings.title")}
          data-opens="settings"
          onClick={() => router.go({ name: "settings" })}
        />
        <Menu
          entries={[
            { label: t("people.newChat"), icon: UserRound, keys: "Ctrl+Alt+N", act: () => onOpen("chat") },
            { label: t("people.newGroup"), icon: Users, act: () => onOpen("group") },
          ]}
        >
          <IconButton icon={MessageSquarePlus} label={t("people.begin")} look="soft" tip={false} />
        </Menu>
      </header>
      <search className={styles.search}>
        <Search aria-hidden="true" size={18} />
        <input
          ref={field}
          data-shortcut="filter"
          type="search"
          className={styles.field}
          placeholder={t("list.filter")}
          aria-label={t("list.filter")}
          value={words}
          onChange={(event) => setWords(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape" && words !== "" && !event.nativeEvent.isComposing) {
              // The next one does what it does everywhere.
              event.preventDefault();
              setWords("");
            }
            if (event.key === "Enter" && rows[0]) router.go({ name: "channel", channel: rows[0].id });
          }}
        />
        {words !== "" && (
          <IconButton icon={X} size="s" label={t("common.clear")} tip={false} onClick={() => setWords("")} />
        )}
      </search>
      <div className={styles.filters} role="group" aria-label={t("list.show")}>
        {filters.map((one) => (
          <button
            key={one}
            type="button"
            className={cx(styles.filter, filter === one && styles.on)}
            aria-pressed={filter === one}
            onClick={() => setFilter(one)}
          >
            {t(`list.filters.${one}`)}
            {(counts[one] ?? 0) > 0 && <span className={styles.count}>{formatCount(counts[one] ?? 0)}</span>}
          </button>
        ))}
      </div>
      <ConnectionBanner />
      <nav className={styles.rows} aria-label={t("list.title")}>
        {isWaiting ? (
          <SkeletonRows label={t("common.loading")} />
        ) : isNew && filter === "all" && words === "" ? (
          <Welcome rows={rows} chosen={chosen} onNew={() => onOpen("chat")} />
        ) : rows.length > 0 ? (
          <ChannelRows rows={rows} chosen={chosen} />
        ) : (
          <Nothing filter={filter} words={words} />
        )}
      </nav>
      {words !== "" && (
        <Button
          look="plain"
          icon={<Search aria-hidden="true" size={18} />}
          onClick={() => router.go({ name: "search", words })}
        >
          {t("search.inMessages")}
        </Button>
      )}
    </section>
  );
}

const nothingIcons = { all: MessagesSquare, unread: CheckCheck, groups: Users, archived: Archive } as const;

function Nothing({ filter, words }: { readonly filter: ListFilter; readonly words: string }) {
  const t = useT();
  if (words !== "") return <EmptyState icon={Search} title={t("list.none")} text={t("list.noneText")} />;
  return (
    <EmptyState
      icon={nothingIcons[filter]}
      title={t(`list.nothing.${filter}`)}
      text={t(`list.nothingText.${filter}`)}
    />
  );
}

/** What somebody sees who has no conversation yet: how to begin one, and how others can. */
function Welcome(props: {
  readonly rows: readonly ChannelRow[];
  readonly chosen: string | undefined;
  readonly onNew: () => void;
}) {
  const t = useT();
  const me = useObservable(useSession().people.me);
  const handle = me === undefined ? "" : `@${me.profile.handle}`;
  const copy = () => void navigator.clipboard.writeText(handle).then(() => toast(t("common.copied")));
  return (
    <div className={styles.welcome}>
      {props.rows.map((row) => (
        <ChannelListRow key={row.id} row={row} chosen={row.id === props.chosen} isEntry />
      ))}
      <EmptyState icon={MessagesSquare} title={t("list.empty")} text={t("list.emptyText")}>
        <Button look="filled" icon={<MessageSquarePlus size={18} aria-hidden="true" />} onClick={props.onNew}>
          {t("people.newChat")}
        </Button>
      </EmptyState>
      {handle !== "" && (
        <p className={styles.handle}>
          {t("list.yourHandle")}
          <button type="button" className={styles.copy} aria-label={t("list.copyHandle", { handle })} onClick={copy}>
            <bdi>{handle}</bdi>
            <Copy size={15} aria-hidden="true" />
          </button>
        </p>
      )}
    </div>
  );
}
