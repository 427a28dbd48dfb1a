import { cloneElement, type ReactElement, useEffect, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { positionOf } from "./position.ts";
import styles from "./Tooltip.module.css";

const afterMs = 500;
/** So soon after another one it comes at once. */
const nextMs = 300;

/** Says more about what is under the pointer or has the focus. It is never the only name of a thing. */
export function Tooltip({ text, children }: { readonly text: string; readonly children: ReactElement<object> }) {
  return cloneElement(children, { "data-tip": text } as object);
}

/** Shows the tooltips of everything that has `data-tip`. */
export function Tooltips() {
  const [at, setAt] = useState<HTMLElement>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let of: HTMLElement | undefined;
    let hiddenAt = Number.NEGATIVE_INFINITY;
    const show = (target: EventTarget | null, delay: number) => {
      const next = target instanceof Element ? target.closest<HTMLElement>("[data-tip]") : null;
      if (next === of) return;
      hide();
      if (next === null) return;
      of = next;
      timer = setTimeout(() => setAt(next), performance.now() - hiddenAt < nextMs ? 0 : delay);
    };
    const hide = () => {
      clearTimeout(timer);
      if (of !== undefined) {
        setAt((shown) => {
          if (shown !== undefined) hiddenAt = performance.now();
          return undefined;
        });
      }
      of = undefined;
    };
    const ended = new AbortController();
    const { signal } = ended;
    addEventListener("pointerover", (event) => event.pointerType === "mouse" && show(event.target, afterMs), {
      signal,
    });
    addEventListener(
      "focusin",
      ({ target }) => target instanceof Element && target.matches(":focus-visible") && show(target, afterMs),
      { signal },
    );
    addEventListener("focusout", hide, { signal });
    addEventListener("pointerdown", hide, { signal, capture: true });
    addEventListener("keydown", hide, { signal, capture: true });
    addEventListener("wheel", hide, { signal, capture: true, passive: true });
    document.addEventListener("pointerleave", hide, { signal });
    return () => {
      ended.abort();
      hide();
    };
  }, []);
  if (at === undefined || !at.isConnected) return null;
  return createPortal(<Tip key={at.dataset.tip} of={at} />, at.closest("dialog") ?? document.body);
}

function Tip({ of }: { readonly of: HTMLElement }) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const box = ref.current;
    if (box === null) return;
    box.showPopover();
    const { left, top } = positionOf(box, { place: of.getBoundingClientRect(), align: "center", side: "top" });
    box.style.left = `${left}px`;
    box.style.top = `${top}px`;
  }, [of]);
  return (
    <div ref={ref} popover="manual" role="tooltip" className={styles.tip}>
      {of.dataset.tip}
    </div>
  );
}
