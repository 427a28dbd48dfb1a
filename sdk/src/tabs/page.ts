import type { TabsOptions } from "./tabs_client.ts";

/**
 * What connects the tabs of a browser and the workers beside them, which are tabs like others; undefined where there is
 * nothing that does, and every page is on its own. A worker that is gone gives up what it held by that.
 */
export function pageTabs(name: string): Pick<TabsOptions, "name" | "channel" | "locks" | "onLeave"> | undefined {
  const isBrowser = typeof document === "object" || "WorkerGlobalScope" in globalThis;
  if (!isBrowser || typeof BroadcastChannel !== "function") return undefined;
  return {
    name,
    channel: new BroadcastChannel(name),
    locks: navigator.locks,
    onLeave: (callback) => addEventListener("pagehide", callback),
  };
}
