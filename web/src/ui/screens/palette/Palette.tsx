import { Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { findChannels, findIn } from "../../../model/palette.ts";
import { useObservable, useRouter, useSession } from "../../context.tsx";
import { Avatar } from "../../kit/Avatar.tsx";
import { cx } from "../../kit/cx.ts";
import { Dialog } from "../../kit/Dialog.tsx";
import { keyText } from "../../kit/keys.ts";
import type { Opened } from "../useShortcuts.ts";
import styles from "./Palette.module.css";
import { useCommands } from "./useCommands.ts";

/** Goes to a chat or does something, by typing the beginning of its name. */
export function Palette(props: { readonly onClose: () => void; readonly onOpen: (what: Opened) => void }) {
  const t = useT();
  const { list } = useSession();
  const router = useRouter();
  const rows = useObservable(list.rows);
  const commands = useCommands(props.onOpen);
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const chosenLine = useRef<HTMLDivElement>(null);

  const channels = useMemo(() => {
    const nameOf = { self: t("list.notes"), group: t("list.untitled"), direct: t("people.unknown") } as const;
    const all = rows.map((row) => ({
      row,
      label: (row.kind === "self" ? "" : row.name) || nameOf[row.kind as keyof typeof nameOf] || "",
    }));
    return findChannels(all, words);
  }, [rows, words, t]);
  const found = useMemo(() => findIn(commands, words), [commands, words]);
  const count = channels.length + found.length;
  const chosen = Math.min(at, count - 1);
  useEffect(() => {
    if (chosen >= 0) chosenLine.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);

  const run = (index: number) => {
    const channel = channels[index];
    const command = found[index - channels.length];
    props.onClose();
    if (channel) router.go({ name: "channel", channel: channel.row.id });
    else command?.act();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter ends what an input method composes.
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && count > 0) run(chosen);
    else if (event.key === "ArrowDown") setAt(count === 0 ? 0 : (chosen + 1) % count);
    else if (event.key === "ArrowUp") setAt(count === 0 ? 0 : (chosen - 1 + count) % count);
    else return;
    event.preventDefault();
  };
  const line = (index: number) => ({
    id: `${id}-${index}`,
    role: "option",
    "aria-selected": index === chosen,
    className: cx(styles.line, index === chosen && styles.chosen),
    onPointerMove: () => setAt(index),
    onClick: () => run(index),
    ...(index === chosen ? { ref: chosenLine } : {}),
  });

  return (
    <Dialog title={t("palette.title")} onClose={props.onClose} size="m" flush>
      <div className={styles.field}>
        <Search size={18} aria-hidden="true" />
        <input
          className={styles.input}
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={count > 0 ? `${id}-${chosen}` : undefined}
          aria-label={t("palette.placeholder")}
          placeholder={t("palette.placeholder")}
          autoComplete="off"
          spellCheck={false}
          dir="auto"
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div
        id={`${id}-list`}
        className={styles.results}
        role="listbox"
        aria-label={t("palette.title")}
        tabIndex={0}
        aria-activedescendant={count > 0 ? `${id}-${chosen}` : undefined}
        onKeyDown={onKeyDown}
      >
        {channels.map(({ row, label }, index) => (
          <div key={row.id} {...line(index)}>
            <Avatar
              seed={row.avatarSeed}
              name={label}
              avatar={row.avatar}
              kind={row.kind === "self" ? "self" : row.kind === "group" ? "group" : "person"}
              size="xs"
            />
            <span className={styles.label}>
              <bdi>{label}</bdi>
            </span>
          </div>
        ))}
        {found.map(({ id: command, label, icon: Icon, keys }, index) => (
          <div key={command} {...line(channels.length + index)}>
            <span className={styles.sign} aria-hidden="true">
              <Icon size={17} />
            </span>
            <span className={styles.label}>{label}</span>
            {keys && <kbd>{keyText(keys)}</kbd>}
          </div>
        ))}
      </div>
      <p className={styles.nothing} role="status">
        {count === 0 && t("palette.nothing")}
      </p>
    </Dialog>
  );
}
