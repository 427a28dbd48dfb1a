import type { TabsOptions } from "./tabs_client.ts";

/** What connects the tabs of a browser; undefined where there is nothing that does, and every page is on its own. */
export function pageTabs(name: string): Pick<TabsOptions, "name" | "channel" | "locks" | "onLeave"> | undefined {
  if (typeof document !== "object" || typeof BroadcastChannel !== "function") return undefined;
  return {
    name,
    channel: new BroadcastChannel(name),
    locks: navigator.locks,
    onLeave: (callback) => addEventListener("pagehide", callback),
  };
}
