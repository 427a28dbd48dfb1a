import { useEffect, useRef, useState } from "react";
import { useRouter } from "./context.tsx";

/**
 * While there is a `close`, something is open over the screen, and the Back of a telephone calls it instead of leaving the
 * screen. Where there is a mouse, Back is for pages.
 */
export function useOver(close: (() => void) | undefined): void {
  const router = useRouter();
  const newest = useRef(close);
  newest.current = close;
  const [presses, setPresses] = useState(0);
  const isOpen = close !== undefined;
  useEffect(() => {
    if (!isOpen || matchMedia("(hover: hover)").matches) return;
    return router.over(() => {
      newest.current?.();
      // What it only took a step back in is open still.
      setPresses(presses + 1);
    });
  }, [isOpen, presses, router]);
}
