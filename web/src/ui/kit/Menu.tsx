import type { LucideIcon } from "lucide-react";
import { ContextMenu, DropdownMenu } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { cx } from "./cx.ts";
import styles from "./Menu.module.css";

export type MenuEntry =
  | {
      readonly label: string;
      readonly icon?: LucideIcon;
      readonly danger?: boolean;
      readonly disabled?: boolean;
      /** The key that does the same, shown beside it. */
      readonly keys?: string;
      readonly act: () => void;
    }
  | "line"
  | false
  | undefined;

interface Parts {
  readonly Item: typeof DropdownMenu.Item | typeof ContextMenu.Item;
  readonly Separator: typeof DropdownMenu.Separator | typeof ContextMenu.Separator;
}

function Entries({
  entries,
  parts: { Item, Separator },
}: {
  readonly entries: readonly MenuEntry[];
  readonly parts: Parts;
}) {
  return entries.map((entry, index) => {
    if (!entry) return null;
    if (entry === "line") return <Separator key={`line-${index.toString()}`} className={styles.line} />;
    const Icon = entry.icon;
    return (
      <Item
        key={entry.label}
        className={cx(styles.item, entry.danger && styles.danger)}
        disabled={entry.disabled ?? false}
        onSelect={entry.act}
      >
        {Icon && <Icon aria-hidden="true" size={18} strokeWidth={1.9} />}
        <span className={styles.label}>{entry.label}</span>
        {entry.keys && <kbd className={styles.keys}>{entry.keys}</kbd>}
      </Item>
    );
  });
}

export interface MenuProps {
  readonly entries: readonly MenuEntry[];
  readonly children: ReactElement;
  /** Above the entries, such as a row of reactions. */
  readonly top?: ReactNode;
  readonly align?: "start" | "end" | undefined;
  readonly side?: "top" | "bottom" | undefined;
  readonly onOpenChange?: ((open: boolean) => void) | undefined;
}

/** A menu of a button. Never modal in the library's sense: that would inject a style element. */
export function Menu({ entries, children, top, align = "end", side = "bottom", onOpenChange }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false} {...(onOpenChange ? { onOpenChange } : {})}>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className={styles.menu}
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          loop
        >
          {top}
          <Entries entries={entries} parts={DropdownMenu} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** The same entries where somebody presses long, or with the right button. */
export function PressMenu({ entries, children, top, onOpenChange }: Omit<MenuProps, "align" | "side">) {
  return (
    <ContextMenu.Root modal={false} {...(onOpenChange ? { onOpenChange } : {})}>
      <ContextMenu.Trigger asChild>{children}</ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content className={styles.menu} collisionPadding={8} loop>
          {top}
          <Entries entries={entries} parts={ContextMenu} />
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}
