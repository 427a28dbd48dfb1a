import { type MouseEvent, type TouchEvent, useRef } from "react";

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PressHandlers {
  onContextMenu?: (event: MouseEvent<HTMLElement>) => void;
  onTouchStart?: (event: TouchEvent<HTMLElement>) => void;
  onTouchMove?: (event: TouchEvent<HTMLElement>) => void;
  onTouchEnd?: (event: TouchEvent<HTMLElement>) => void;
  onTouchCancel?: () => void;
}

const longMs = 450;
const slack = 10;

/**
 * The right button, the key for menus, and a long press: not every browser makes one `contextmenu` of them all. `open`
 * says whether there is something to show; else the browser does as it does.
 */
export function usePress(open: (at: Point, target: HTMLElement, byKeyboard: boolean) => boolean): PressHandlers {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const from = useRef<Point>({ x: 0, y: 0 });
  /** This touch has opened something. */
  const hasOpened = useRef(false);
  const stop = () => clearTimeout(timer.current);
  return {
    onContextMenu(event) {
      stop();
      const isTouch = (event.nativeEvent as PointerEvent).pointerType === "touch";
      if (isTouch && hasOpened.current) return event.preventDefault();
      const { target, clientX: x, clientY: y } = event;
      if (!(target instanceof Element)) return;
      const isOpen = open(
        { x, y },
        event.currentTarget === target ? event.currentTarget : html(target),
        event.button !== 2 && !isTouch,
      );
      if (isOpen) event.preventDefault();
      hasOpened.current = isTouch && isOpen;
    },
    onTouchStart(event) {
      stop();
      hasOpened.current = false;
      const touch = event.touches.item(0);
      const { target } = event;
      if (touch === null || event.touches.length > 1 || !(target instanceof Element)) return;
      from.current = { x: touch.clientX, y: touch.clientY };
      timer.current = setTimeout(() => {
        hasOpened.current = open(from.current, html(target), false);
      }, longMs);
    },
    onTouchMove(event) {
      const touch = event.touches.item(0);
      if (touch === null) return;
      if (Math.hypot(touch.clientX - from.current.x, touch.clientY - from.current.y) > slack) stop();
    },
    onTouchEnd(event) {
      stop();
      // Else lifting the finger would be a press on what has come to be under it.
      if (hasOpened.current && event.cancelable) event.preventDefault();
    },
    onTouchCancel: stop,
  };
}

function html(target: Element): HTMLElement {
  return target instanceof HTMLElement ? target : (target.parentElement ?? document.body);
}
