import type { OutboxEntry } from "@parley/sdk";
import { Copy, RotateCcw, Trash2 } from "lucide-react";
import { memo } from "react";
import { formatTime } from "../../../i18n/format.ts";
import { useT } from "../../../i18n/index.ts";
import type { FailedSend } from "../../../model/failed_sends.ts";
import { useSession } from "../../context.tsx";
import { errorText, errorTextOf } from "../../errors.ts";
import { Button } from "../../kit/Button.tsx";
import { cx } from "../../kit/cx.ts";
import { PressMenu } from "../../kit/Menu.tsx";
import { toast } from "../../kit/Toasts.tsx";
import { useCopyText } from "../../useCopyText.ts";
import styles from "./Bubble.module.css";
import { ForwardedNote } from "./Bubble.tsx";
import { useConversation } from "./conversation_context.ts";
import { FoldedText } from "./FoldedText.tsx";
import { ReplyQuote } from "./ReplyQuote.tsx";
import { TickIcon } from "./TickIcon.tsx";
import { useMentions } from "./useMentions.ts";

const whats = { post: "list.notSent", edit: "conversation.notChanged", createChannel: "conversation.notMade" } as const;

/** A message of one's own that waits for its outcome. */
export const PendingBubble = memo(function PendingBubble({
  entry,
  first,
}: {
  readonly entry: OutboxEntry;
  readonly first: boolean;
}) {
  const t = useT();
  const copy = useCopyText();
  const { command } = entry;
  const mentions = useMentions(command.kind === "post" ? command.mentions : undefined);
  if (command.kind !== "post") return null;
  const time = formatTime(entry.created);
  const text = command.content.kind === "text" ? command.content.text : "";
  const article = (
    <article
      className={cx(styles.row, styles.own, first && styles.first)}
      aria-label={t("conversation.messageFrom", { name: t("common.you"), time })}
      tabIndex={-1}
    >
      <div className={styles.stack}>
        <div className={styles.bubble}>
          {command.forwarded && <ForwardedNote />}
          {command.replyTo !== undefined && command.replyTo > 0 && <ReplyQuote seq={command.replyTo} />}
          <div className={styles.line} dir="auto">
            <div className={styles.said}>
              <FoldedText text={text} mentions={mentions} />
            </div>
            <bdi className={styles.meta}>
              <time>{time}</time>
              <TickIcon tick="waiting" />
            </bdi>
          </div>
        </div>
      </div>
    </article>
  );
  return <PressMenu entries={[{ label: t("common.copy"), icon: Copy, act: () => copy(text) }]}>{article}</PressMenu>;
});

/** What one said, or changed, and the server refused for good. */
export const FailedBubble = memo(function FailedBubble({ failed }: { readonly failed: FailedSend }) {
  const t = useT();
  const { failed: sends } = useSession();
  const { mayPost } = useConversation();
  const { command } = failed;
  const { kind } = command;
  const what = t(whats[kind]);
  const mayTry = mayPost || kind === "createChannel";
  const text = kind !== "createChannel" && command.content.kind === "text" ? command.content.text : "";
  const report = (error: unknown) => toast(errorText(error), { look: "error" });
  const copy = useCopyText();
  const mentions = useMentions(kind === "post" ? command.mentions : undefined);
  return (
    <article className={cx(styles.row, styles.own, styles.apart)} aria-label={what} tabIndex={-1}>
      <div className={styles.stack}>
        <div className={styles.bubble}>
          {kind === "post" && command.forwarded && <ForwardedNote />}
          {kind === "post" && command.replyTo !== undefined && command.replyTo > 0 && (
            <ReplyQuote seq={command.replyTo} />
          )}
          {text !== "" && <FoldedText text={text} mentions={mentions} />}
          <p className={styles.failed}>
            {what}: {errorTextOf(failed.refused)}
          </p>
          <span className={styles.actions}>
            {mayTry && (
              <Button
                look="plain"
                icon={<RotateCcw size={16} aria-hidden="true" />}
                onClick={() => sends.sendAnew(failed).catch(report)}
              >
                {t(kind === "edit" ? "conversation.sendAsNew" : "common.retry")}
              </Button>
            )}
            {text !== "" && (
              <Button look="plain" icon={<Copy size={16} aria-hidden="true" />} onClick={() => copy(text)}>
                {t("common.copy")}
              </Button>
            )}
            <Button
              look="plain"
              icon={<Trash2 size={16} aria-hidden="true" />}
              onClick={() => sends.remove(failed).catch(report)}
            >
              {t("conversation.remove")}
            </Button>
          </span>
        </div>
      </div>
    </article>
  );
});
