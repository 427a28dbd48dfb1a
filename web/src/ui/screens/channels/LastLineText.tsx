import { CircleAlert } from "lucide-react";
import { useT } from "../../../i18n/index.ts";
import type { LastLine } from "../../../model/channel_list.ts";
import { TickIcon } from "../conversation/TickIcon.tsx";
import styles from "./LastLineText.module.css";

/** The second line of a row: what was said last, who types, what was not sent. */
export function LastLineText({ last }: { readonly last: LastLine }) {
  const t = useT();
  switch (last.kind) {
    case "none":
      return <span className={styles.text} />;
    case "typing":
      return (
        <span className={`${styles.text} ${styles.typing}`}>
          {last.names.length === 1
            ? t("conversation.typingOne", { name: last.names[0] ?? "" })
            : t("conversation.typing")}
        </span>
      );
    case "draft":
      return (
        <span className={styles.text}>
          <span className={styles.draft}>{t("list.draft")}</span> <bdi>{last.text}</bdi>
        </span>
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
          <span className={styles.text}>
            {last.author !== "" && (
              <>
                <bdi>{last.author}</bdi>
                {": "}
              </>
            )}
            {last.deleted ? <em>{t("conversation.deleted")}</em> : <bdi>{last.text}</bdi>}
          </span>
        </>
      );
  }
}
