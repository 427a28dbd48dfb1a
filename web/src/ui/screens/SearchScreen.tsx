import type { ChannelEvent, ChannelId } from "@parley/sdk";
import { ArrowLeft, Search, SearchX } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { formatMoment } from "../../i18n/format.ts";
import { useT } from "../../i18n/index.ts";
import { textOf } from "../../model/channel_list.ts";
import { excerptOf } from "../../model/search/marks.ts";
import type { SearchResult } from "../../model/search/search_index.ts";
import { useObservable, useRoute, useRouter, useSession } from "../context.tsx";
import { Avatar } from "../kit/Avatar.tsx";
import { Button } from "../kit/Button.tsx";
import { EmptyState } from "../kit/EmptyState.tsx";
import { IconButton } from "../kit/IconButton.tsx";
import { useEscape } from "../useEscape.ts";
import { useToday } from "../useToday.ts";
import { useChannelName, usePersonName } from "./channels/names.ts";
import styles from "./SearchScreen.module.css";

const excerpt = 160;

const page = 50;

/** Search in everything that is on this device, or in one conversation, as one types. */
export function SearchScreen() {
  const t = useT();
  const session = useSession();
  const router = useRouter();
  const route = useRoute();
  const { words = "", channel } = route.name === "search" ? route : {};
  const [limit, setLimit] = useState(page);
  const [result, setResult] = useState<SearchResult & { readonly words: string }>();
  const [isReading, setReading] = useState(true);
  const changes = useObservable(session.search.changed);
  /** How often the search was made anew; it failed since. */
  const [made, setMade] = useState(0);
  const [hasFailed, setFailed] = useState(false);
  const isLive = useObservable(session.connectivity) === "live";
  const field = useRef<HTMLInputElement>(null);
  const again = useCallback(() => {
    session.renewSearch();
    setFailed(false);
    setReading(true);
    setMade((count) => count + 1);
  }, [session]);
  useEffect(() => {
    if (isLive && hasFailed) again();
    // Only when the connection comes: what fails with one waits for a press.
  }, [isLive]);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    let isHere = true;
    void session.search.ready.finally(() => isHere && setReading(false));
    return () => {
      isHere = false;
    };
  }, [session, made]);
  useEffect(() => {
    let isNewest = true;
    session.search.search(words, { limit, ...(channel === undefined ? {} : { channel }) }).then(
      (found) => isNewest && setResult({ ...found, words }),
      () => isNewest && setFailed(true),
    );
    return () => {
      isNewest = false;
    };
  }, [session, words, channel, limit, isReading, changes, made]);
  const go = useCallback(
    (to: string, where: ChannelId | undefined) => {
      setLimit(page);
      const only = where === undefined ? {} : { channel: where };
      router.go({ name: "search", ...(to === "" ? {} : { words: to }), ...only }, { replace: true });
    },
    [router],
  );
  const change = useCallback((to: string) => go(to, channel), [go, channel]);
  const clear = useCallback(() => {
    change("");
    field.current?.focus();
  }, [change]);
  useEscape("search", words === "" ? undefined : clear);
  return (
    <section className={styles.page} aria-label={t("search.title")}>
      <header className={styles.bar}>
        <IconButton icon={ArrowLeft} label={t("common.back")} mirrored tip={false} onClick={() => router.back()} />
        <search className={styles.search}>
          <Search size={18} aria-hidden="true" />
          <input
            ref={field}
            className={styles.field}
            type="search"
            placeholder={t("search.placeholder")}
            aria-label={t("search.placeholder")}
            value={words}
            onChange={(event) => change(event.target.value)}
          />
        </search>
      </header>
      {channel !== undefined && <OnlyIn channel={channel} onEverywhere={() => go(words, undefined)} />}
      <p className={styles.status} role="status">
        {hasFailed
          ? ""
          : isReading
            ? t("search.reading")
            : words.trim() !== "" && result
              ? t("search.found", { count: result.total })
              : ""}
      </p>
      <ul className={styles.hits}>
        {result?.hits.map((hit) => (
          <Hit key={`${hit.channel}/${hit.seq}`} hit={hit} words={result.words} />
        ))}
        {result !== undefined && result.total > result.hits.length && (
          <li className={styles.more}>
            <Button look="soft" onClick={() => setLimit(limit * 2)}>
              {t("search.more")}
            </Button>
          </li>
        )}
      </ul>
      {hasFailed && (
        <EmptyState icon={SearchX} title={t("search.missing")} text={t("search.missingText")}>
          <Button onClick={again}>{t("common.retry")}</Button>
        </EmptyState>
      )}
      {!hasFailed && words.trim() === "" && (
        <EmptyState
          icon={Search}
          title={t(channel === undefined ? "search.begin" : "search.beginHere")}
          text={t("search.beginText")}
        />
      )}
      {!hasFailed && !isReading && words.trim() !== "" && result?.total === 0 && (
        <EmptyState icon={SearchX} title={t("search.nothing")} text={t("search.nothingText")} />
      )}
    </section>
  );
}

/** Where is searched, and the way to everywhere. */
function OnlyIn({ channel, onEverywhere }: { readonly channel: ChannelId; readonly onEverywhere: () => void }) {
  const t = useT();
  const { list } = useSession();
  const rows = useObservable(list.rows);
  const name = useChannelName(rows.find((row) => row.id === channel) ?? { id: channel, kind: "group", name: "" });
  return (
    <p className={styles.only}>
      <span>{t("search.onlyIn", { name })}</span>
      <Button look="plain" onClick={onEverywhere}>
        {t("search.everywhere")}
      </Button>
    </p>
  );
}

function Hit({ hit, words }: { readonly hit: SearchResult["hits"][number]; readonly words: string }) {
  const router = useRouter();
  const { client, list } = useSession();
  useToday();
  const [event, setEvent] = useState<ChannelEvent>();
  useEffect(() => {
    let isHere = true;
    void client.event(hit.channel, hit.seq).then(
      (found) => isHere && setEvent(found),
      () => undefined,
    );
    return () => {
      isHere = false;
    };
  }, [client, hit]);
  const pieces = useMemo(() => (event ? excerptOf(textOf(event), words, excerpt) : []), [event, words]);
  const row = list.row(hit.channel);
  const channelName = useChannelName(row ?? { id: hit.channel, kind: "group", name: "" });
  const author = usePersonName(event?.account);
  return (
    <li>
      <a
        className={styles.hit}
        href={`/c/${hit.channel}#${hit.seq}`}
        onClick={(press) => {
          press.preventDefault();
          router.go({ name: "channel", channel: hit.channel, at: hit.seq });
        }}
      >
        <Avatar
          seed={row?.avatarSeed ?? hit.channel}
          name={channelName}
          avatar={row?.avatar}
          kind={row?.kind === "self" ? "self" : row?.kind === "group" ? "group" : "person"}
          size="s"
        />
        <span className={styles.head}>
          <bdi className={styles.channel}>{channelName}</bdi>
          <time>{event ? formatMoment(event.time, Date.now()) : ""}</time>
        </span>
        <span className={styles.text} dir="auto">
          {event && row?.kind === "group" && (
            <>
              <bdi>{author}</bdi>
              {": "}
            </>
          )}
          {pieces.map((piece, at) =>
            piece.marked ? (
              <mark key={at.toString()}>{piece.text}</mark>
            ) : (
              <span key={at.toString()}>{piece.text}</span>
            ),
          )}
        </span>
      </a>
    </li>
  );
}
