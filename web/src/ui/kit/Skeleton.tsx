import { cx } from "./cx.ts";
import styles from "./Skeleton.module.css";

/** Rows in the shape of what is coming. */
export function SkeletonRows({ rows = 8, label }: { readonly rows?: number; readonly label: string }) {
  return (
    <div role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index.toString()} className={styles.row} aria-hidden="true">
          <span className={cx(styles.bone, styles.round)} />
          <span className={styles.lines}>
            <span className={cx(styles.bone, styles.line)} />
            <span className={cx(styles.bone, styles.line, styles.short)} />
          </span>
        </div>
      ))}
    </div>
  );
}

export function SkeletonBubbles({ label }: { readonly label: string }) {
  return (
    <div className={styles.bubbles} role="status" aria-label={label}>
      {["w3", "w2", "own w2", "w4", "own w3", "own w1", "w2"].map((kind, index) => (
        <span
          key={`${kind}-${index.toString()}`}
          className={cx(styles.bone, styles.bubble, ...kind.split(" ").map((name) => styles[name]))}
          aria-hidden="true"
        />
      ))}
    </div>
  );
}
