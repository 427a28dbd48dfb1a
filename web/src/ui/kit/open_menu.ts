import type { LucideIcon } from "lucide-react";
import { Observable } from "../../model/observable.ts";

export interface MenuItem {
  readonly label: string;
  readonly icon?: LucideIcon;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  /** The key that does the same, shown beside it. */
  readonly keys?: string;
  readonly act: () => void;
}
export type MenuEntry = MenuItem | "line" | false | undefined;

/** One of a row of signs above the entries. */
export interface MenuSign {
  readonly label: string;
  readonly sign: string | LucideIcon;
  readonly pressed?: boolean;
  readonly act: () => void;
}

/** Where it opens: beside this box of the viewport; a box without size is a point. */
export interface MenuPlace {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface OpenMenu {
  readonly entries: readonly MenuEntry[];
  readonly signs?: readonly MenuSign[] | undefined;
  readonly signsLabel?: string | undefined;
  readonly place: MenuPlace;
  readonly align: "start" | "end";
  readonly side: "top" | "bottom";
  /** What it belongs to. */
  readonly owner: HTMLElement;
  /** A press on its owner is none outside of the menu: the owner closes it itself. */
  readonly isButton?: boolean | undefined;
  /** The first entry is chosen from the beginning. */
  readonly byKeyboard: boolean;
}

interface Opened extends OpenMenu {
  /** Has the focus again when the menu is closed. */
  readonly back: Element | null;
}

/** The menu that is open; there is one at a time. */
export const openedMenu = new Observable<Opened | undefined>(undefined);

export function openMenu(menu: OpenMenu): void {
  const before = openedMenu.get();
  openedMenu.set({ ...menu, back: before === undefined ? document.activeElement : before.back });
}

export function closeMenu({ givesFocusBack }: { readonly givesFocusBack: boolean }): void {
  const menu = openedMenu.get();
  if (menu === undefined) return;
  if (givesFocusBack && menu.back instanceof HTMLElement && menu.back.isConnected) {
    menu.back.focus({ preventScroll: true });
  }
  openedMenu.set(undefined);
}

export function placeAt(x: number, y: number): MenuPlace {
  return { left: x, top: y, right: x, bottom: y };
}
