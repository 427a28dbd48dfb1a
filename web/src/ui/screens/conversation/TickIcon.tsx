import { Check, CheckCheck, Clock } from "lucide-react";
import { useT } from "../../../i18n/index.ts";
import type { Tick } from "../../../model/channel_list.ts";
import { cx } from "../../kit/cx.ts";
import styles from "./TickIcon.module.css";

/** How far one's own message has got: waiting, sent, delivered, read. */
export function TickIcon({ tick }: { readonly tick: Tick }) {
  const t = useT();
  const Icon = tick === "waiting" ? Clock : tick === "sent" ? Check : CheckCheck;
  return (
    <Icon
      size={16}
      strokeWidth={2.2}
      className={cx(styles.tick, tick === "read" && styles.read)}
      role="img"
      aria-label={t(`conversation.ticks.${tick}`)}
      data-tick={tick}
    />
  );
}
