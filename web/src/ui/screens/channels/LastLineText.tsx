import { CircleAlert } from "lucide-react";
import { useT } from "../../../i18n/index.ts";
import type { LastLine } from "../../../model/channel_list.ts";
import { TickIcon } from "../conversation/TickIcon.tsx";
import styles from "./LastLineText.module.css";
import { typingText } from "./typing_text.ts";

/** The second line of a row: what was said last, who types, what was not sent. `empty` stands where nothing was said. */
export function LastLineText({ last, empty }: { readonly last: LastLine; readonly empty: string }) {
  const t = useT();
  switch (last.kind) {
    case "none":
      return <span className={styles.text}>{empty}</span>;
    case "typing":
      return <span className={`${styles.text} ${styles.typing}`}>{typingText(t, last.names)}</span>;
    case "draft":
      return (
        <>
          <span className={styles.draft}>{t("list.draft")}</span>
          <Text text={last.text} />
        </>
      );
    case "coming":
      return (
        <>
          <TickIcon tick="waiting" />
          <span className={styles.text}>{t(`conversation.${last.step}`)}</span>
        </>
      );
    case "failed":
      return (
        <span className={`${styles.text} ${styles.failed}`}>
          <CircleAlert size={15} aria-hidden="true" /> {t("list.notSent")}
        </span>
      );
    case "message":
      return (
        <>
          {last.tick !== undefined && <TickIcon tick={last.tick} />}
          {last.author !== "" && (
            <span className={styles.author}>
              <bdi>{last.author}</bdi>:
            </span>
          )}
          {last.deleted ? <em className={styles.text}>{t("conversation.deleted")}</em> : <Text text={last.text} />}
        </>
      );
  }
}

/** In its own direction, so that its beginning is what stays where there is no room for all of it. */
function Text({ text }: { readonly text: string }) {
  return (
    <span className={styles.text} dir="auto">
      {text}
    </span>
  );
}
