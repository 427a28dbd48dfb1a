import { limits } from "@parley/sdk";
import { SendHorizontal, Smile, X } from "lucide-react";
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { formatNumber, useLanguage, useT } from "../../../i18n/index.ts";
import type { Leaving } from "../../../model/drafts.ts";
import { withLastCode } from "../../../model/emoji/completion.ts";
import { loadEmoji } from "../../../model/emoji/emoji.ts";
import { mentionsIn } from "../../../model/mentions.ts";
import { isBlank } from "../../../model/text/blank.ts";
import { useObservable, useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { IconButton } from "../../kit/IconButton.tsx";
import { toast } from "../../kit/Toasts.tsx";
import { later } from "../../later.tsx";
import { useEscape } from "../../useEscape.ts";
import { useMedia } from "../../useMedia.ts";
import { useOver } from "../../useOver.ts";
import { usePressOutside } from "../../usePressOutside.ts";
import { Completion, useCompletion } from "./Completion.tsx";
import styles from "./Composer.module.css";
import { useConversation } from "./conversation_context.ts";
import { QuotedMessage, useEvent } from "./ReplyQuote.tsx";
import { focusLastMessage } from "./useMessageKeys.ts";

const EmojiPicker = later(async () => (await import("./EmojiPicker.tsx")).EmojiPicker);
const countFrom = 0.9;
const nothing = () => {};

/** Where something is said. What stands in it is kept until it was sent. */
export function Composer() {
  const t = useT();
  const { client, drafts, live } = useSession();
  const { channelId, conversation, edit, toNewest } = useConversation();
  useObservable(drafts.changed);
  const draft = drafts.get(channelId);
  const bar = useRef<HTMLElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  /** Where it is to be once an inserted text stands there. */
  const caretAfter = useRef<number>(undefined);
  const [picks, setPicks] = useState(false);
  const language = useLanguage();
  const before = useRef<Promise<void>>(Promise.resolve());
  const most = client.limit("text_code_points") || limits.text_code_points.default;
  const length = draft.text.length < most * countFrom ? 0 : [...draft.text].length;
  const isTooLong = length > most;

  const change = useCallback(
    (text: string) => {
      const before = drafts.get(channelId);
      drafts.set(channelId, { ...before, text });
      if (isBlank(text)) live.stopped(channelId);
      else if (before.editing === undefined) live.wrote(channelId);
    },
    [drafts, live, channelId],
  );

  /** Puts text in the place of what is from `from` to `to`, with the caret behind it. */
  const insert = useCallback(
    (text: string, from?: number, to?: number) => {
      const area = field.current;
      if (area === null) return;
      const [start, end] = [from ?? area.selectionStart, to ?? area.selectionEnd];
      caretAfter.current = start + text.length;
      change(area.value.slice(0, start) + text + area.value.slice(end));
      area.focus();
    },
    [change],
  );
  const completion = useCompletion(field, draft.text, insert);

  // As high as what stands in it, up to what the style sheet allows.
  useLayoutEffect(() => {
    const area = field.current;
    if (area === null) return;
    area.style.blockSize = "auto";
    area.style.blockSize = `${area.scrollHeight}px`;
    // Before the next key: what is typed fast would go to where the caret was.
    if (caretAfter.current !== undefined) area.setSelectionRange(caretAfter.current, caretAfter.current);
    caretAfter.current = undefined;
  }, [draft.text]);

  useEffect(() => {
    const area = field.current;
    if (area !== null && matchMedia("(hover: hover)").matches) {
      // One goes on where one left off.
      area.setSelectionRange(area.value.length, area.value.length);
      area.focus();
      area.scrollTop = area.scrollHeight;
    }
    return () => live.stopped(channelId);
  }, [live, channelId]);

  const send = () => {
    if (isBlank(draft.text) || isTooLong) return;
    const leaving = drafts.takeForSend(channelId);
    live.stopped(channelId);
    sendDraft(leaving).then(
      () => drafts.left(leaving),
      (error: unknown) => {
        drafts.cameBack(leaving);
        toast(errorText(error), { look: "error" });
      },
    );
    if (draft.editing !== undefined) return;
    conversation.forgetNewLine();
    toNewest();
  };

  /** One after the other: what is sent may wait for a moment. */
  const sendDraft = (leaving: Leaving) => {
    const turn = before.current.then(() => sendNow(leaving));
    before.current = turn.then(nothing, nothing);
    return turn;
  };

  const sendNow = async ({ draft: { text, editing, replyTo, mentions }, values, entry: { sendId } }: Leaving) => {
    const said = await withLastCode(text.trim(), () => loadEmoji(language));
    if (editing !== undefined) return client.edit(channelId, editing, said, { sendId, values });
    const mentioned = mentionsIn(said, mentions ?? []);
    return client.post(
      channelId,
      {
        text: said,
        ...(replyTo !== undefined ? { replyTo } : {}),
        ...(mentioned.length > 0 ? { mentions: mentioned } : {}),
      },
      { sendId, values },
    );
  };

  const cancel = useCallback(() => drafts.cancel(channelId), [drafts, channelId]);
  const closePicker = useCallback(() => {
    setPicks(false);
    field.current?.focus();
  }, []);
  const leavePicker = useCallback(() => setPicks(false), []);
  const context = draft.editing ?? draft.replyTo;
  useEscape("picker", picks ? closePicker : undefined);
  useOver(picks ? closePicker : undefined);
  // The composer is beside it, and goes on.
  usePressOutside(bar, picks ? leavePicker : undefined);
  useEscape("strip", context !== undefined ? cancel : undefined);

  const isTouched = useMedia("(hover: none) and (pointer: coarse)");
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing || completion.onKeyDown(event)) return;
    // A thumb has no Shift: Enter is a new line there, and the button sends.
    const sends = isTouched ? event.ctrlKey || event.metaKey : !event.shiftKey && !event.altKey;
    if (event.key === "Enter" && sends) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && event.shiftKey && draft.text === "") {
      event.preventDefault();
      focusLastMessage();
    } else if (event.key === "ArrowUp" && draft.text === "") {
      const rows = conversation.view.get().rows;
      const last = rows.findLast((row) => row.kind === "message" && row.own && row.event.contentGone === undefined);
      if (last?.kind !== "message") return;
      event.preventDefault();
      edit(last.event);
    }
  };

  return (
    <footer ref={bar} className={styles.composer}>
      {draft.editing !== undefined && <WhileItIsThere seq={draft.editing} />}
      {context !== undefined && (
        <div className={styles.context}>
          <span className={styles.what}>
            <span className={styles.title}>
              {t(draft.editing !== undefined ? "conversation.editing" : "conversation.replying")}
            </span>
            <span className={styles.quoted}>
              <QuotedMessage seq={context} />
            </span>
          </span>
          <IconButton icon={X} label={t("common.cancel")} size="s" tip={false} onClick={cancel} />
        </div>
      )}
      <p className={styles.problem} role="status">
        {isTooLong && t("errors.content_too_long")}
      </p>
      <Completion completion={completion} />
      <div className={styles.line}>
        <IconButton
          icon={Smile}
          label={t("conversation.emoji")}
          aria-expanded={picks}
          onClick={() => setPicks(!picks)}
        />
        <textarea
          ref={field}
          data-shortcut="composer"
          className={styles.field}
          rows={1}
          dir="auto"
          placeholder={t("conversation.write")}
          aria-label={t("conversation.write")}
          enterKeyHint={isTouched ? "enter" : "send"}
          aria-invalid={isTooLong || undefined}
          value={draft.text}
          onChange={(event) => {
            change(event.target.value);
            completion.look();
          }}
          onSelect={() => completion.look()}
          onFocus={() => void loadEmoji(language).catch(nothing)}
          onBlur={() => completion.close()}
          onKeyDown={onKeyDown}
          {...completion.field}
        />
        {length > 0 && (
          <span className={isTooLong ? styles.over : styles.count} aria-hidden="true">
            {formatNumber(most - length)}
          </span>
        )}
        <IconButton
          icon={SendHorizontal}
          label={t("conversation.send")}
          look="filled"
          mirrored
          disabled={isBlank(draft.text) || isTooLong}
          // The field keeps the focus, and a phone its keyboard.
          onMouseDown={(event) => event.preventDefault()}
          onClick={send}
        />
      </div>
      {picks && <EmojiPicker onPick={(emoji) => insert(emoji)} onClose={closePicker} />}
    </footer>
  );
}

/** Ends the changing of a message that somebody deletes meanwhile. */
function WhileItIsThere({ seq }: { readonly seq: number }) {
  const t = useT();
  const { drafts } = useSession();
  const { channelId } = useConversation();
  const isGone = useEvent(seq)?.contentGone !== undefined;
  useEffect(() => {
    if (!isGone) return;
    drafts.targetGone(channelId);
    toast(t("conversation.editedGone"));
  }, [isGone, drafts, channelId, t]);
  return null;
}
