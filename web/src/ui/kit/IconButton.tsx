import type { LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes, Ref } from "react";
import { cx } from "./cx.ts";
import styles from "./IconButton.module.css";

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "children"> {
  readonly icon: LucideIcon;
  /** Its name for screen readers, and its tooltip. */
  readonly label: string;
  readonly look?: "plain" | "filled" | "soft" | undefined;
  readonly size?: "s" | "m" | undefined;
  /** Mirrors an icon that points along the line of text in right-to-left languages. */
  readonly mirrored?: boolean | undefined;
  readonly tip?: boolean | undefined;
  readonly ref?: Ref<HTMLButtonElement>;
  readonly [data: `data-${string}`]: string | undefined;
}

export function IconButton(props: IconButtonProps) {
  const { icon: Icon, label, look = "plain", size = "m", mirrored, tip = true, className, ...rest } = props;
  return (
    <button
      type="button"
      aria-label={label}
      data-tip={tip ? label : undefined}
      {...rest}
      className={cx(styles.button, styles[look], styles[size], mirrored && styles.mirrored, className)}
    >
      <Icon aria-hidden="true" size={size === "s" ? 18 : 22} strokeWidth={1.9} />
    </button>
  );
}
