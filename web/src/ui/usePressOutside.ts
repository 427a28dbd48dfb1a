import { type RefObject, useEffect } from "react";

/** While there is an `act`, a press anywhere but in this element does it, and what else it does. */
export function usePressOutside(element: RefObject<HTMLElement | null>, act: (() => void) | undefined): void {
  useEffect(() => {
    if (act === undefined) return;
    const onPress = ({ target }: PointerEvent) => {
      // A menu may belong to what is in it.
      if (!(target instanceof Element) || target.closest("[role=menu]") !== null) return;
      if (element.current?.contains(target) === false) act();
    };
    addEventListener("pointerdown", onPress, { capture: true });
    return () => removeEventListener("pointerdown", onPress, { capture: true });
  }, [element, act]);
}
