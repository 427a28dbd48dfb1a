import { ArrowLeft, X } from "lucide-react";
import { type ReactNode, type RefObject, useId, useLayoutEffect, useRef } from "react";
import { useT } from "../../i18n/index.ts";
import { useOver } from "../useOver.ts";
import { cx } from "./cx.ts";
import styles from "./Dialog.module.css";
import { IconButton } from "./IconButton.tsx";

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly onBack?: (() => void) | undefined;
  readonly children: ReactNode;
  /** Buttons at the end. */
  readonly actions?: ReactNode;
  readonly size?: "s" | "m" | "l" | undefined;
  /** Without the space around the body, for lists. */
  readonly flush?: boolean | undefined;
  /** Something was entered: a press beside the dialog does not throw it away. What is written into a field counts anyway. */
  readonly keeps?: boolean | undefined;
  /** Has the focus once it is closed, in place of what had it before. */
  readonly focusAfter?: RefObject<HTMLElement | undefined> | undefined;
}

const focusable = "a[href], button, input, textarea, select, [tabindex]";

/** A modal dialog: the browser's own <dialog>, which keeps focus inside and gives it back. Mounted means open. */
export function Dialog({
  title,
  onClose,
  onBack,
  children,
  actions,
  size = "s",
  flush,
  keeps = false,
  focusAfter,
}: DialogProps) {
  const t = useT();
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useOver(onBack ?? onClose);
  const isPressedBeside = useRef(false);
  const isWritten = useRef(false);
  // At once: whoever closes it may give the focus somewhere else.
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    const before = document.activeElement;
    if (!dialog.open) dialog.showModal();
    // Where there is something to write or to choose, that is where one begins, and not at the cross.
    dialog
      .querySelector<HTMLElement>(`.${styles.body} :is(input, textarea, select):not([readonly], :disabled)`)
      ?.focus();
    // What scrolls, and has nothing that takes the focus, takes it itself: else no key scrolls it.
    const body = dialog.querySelector<HTMLElement>(`.${styles.body}`);
    if (body && body.scrollHeight > body.clientHeight && !body.querySelector(focusable)) body.tabIndex = 0;
    return () => {
      dialog.close();
      const after = focusAfter?.current ?? before;
      if (after instanceof HTMLElement && after.isConnected) after.focus();
    };
  }, [focusAfter]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the key for it is Escape, which the browser makes a cancel of.
    <dialog
      ref={ref}
      className={cx(styles.dialog, styles[size])}
      aria-labelledby={heading}
      onCancel={(event) => {
        if (event.target !== ref.current) return;
        event.preventDefault();
        onClose();
      }}
      onInput={(event) => {
        // What is looked for is soon written again.
        if (!(event.target as Element).matches("[type=search]")) isWritten.current = true;
      }}
      onPointerDown={(event) => {
        isPressedBeside.current = event.target === ref.current;
      }}
      onClick={(event) => {
        // Not the end of a selection, nor the second press on a button that went with what it did.
        const isBeside = isPressedBeside.current && event.target === ref.current && event.detail === 1;
        if (isBeside && !keeps && !isWritten.current) onClose();
      }}
    >
      <div className={styles.sheet}>
        <header className={styles.head}>
          {onBack && <IconButton icon={ArrowLeft} label={t("common.back")} onClick={onBack} mirrored tip={false} />}
          <h2 id={heading} className={styles.title}>
            {title}
          </h2>
          <IconButton icon={X} label={t("common.close")} onClick={onClose} tip={false} />
        </header>
        <div className={cx(styles.body, flush && styles.flush)}>{children}</div>
        {actions && <footer className={styles.actions}>{actions}</footer>}
      </div>
    </dialog>
  );
}
