import { useEffect } from "react";
import { useRouter } from "./context.tsx";

/**
 * Where one comes to another screen, what had the focus has mostly gone, and with it where one is: then what `find` gives
 * has it, such as the screen's heading. `where` is what the screen shows; undefined: it is not the one that came.
 */
export function useArrival(where: string | undefined, find: () => HTMLElement | null | undefined): void {
  const router = useRouter();
  useEffect(() => {
    if (where === undefined || router.previous === undefined) return;
    const { activeElement } = document;
    if (activeElement !== null && activeElement !== document.body && activeElement.checkVisibility()) return;
    find()?.focus({ preventScroll: true });
  }, [where, router]);
}
