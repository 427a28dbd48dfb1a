import type { LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes, Ref } from "react";
import { cx } from "./cx.ts";
import styles from "./IconButton.module.css";
import { Tooltip } from "./Tooltip.tsx";

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
}

export function IconButton(props: IconButtonProps) {
  const { icon: Icon, label, look = "plain", size = "m", mirrored, tip = true, className, ...rest } = props;
  const button = (
    <button
      type="button"
      aria-label={label}
      {...rest}
      className={cx(styles.button, styles[look], styles[size], mirrored && styles.mirrored, className)}
    >
      <Icon aria-hidden="true" size={size === "s" ? 18 : 22} strokeWidth={1.9} />
    </button>
  );
  return tip ? <Tooltip text={label}>{button}</Tooltip> : button;
}
