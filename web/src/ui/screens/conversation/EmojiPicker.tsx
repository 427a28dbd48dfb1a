import { Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useLanguage, useT } from "../../../i18n/index.ts";
import { EMOJI_GROUPS, type Emoji, type EmojiTable, loadEmoji } from "../../../model/emoji/emoji.ts";
import { useSession } from "../../context.tsx";
import { SkeletonRows } from "../../kit/Skeleton.tsx";
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
  useEffect(() => {
    void loadEmoji(language).then(setTable);
  }, [language]);
  const groups = useMemo((): readonly (readonly [string, readonly Emoji[]])[] => {
    if (table === undefined) return [];
    if (words.trim() !== "") return [["found", table.find(words)]];
    return EMOJI_GROUPS.map((group) => [group, table.group(group)] as const);
  }, [table, words]);

  const pick = (emoji: string) => {
    void client.setValue(recentKey, [emoji, ...recent.filter((one) => one !== emoji)].slice(0, remembered));
    props.onPick(emoji);
  };
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
      <div ref={body} className={styles.body}>
        {table === undefined && <SkeletonRows rows={4} label={t("common.loading")} />}
        {words.trim() === "" && recent.length > 0 && (
          <Group id="recent" title={t("emoji.groups.recent")}>
            {recent.map((emoji) => (
              <One key={emoji} emoji={emoji} name={emoji} pick={pick} />
            ))}
          </Group>
        )}
        {groups.map(([group, emojis]) => (
          <Group key={group} id={group} title={group === "found" ? "" : t(`emoji.groups.${group as "smileys"}`)}>
            {emojis.map(({ emoji, name }) => (
              <One key={emoji} emoji={emoji} name={name} pick={pick} />
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

function One(props: { readonly emoji: string; readonly name: string; readonly pick: (emoji: string) => void }) {
  return (
    <button
      type="button"
      data-emoji
      className={styles.one}
      title={props.name}
      aria-label={props.name}
      onClick={() => props.pick(props.emoji)}
    >
      {props.emoji}
    </button>
  );
}
