import {
  type ButtonHTMLAttributes,
  cloneElement,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  useRef,
} from "react";
import { useObservable } from "../context.tsx";
import { closeMenu, type MenuEntry, openedMenu, openMenu, placeAt } from "./open_menu.ts";
import { type PressHandlers, usePress } from "./usePress.ts";

export type { MenuEntry } from "./open_menu.ts";

export interface MenuProps {
  readonly entries: readonly MenuEntry[];
  /** A button, which opens it. */
  readonly children: ReactElement<ButtonHTMLAttributes<HTMLButtonElement> & { "data-state"?: string }>;
  readonly align?: "start" | "end" | undefined;
  readonly side?: "top" | "bottom" | undefined;
}

/** A menu of a button. What is shown of it is in `MenuHost`. */
export function Menu({ entries, children, align = "end", side = "bottom" }: MenuProps) {
  const opened = useObservable(openedMenu);
  const button = useRef<HTMLElement>(undefined);
  const isOpen = opened !== undefined && opened.owner === button.current;
  const open = (owner: HTMLElement, byKeyboard: boolean) => {
    button.current = owner;
    openMenu({ entries, place: owner.getBoundingClientRect(), align, side, owner, isButton: true, byKeyboard });
  };
  return cloneElement(children, {
    "aria-haspopup": "menu",
    "aria-expanded": isOpen,
    "data-state": isOpen ? "open" : "closed",
    onClick: ({ currentTarget, detail }: MouseEvent<HTMLButtonElement>) => {
      if (openedMenu.get()?.owner === currentTarget) closeMenu({ givesFocusBack: true });
      else open(currentTarget, detail === 0);
    },
    onKeyDown: (event: KeyboardEvent<HTMLButtonElement>) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      open(event.currentTarget, true);
    },
  });
}

/** The same where somebody presses long, or with the right button, or the key for menus; without entries there is none. */
export function PressMenu(props: {
  readonly entries: readonly MenuEntry[];
  readonly children: ReactElement<PressHandlers>;
}) {
  const press = usePress((at, owner, byKeyboard) => {
    if (props.entries.length === 0) return false;
    const place = placeAt(at.x, at.y);
    openMenu({ entries: props.entries, place, align: "start", side: "bottom", owner, byKeyboard });
    return true;
  });
  return cloneElement(props.children, press);
}
