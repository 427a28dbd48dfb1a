import styles from "./Badge.module.css";
import { cx } from "./cx.ts";

/** A small pill: a count, or a sign. `label` is what is read out. */
export function Badge(props: {
  readonly text: string;
  readonly label: string;
  readonly look?: "accent" | "quiet" | "call" | undefined;
}) {
  return (
    <span className={cx(styles.badge, styles[props.look ?? "accent"])} role="img" aria-label={props.label}>
      {props.text}
    </span>
  );
}
