import { type KeyboardEvent, useLayoutEffect, useRef } from "react";
import { createPortal } from "react-dom";
import { useObservable, useRouter } from "../context.tsx";
import { useOver } from "../useOver.ts";
import { cx } from "./cx.ts";
import { keyText } from "./keys.ts";
import styles from "./Menu.module.css";
import { closeMenu, type MenuItem, type MenuSign, type OpenMenu, openedMenu } from "./open_menu.ts";
import { positionOf } from "./position.ts";

/** Shows the menu that is open. */
export function MenuHost() {
  const menu = useObservable(openedMenu);
  if (menu === undefined) return null;
  // What is outside of a modal dialog is out of reach while it is open.
  return createPortal(<Surface menu={menu} />, menu.owner.closest("dialog") ?? document.body);
}

function Surface({ menu }: { readonly menu: OpenMenu }) {
  const ref = useRef<HTMLDivElement>(null);
  const router = useRouter();
  useOver(() => closeMenu({ givesFocusBack: true }));
  /** A finger that opened the menu and is lifted above it has chosen nothing. */
  const isPressed = useRef(false);
  useLayoutEffect(() => {
    const box = ref.current;
    if (box === null) return;
    box.showPopover();
    const { left, top } = positionOf(box, menu);
    box.style.left = `${left}px`;
    box.style.top = `${top}px`;
    const first = menu.byKeyboard ? itemsOf(box)[0] : undefined;
    (first ?? box).focus({ preventScroll: true });
    const onPress = ({ target }: Event) => {
      if (!(target instanceof Node) || box.contains(target)) return;
      if (menu.isButton !== true || !menu.owner.contains(target)) closeMenu({ givesFocusBack: false });
    };
    const onGone = () => closeMenu({ givesFocusBack: false });
    addEventListener("pointerdown", onPress, { capture: true });
    addEventListener("resize", onGone);
    const stop = router.route.subscribe(onGone);
    return () => {
      removeEventListener("pointerdown", onPress, { capture: true });
      removeEventListener("resize", onGone);
      stop();
    };
  }, [menu, router]);
  const act = (item: MenuItem | MenuSign) => {
    closeMenu({ givesFocusBack: true });
    item.act();
  };
  return (
    <div
      ref={ref}
      popover="manual"
      role="menu"
      tabIndex={-1}
      className={styles.menu}
      onKeyDown={onKeyDown}
      onPointerDownCapture={() => {
        isPressed.current = true;
      }}
      onClickCapture={(event) => {
        if (!isPressed.current && event.detail > 0) event.stopPropagation();
      }}
    >
      {menu.signs !== undefined && (
        <div className={styles.signs} role="group" aria-label={menu.signsLabel}>
          {menu.signs.map((one) => (
            <Sign key={one.label} one={one} act={() => act(one)} />
          ))}
        </div>
      )}
      {menu.entries.map((entry, index) => {
        if (!entry) return null;
        if (entry === "line") return <hr key={`line-${index.toString()}`} className={styles.line} />;
        const Icon = entry.icon;
        return (
          <button
            key={entry.label}
            type="button"
            role="menuitem"
            tabIndex={-1}
            aria-keyshortcuts={entry.keys?.replace("Ctrl", "Control")}
            className={cx(styles.item, entry.danger && styles.danger)}
            disabled={entry.disabled}
            onPointerMove={({ currentTarget }) => currentTarget.focus({ preventScroll: true })}
            onClick={() => act(entry)}
          >
            {Icon && <Icon aria-hidden="true" size={18} strokeWidth={1.9} />}
            <span className={styles.label}>{entry.label}</span>
            {entry.keys && (
              <span className={styles.keys} aria-hidden="true">
                {keyText(entry.keys)}
              </span>
            )}
          </button>
        );
      })}
    </div>
  );
}

function Sign({ one, act }: { readonly one: MenuSign; readonly act: () => void }) {
  const { label, sign: Sign, pressed } = one;
  return (
    <button
      type="button"
      {...(pressed === undefined ? { role: "menuitem" } : { role: "menuitemcheckbox", "aria-checked": pressed })}
      aria-label={label}
      tabIndex={-1}
      className={styles.sign}
      onClick={act}
    >
      {typeof Sign === "string" ? Sign : <Sign aria-hidden="true" size={20} strokeWidth={1.9} />}
    </button>
  );
}

const itemsOf = (box: Element) => [...box.querySelectorAll<HTMLElement>("[role^=menuitem]:not(:disabled)")];

/** The keys of a menu: up, down and the first letter among its entries, right and left among the signs. */
function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
  // Nothing of it is a shortcut of the app.
  event.stopPropagation();
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const items = itemsOf(event.currentTarget);
  const signs = items.filter((item) => item.parentElement?.getAttribute("role") === "group");
  const entries = items.slice(signs.length);
  // All the signs are one step on the way up or down.
  const active = document.activeElement as HTMLElement;
  const among = signs.includes(active);
  const column = signs.length > 0 ? [among ? active : (signs[0] as HTMLElement), ...entries] : entries;
  const at = column.indexOf(active);
  const go = (to: HTMLElement | undefined) => {
    event.preventDefault();
    to?.focus({ preventScroll: false });
  };
  const towards = getComputedStyle(event.currentTarget).direction === "rtl" ? -1 : 1;
  const step = { ArrowRight: towards, ArrowLeft: -towards }[event.key];
  if (step !== undefined) return go(among ? signs.at((signs.indexOf(active) + step) % signs.length) : undefined);
  if (event.key === "ArrowDown") return go(column[(at + 1) % column.length]);
  if (event.key === "ArrowUp") return go(column.at(at <= 0 ? -1 : at - 1));
  if (event.key === "Home") return go(column[0]);
  if (event.key === "End") return go(column.at(-1));
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    return closeMenu({ givesFocusBack: true });
  }
  if (event.key.length !== 1 || event.key === " ") return;
  const letter = event.key.toLocaleLowerCase();
  const after = entries.indexOf(active) + 1;
  const found = [...entries.slice(after), ...entries.slice(0, after)].find((item) =>
    item.textContent?.trim().toLocaleLowerCase().startsWith(letter),
  );
  go(found);
}
