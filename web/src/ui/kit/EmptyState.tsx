import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./EmptyState.module.css";

export function EmptyState(props: {
  readonly icon?: LucideIcon | undefined;
  readonly picture?: ReactNode;
  readonly title: string;
  readonly text?: string | undefined;
  readonly children?: ReactNode;
  /** Where it is all that there is. */
  readonly isPage?: boolean | undefined;
}) {
  const Icon = props.icon;
  const Heading = props.isPage ? "h1" : "h2";
  return (
    <div className={styles.empty}>
      {props.picture}
      {Icon && (
        <span className={styles.icon} aria-hidden="true">
          <Icon size={30} strokeWidth={1.7} />
        </span>
      )}
      <Heading className={styles.title}>{props.title}</Heading>
      {props.text && <p className={styles.text}>{props.text}</p>}
      {props.children && <div className={styles.actions}>{props.children}</div>}
    </div>
  );
}
