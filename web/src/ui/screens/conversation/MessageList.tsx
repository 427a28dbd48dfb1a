import type { ChannelEvent } from "@parley/sdk";
import { ArrowDown, AtSign, Hourglass, Reply } from "lucide-react";
import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from "react";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import { formatCount, formatDay } from "../../../i18n/format.ts";
import { useT } from "../../../i18n/index.ts";
import type { ConversationView } from "../../../model/conversation.ts";
import type { Row } from "../../../model/conversation_rows.ts";
import { useObservable, useRouter, useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { Button } from "../../kit/Button.tsx";
import { cx } from "../../kit/cx.ts";
import { EmptyState } from "../../kit/EmptyState.tsx";
import { IconButton } from "../../kit/IconButton.tsx";
import { SkeletonBubbles } from "../../kit/Skeleton.tsx";
import { useToday } from "../../useToday.ts";
import { Bubble } from "./Bubble.tsx";
import { useConversation } from "./conversation_context.ts";
import styles from "./MessageList.module.css";
import { NoticeText } from "./NoticeText.tsx";
import { useMessageActions } from "./useMessageActions.ts";
import { useRowSteps } from "./useRowSteps.ts";
import { useSwipeReply } from "./useSwipeReply.ts";
import { FailedBubble, PendingBubble } from "./WaitingBubbles.tsx";

export interface MessageListHandle {
  /** Brings a message to the middle of the screen, and points it out. */
  show(seq: number): void;
  /** Shows the end, and stays there while more comes. */
  toNewest(): Promise<void>;
  /** A row is about to grow: it does so downwards, also at the end. */
  holdStill(row: Element): void;
}

const nearEdge = 600;
const atEnd = 24;
const dayHeight = 48;
const framesToSettle = 6;
const tryAgainMs = 2_000;

/** What was said, in a list that keeps its place when older messages come before it. */
export function MessageList({ view, ref }: { readonly view: ConversationView; readonly ref: Ref<MessageListHandle> }) {
  const t = useT();
  const router = useRouter();
  const { conversation, jumpTo } = useConversation();
  const mentions = useObservable(conversation.mentions.seqs);
  const { connectivity } = useSession();
  const problem = useObservable(conversation.problem);
  const list = useRef<VirtualizerHandle>(null);
  const log = useRef<HTMLDivElement>(null);
  const actions = useMessageActions();
  const sign = useRef<HTMLSpanElement>(null);
  const swipe = useSwipeReply(sign);
  const sticks = useRef(true);
  /** Somebody asked for the end, and it is not on the screen yet: rows come in steps, and are measured after that. */
  const wantsEnd = useRef(false);
  const offset = useRef(0);
  /** What is to be shown as soon as it is among the rows. */
  const wanted = useRef(0);
  const [marked, setMarked] = useState(0);
  const [isAway, setAway] = useState(false);
  const [isAtTop, setAtTop] = useState(false);
  const [isAtBottom, setAtBottom] = useState(false);
  const isLive = useObservable(connectivity) === "live";
  /** Of what is at the top of the screen while somebody scrolls. */
  const [day, setDay] = useState(0);
  const { rows, shift } = useRowSteps(view.rows);

  /** Whether what is wanted was there. */
  const showWanted = () => {
    const index = rows.findIndex((row) => row.kind === "message" && row.event.seq === wanted.current);
    if (index < 0 || list.current === null) return false;
    setMarked(wanted.current);
    wanted.current = 0;
    sticks.current = false;
    list.current.scrollToIndex(index, { align: "center" });
    return true;
  };
  useImperativeHandle(ref, () => ({
    show(seq) {
      wanted.current = seq;
      showWanted();
    },
    toNewest,
    holdStill(row) {
      const { top } = row.getBoundingClientRect();
      let frames = framesToSettle;
      // The list learns late how tall the row is, and keeps in place what stands below it.
      const putBack = () => {
        sticks.current = false;
        if (row.isConnected) list.current?.scrollBy(row.getBoundingClientRect().top - top);
        if (--frames > 0) requestAnimationFrame(putBack);
      };
      sticks.current = false;
      requestAnimationFrame(putBack);
    },
  }));

  // The first that is new, or else the end, is where somebody wants to begin.
  const isFirst = useRef(true);
  const openings = useRef(view.openings);
  useLayoutEffect(() => {
    if (openings.current !== view.openings) {
      openings.current = view.openings;
      // Who has begun to read something else goes on with it.
      isFirst.current = sticks.current;
    }
    if (rows.length === 0 || !list.current) return;
    if (wanted.current > 0 && showWanted()) {
      isFirst.current = false;
      return;
    }
    if (isFirst.current) {
      isFirst.current = false;
      const line = rows.findIndex((row) => row.kind === "new");
      if (line >= 0) {
        sticks.current = false;
        list.current.scrollToIndex(line, { align: "start", offset: -64 });
        return;
      }
    }
    stick();
  }, [rows, view.atHead, view.openings]);

  const stick = () => {
    if (sticks.current && view.atHead) list.current?.scrollToIndex(rows.length - 1, { align: "end" });
  };

  /** Whoever scrolls wants something else. */
  const stay = () => {
    wantsEnd.current = false;
  };

  useEffect(() => {
    const timer = setTimeout(() => setMarked(0), 2_000);
    return () => clearTimeout(timer);
  }, [marked]);

  const onScroll = () => {
    look(true);
    const handle = list.current;
    const top = handle?.findItemIndex(handle.scrollOffset + dayHeight) ?? 0;
    const isUnder = handle !== null && !sticks.current && handle.scrollOffset > dayHeight && rows[top]?.kind !== "day";
    setDay(isUnder ? (rows.slice(0, top + 1).findLast((row) => row.kind === "day")?.time ?? 0) : 0);
  };

  /** What there is to load, to tell and to read where the list stands now. */
  const look = (loads: boolean) => {
    const handle = list.current;
    if (!handle) return;
    const below = handle.scrollSize - handle.viewportSize - handle.scrollOffset;
    // Only who scrolls up leaves the end; what grows there does not push anybody away from it.
    if (wantsEnd.current) wantsEnd.current = !view.atHead || below >= atEnd;
    else if (below < atEnd) sticks.current = view.atHead;
    else if (handle.scrollOffset < offset.current) sticks.current = false;
    offset.current = handle.scrollOffset;
    setAway(below > nearEdge || !view.atHead);
    setAtTop(handle.scrollOffset < atEnd);
    setAtBottom(below < atEnd);
    if (loads && handle.scrollOffset < nearEdge) void conversation.loadOlder();
    if (loads && below < nearEdge) void conversation.loadNewer();
    seeSoon();
    // At the end nothing moves by it.
    if (sticks.current && loads) trim();
  };

  /** Lets go what is far away; when nobody scrolls. */
  const trim = () => {
    const handle = list.current;
    if (!handle) return;
    const first = seqAt(handle.findItemIndex(handle.scrollOffset), 1);
    const last = seqAt(handle.findItemIndex(handle.scrollOffset + handle.viewportSize), -1);
    if (first !== undefined && last !== undefined) conversation.trim(first, last);
  };

  /** Of the row there, or the next one in a direction that has one. */
  const seqAt = (from: number, step: 1 | -1): number | undefined => {
    for (let at = Math.min(Math.max(from, 0), rows.length - 1); at >= 0 && at < rows.length; at += step) {
      const row = rows[at];
      if (row?.kind === "message" || row?.kind === "notice") return row.event.seq;
    }
    return undefined;
  };

  /** What is on a screen that somebody looks at is read. */
  const see = () => {
    if (document.visibilityState !== "visible" || !document.hasFocus()) {
      if ((view.channel?.unread ?? 0) > 0) conversation.markNewLine();
      return;
    }
    const [first, seen] = log.current === null ? [0, 0] : onScreen(log.current);
    if (seen > 0) conversation.mentions.saw(first, seen);
    const at = rows.findIndex((row) => (row.kind === "message" || row.kind === "notice") && row.event.seq === seen);
    const row = rows[at];
    if (row?.kind === "message" || row?.kind === "notice") conversation.sawUpTo(newestOf(row.event, view, at));
  };
  const seeNow = useRef(see);
  seeNow.current = see;
  const seeing = useRef(0);
  /** Once what changed is drawn: the list guesses how tall a row is until then. */
  const seeSoon = () => {
    cancelAnimationFrame(seeing.current);
    seeing.current = requestAnimationFrame(() => seeNow.current());
  };
  useEffect(() => () => cancelAnimationFrame(seeing.current), []);
  const lookNow = useRef(look);
  lookNow.current = look;
  useEffect(() => {
    // In the first frames the list does not know yet how large it is.
    const lookWhenMeasured = () => {
      if (list.current !== null && list.current.viewportSize === 0) frame = requestAnimationFrame(lookWhenMeasured);
      // What failed waits for somebody who scrolls, or for a connection.
      else lookNow.current(conversation.problem.get() === undefined);
    };
    let frame = requestAnimationFrame(lookWhenMeasured);
    return () => cancelAnimationFrame(frame);
  }, [view, conversation]);
  useEffect(() => {
    const lookAgain = () => lookNow.current(true);
    addEventListener("focus", lookAgain);
    document.addEventListener("visibilitychange", lookAgain);
    // What could not be had without a network.
    const unsubscribe = connectivity.subscribe(() => connectivity.get() === "live" && lookAgain());
    return () => {
      removeEventListener("focus", lookAgain);
      document.removeEventListener("visibilitychange", lookAgain);
      unsubscribe();
    };
  }, [connectivity]);
  useEffect(() => {
    if (problem === undefined) return;
    // Nobody can scroll on where the list ends because of it.
    const timer = setTimeout(() => lookNow.current(true), Math.max(problem.retryAfterMs ?? 0, tryAgainMs));
    return () => clearTimeout(timer);
  }, [problem]);
  useEffect(() => {
    const timer = setTimeout(() => setDay(0), 1_500);
    return () => clearTimeout(timer);
  }, [day]);

  const toNewest = async () => {
    wantsEnd.current = sticks.current = true;
    if (view.atHead) stick();
    else await conversation.jumpToNewest();
  };

  if (view.loading) return <SkeletonBubbles label={t("common.loading")} />;
  if (rows.length === 0) {
    return (
      <div className={styles.area}>
        {view.coming === "joining" ? (
          <EmptyState icon={Hourglass} title={t("conversation.joining")} />
        ) : problem?.name === "channel_unknown" && view.channel === undefined ? (
          // Without a connection it may only not be here yet.
          <EmptyState title={isLive ? errorText(problem) : t("errors.offline")}>
            <Button onClick={() => router.up(true)}>{t("conversation.toList")}</Button>
          </EmptyState>
        ) : problem !== undefined && view.channel !== undefined ? (
          <EmptyState title={errorText(problem)}>
            <Button onClick={() => void conversation.jumpToNewest()}>{t("common.retry")}</Button>
          </EmptyState>
        ) : (
          <EmptyState title={t("conversation.empty")} text={t("conversation.emptyText")} />
        )}
      </div>
    );
  }
  const unread = view.channel?.unread ?? 0;
  return (
    <div className={styles.area}>
      <div
        ref={log}
        className={styles.list}
        role="log"
        aria-label={t("conversation.messages")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        tabIndex={0}
        data-shortcut="messages"
        onWheelCapture={stay}
        onTouchMoveCapture={stay}
        onKeyDownCapture={stay}
        {...actions}
        {...swipe}
      >
        <Virtualizer
          ref={list}
          data={rows}
          shift={shift}
          onScroll={onScroll}
          onScrollEnd={trim}
          onResize={() => {
            stick();
            seeSoon();
          }}
        >
          {(row) => <OneRow key={row.key} row={row} marked={row.kind === "message" && row.event.seq === marked} />}
        </Virtualizer>
      </div>
      <span ref={sign} className={styles.sign} aria-hidden="true">
        <Reply size={18} />
      </span>
      {day > 0 && (
        <div className={styles.floating} aria-hidden="true">
          <Day time={day} />
        </div>
      )}
      {isAtTop && !view.reachedStart && (
        <div className={styles.older} role="status">
          {problem === undefined ? (
            <span>{t(isLive ? "common.loading" : "conversation.moreOnline")}</span>
          ) : (
            <>
              <span>{errorText(problem)}</span>
              <Button look="plain" onClick={() => void conversation.loadOlder()}>
                {t("common.retry")}
              </Button>
            </>
          )}
        </div>
      )}
      {isAtBottom && !view.atHead && !isLive && (
        <div className={cx(styles.older, styles.newer)} role="status">
          <span>{t("conversation.moreOnline")}</span>
        </div>
      )}
      <div className={styles.corner}>
        {mentions[0] !== undefined && (
          <span className={cx(styles.jump, styles.mention)}>
            <IconButton
              icon={AtSign}
              look="filled"
              label={t("conversation.toMention")}
              onClick={() => jumpTo(mentions[0] as number)}
            />
            <span className={styles.count}>{formatCount(mentions.length)}</span>
          </span>
        )}
        {isAway && (
          <span className={styles.jump}>
            <IconButton
              icon={ArrowDown}
              look="filled"
              label={t("conversation.toNewest")}
              onClick={() => void toNewest()}
            />
            {unread > 0 && <span className={styles.count}>{formatCount(unread)}</span>}
          </span>
        )}
      </div>
    </div>
  );
}

/** The seqs of the first and the last message or notice of which somebody sees something; 0: of none. */
function onScreen(log: HTMLElement): readonly [first: number, last: number] {
  const { top, bottom } = log.getBoundingClientRect();
  const all = [...log.querySelectorAll<HTMLElement>("[data-seq]")];
  const isShown = (element: HTMLElement) => {
    const place = element.getBoundingClientRect();
    // What is not measured yet is drawn invisible, where it was guessed to be.
    return place.top < bottom && place.bottom > top && element.checkVisibility({ visibilityProperty: true });
  };
  return [Number(all.find(isShown)?.dataset.seq ?? 0), Number(all.findLast(isShown)?.dataset.seq ?? 0)];
}

/** Reactions and edits behind the last message on the screen are seen with it. */
function newestOf(event: ChannelEvent, view: ConversationView, at: number): number {
  const isLast = !view.rows.slice(at + 1).some((row) => row.kind === "message" || row.kind === "notice");
  return isLast && view.atHead ? Math.max(event.seq, view.channel?.head ?? 0) : event.seq;
}

function Day({ time }: { readonly time: number }) {
  useToday();
  return <span>{formatDay(time, Date.now())}</span>;
}

function OneRow({ row, marked }: { readonly row: Row; readonly marked: boolean }) {
  const t = useT();
  switch (row.kind) {
    case "day":
      return (
        <div className={styles.day}>
          <Day time={row.time} />
        </div>
      );
    case "new":
      return (
        <div className={styles.new}>
          <span>{t("conversation.newMessages")}</span>
        </div>
      );
    case "notice":
      return (
        <p className={styles.notice} data-seq={row.event.seq}>
          <NoticeText event={row.event} />
        </p>
      );
    case "message":
      return (
        <Bubble event={row.event} own={row.own} first={row.first} last={row.last} tick={row.tick} marked={marked} />
      );
    case "pending":
      return <PendingBubble entry={row.entry} first={row.first} />;
    case "failed":
      return <FailedBubble failed={row.failed} />;
  }
}
