import { Search } from "lucide-react";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useLanguage, useT } from "../../../i18n/index.ts";
import {
  EMOJI_GROUPS,
  EMOJI_TONES,
  type Emoji,
  type EmojiTable,
  type EmojiTone,
  inTone,
  loadEmoji,
  readTone,
} from "../../../model/emoji/emoji.ts";
import { useSession } from "../../context.tsx";
import { Button } from "../../kit/Button.tsx";
import { EmptyState } from "../../kit/EmptyState.tsx";
import { openMenu } from "../../kit/open_menu.ts";
import { SkeletonRows } from "../../kit/Skeleton.tsx";
import { usePress } from "../../kit/usePress.ts";
import styles from "./EmojiPicker.module.css";

const signs: Readonly<Record<string, string>> = {
  recent: "🕘",
  smileys: "😀",
  people: "👋",
  nature: "🐻",
  food: "🍔",
  travel: "✈️",
  activities: "⚽",
  objects: "💡",
  symbols: "❤️",
  flags: "🏁",
};
const remembered = 32;
const recentKey = "emoji.recent";
const toneKey = "emoji.tone";
/** What shows the tones. */
const hand: Emoji = { emoji: "✋", name: "", codes: [], tones: ["✋🏻", "✋🏼", "✋🏽", "✋🏾", "✋🏿"] };

/** All emoji by group, and a field to find one by its name. */
export function EmojiPicker(props: { readonly onPick: (emoji: string) => void; readonly onClose: () => void }) {
  const t = useT();
  const language = useLanguage();
  const { client } = useSession();
  const [table, setTable] = useState<EmojiTable>();
  const [words, setWords] = useState("");
  const body = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const recent = (client.value(recentKey) as readonly string[] | undefined) ?? [];
  const [isMissing, setMissing] = useState(false);
  const load = useCallback(() => {
    setMissing(false);
    loadEmoji(language).then(setTable, () => setMissing(true));
  }, [language]);
  useEffect(load, [load]);
  const groups = useMemo((): readonly (readonly [string, readonly Emoji[]])[] => {
    if (table === undefined) return [];
    if (words.trim() !== "") return [["found", table.find(words)]];
    return EMOJI_GROUPS.map((group) => [group, table.group(group)] as const);
  }, [table, words]);

  const pick = (emoji: string) => {
    void client.setValue(recentKey, [emoji, ...recent.filter((one) => one !== emoji)].slice(0, remembered));
    props.onPick(emoji);
  };
  const [tone, setTone] = useState(() => readTone(client.value(toneKey)));
  const openTones = (
    of: Emoji,
    owner: HTMLElement,
    byKeyboard: boolean,
    act: (tone: EmojiTone) => void,
    pressed?: EmojiTone,
  ) =>
    openMenu({
      entries: [],
      signs: EMOJI_TONES.map((one) => ({
        label: t(`emoji.tones.${one}`),
        sign: inTone(of, one),
        ...(pressed === undefined ? {} : { pressed: one === pressed }),
        act: () => act(one),
      })),
      signsLabel: t("emoji.tone"),
      place: owner.getBoundingClientRect(),
      align: pressed === undefined ? "start" : "end",
      side: "top",
      owner,
      byKeyboard,
    });
  /** The right button, the menu key, or a long press on an emoji that has tones. */
  const press = usePress((_, target, byKeyboard) => {
    const button = target.closest<HTMLButtonElement>("button[data-emoji]");
    const of = groups.flatMap(([, emojis]) => emojis).find(({ emoji }) => emoji === button?.dataset.emoji);
    if (button === null || of === undefined || of.tones.length === 0) return false;
    openTones(of, button, byKeyboard, (one) => pick(inTone(of, one)));
    return true;
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      props.onClose();
    }
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 }[event.key];
    const buttons = [...(body.current?.querySelectorAll<HTMLButtonElement>("button[data-emoji]") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (step === undefined || (at < 0 && event.key !== "ArrowDown")) return;
    event.preventDefault();
    const sign = document.documentElement.dir === "rtl" && Math.abs(step) === 1 ? -1 : 1;
    buttons[at < 0 ? 0 : Math.min(Math.max(at + step * sign, 0), buttons.length - 1)]?.focus();
  };

  return (
    <div className={styles.picker} role="dialog" aria-label={t("conversation.emoji")} onKeyDown={onKeyDown}>
      <div className={styles.top}>
        <div className={styles.search}>
          <Search size={18} aria-hidden="true" />
          <input
            ref={field}
            className={styles.field}
            type="search"
            placeholder={t("emoji.find")}
            aria-label={t("emoji.find")}
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        </div>
        <button
          type="button"
          className={styles.tab}
          aria-haspopup="menu"
          aria-label={t("emoji.toneIs", { tone: t(`emoji.tones.${tone}`) })}
          onClick={({ currentTarget, detail }) =>
            openTones(
              hand,
              currentTarget,
              detail === 0,
              (one) => {
                setTone(one);
                void client.setValue(toneKey, one);
              },
              tone,
            )
          }
        >
          {inTone(hand, tone)}
        </button>
      </div>
      <div ref={body} className={styles.body} {...press}>
        {isMissing ? (
          <EmptyState title={t("errors.offline")}>
            <Button onClick={load}>{t("common.retry")}</Button>
          </EmptyState>
        ) : (
          table === undefined && <SkeletonRows rows={4} label={t("common.loading")} />
        )}
        {words.trim() === "" && recent.length > 0 && (
          <Group id="recent" title={t("emoji.groups.recent")}>
            {recent.map((emoji) => (
              <One key={emoji} of={{ emoji, name: emoji, codes: [], tones: [] }} tone={0} pick={pick} />
            ))}
          </Group>
        )}
        {groups.map(([group, emojis]) => (
          <Group key={group} id={group} title={group === "found" ? "" : t(`emoji.groups.${group as "smileys"}`)}>
            {emojis.map((one) => (
              <One key={one.emoji} of={one} tone={tone} pick={pick} />
            ))}
            {group === "found" && emojis.length === 0 && <p>{t("emoji.none")}</p>}
          </Group>
        ))}
      </div>
      <div className={styles.tabs} role="group" aria-label={t("emoji.group")}>
        {EMOJI_GROUPS.map((group) => (
          <button
            key={group}
            type="button"
            className={styles.tab}
            aria-label={t(`emoji.groups.${group}`)}
            onClick={() => {
              setWords("");
              requestAnimationFrame(() =>
                document.getElementById(`emoji-${group}`)?.scrollIntoView({ block: "start" }),
              );
            }}
          >
            {signs[group]}
          </button>
        ))}
      </div>
    </div>
  );
}

function Group(props: { readonly id: string; readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section id={`emoji-${props.id}`} className={styles.group} aria-label={props.title || undefined}>
      {props.title && <h3 className={styles.title}>{props.title}</h3>}
      <div className={styles.grid}>{props.children}</div>
    </section>
  );
}

function One(props: { readonly of: Emoji; readonly tone: EmojiTone; readonly pick: (emoji: string) => void }) {
  const { of, tone, pick } = props;
  const shown = inTone(of, tone);
  return (
    <button
      type="button"
      data-emoji={of.emoji}
      className={styles.one}
      title={of.name}
      aria-label={of.name}
      aria-haspopup={of.tones.length > 0 ? "menu" : undefined}
      onClick={() => pick(shown)}
    >
      {shown}
    </button>
  );
}
