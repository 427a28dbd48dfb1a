import type { AccountId } from "@parley/sdk";
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useId, useState } from "react";
import { useLanguage, useT } from "../../../i18n/index.ts";
import { codeAtCaret } from "../../../model/emoji/completion.ts";
import { type EmojiTable, loadEmoji } from "../../../model/emoji/emoji.ts";
import { foldText } from "../../../model/search/normalise.ts";
import { useSession } from "../../context.tsx";
import { Avatar } from "../../kit/Avatar.tsx";
import { cx } from "../../kit/cx.ts";
import styles from "./Completion.module.css";
import { useConversation } from "./conversation_context.ts";
import { useMembers } from "./useMembers.ts";

interface Choice {
  readonly key: string;
  /** What is put into the text. */
  readonly text: string;
  readonly label: string;
  readonly emoji?: string;
  readonly account?: AccountId;
  readonly avatar?: string;
}

interface Found {
  readonly from: number;
  readonly to: number;
  readonly choices: readonly Choice[];
}

const shown = 7;
/** A handle, or a part of a name in any script. */
const mention = /(?:^|[\s(])@([\p{L}\p{M}\p{N}_.]{0,32})$/u;

/** `:name:` and `@handle` while they are typed. */
export function useCompletion(
  field: RefObject<HTMLTextAreaElement | null>,
  text: string,
  insert: (text: string, from: number, to: number) => void,
) {
  const id = useId();
  const language = useLanguage();
  const { channelId, isGroup } = useConversation();
  const { drafts, people, me } = useSession();
  const members = useMembers(isGroup ? channelId : undefined);
  const [found, setFound] = useState<Found>();
  const [at, setAt] = useState(0);

  const look = useCallback(() => {
    const area = field.current;
    if (area === null || area.selectionStart !== area.selectionEnd) return setFound(undefined);
    const caret = area.selectionStart;
    const code = codeAtCaret(area.value, caret);
    if (code !== undefined) {
      const offer = (table: EmojiTable) => {
        if (field.current?.selectionStart !== caret) return;
        const exact = code.closed ? table.byCode(code.code) : undefined;
        if (exact !== undefined) return insert(exact.emoji, code.from, code.to);
        const choices = code.closed ? [] : table.find(code.code, shown);
        setAt(0);
        setFound({
          from: code.from,
          to: code.to,
          choices: choices.map(({ emoji, name }) => ({ key: emoji, text: emoji, label: name, emoji })),
        });
      };
      // Without the table there is nothing to offer.
      loadEmoji(language).then(offer, () => setFound(undefined));
      return;
    }
    const handle = mention.exec(area.value.slice(Math.max(0, caret - 40), caret))?.[1];
    if (handle === undefined || members.length === 0) return setFound(undefined);
    const wanted = foldText(handle);
    const choices = members
      .filter((account) => account !== me)
      .flatMap((account) => {
        const profile = people.get(account);
        if (profile === undefined) return [];
        const { avatar } = profile;
        const fits = profile.handle.startsWith(wanted) || foldText(profile.displayName).includes(wanted);
        return fits ? [{ key: account, text: `@${profile.handle} `, label: profile.displayName, account, avatar }] : [];
      });
    setAt(0);
    setFound({ from: caret - handle.length - 1, to: caret, choices: choices.slice(0, shown) });
  }, [field, language, insert, members, people, me]);

  // Who is a member, and what they are called, may come after it was typed.
  useEffect(() => {
    const lookAgain = () => {
      if (document.activeElement === field.current) look();
    };
    lookAgain();
    return people.changed.subscribe(lookAgain);
  }, [field, look, people]);

  // What was sent or replaced is not being completed any more.
  useEffect(() => {
    if (text === "") setFound(undefined);
  }, [text]);

  const isOpen = found !== undefined && found.choices.length > 0;
  const choose = (choice: Choice) => {
    if (found === undefined) return;
    if (choice.account !== undefined) {
      const draft = drafts.get(channelId);
      const name = choice.text.slice(1).trim();
      drafts.set(channelId, { ...draft, mentions: [...(draft.mentions ?? []), { name, account: choice.account }] });
    }
    insert(choice.text, found.from, found.to);
    setFound(undefined);
  };

  return {
    id,
    at,
    choices: isOpen ? found.choices : [],
    look,
    choose,
    close: () => setFound(undefined),
    /** Whether the key was one for the list. */
    onKeyDown(event: KeyboardEvent): boolean {
      if (!isOpen) return false;
      const count = found.choices.length;
      if (event.key === "ArrowDown") setAt((at + 1) % count);
      else if (event.key === "ArrowUp") setAt((at + count - 1) % count);
      else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") choose(found.choices[at] as Choice);
      else if (event.key === "Escape") setFound(undefined);
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
    field: isOpen
      ? ({
          "aria-autocomplete": "list",
          "aria-controls": id,
          "aria-activedescendant": `${id}-${at}`,
        } as const)
      : {},
  };
}

export function Completion({ completion }: { readonly completion: ReturnType<typeof useCompletion> }) {
  const t = useT();
  const { id, at, choices, choose } = completion;
  if (choices.length === 0) return null;
  return (
    <div id={id} className={styles.list} role="listbox" aria-label={t("conversation.suggestions")}>
      {choices.map((choice, index) => (
        <div
          key={choice.key}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          className={cx(styles.choice, index === at && styles.at)}
          // Before the field loses the focus.
          onMouseDown={(event) => {
            event.preventDefault();
            choose(choice);
          }}
        >
          {choice.emoji !== undefined ? (
            <span className={styles.emoji}>{choice.emoji}</span>
          ) : (
            <Avatar seed={choice.key} name={choice.label} avatar={choice.avatar} size="xs" />
          )}
          <bdi>{choice.label}</bdi>
          {choice.account !== undefined && <span className={styles.handle}>{choice.text}</span>}
        </div>
      ))}
    </div>
  );
}
