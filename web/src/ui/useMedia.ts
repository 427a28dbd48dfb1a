import { useCallback, useSyncExternalStore } from "react";

/** There is room for one pane. */
export const narrow = "(max-width: 46rem)";

/** Whether a media query holds; the screen follows it. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = matchMedia(query);
      list.addEventListener("change", listener);
      return () => list.removeEventListener("change", listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}
