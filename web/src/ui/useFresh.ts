import type { AccountId } from "@parley/sdk";
import { useEffect, useRef } from "react";
import { useObservable, useSession } from "./context.tsx";

const momentMs = 15_000;

/**
 * Asks anew for those who come to be looked at: with the screen of `what`, with a connection, and when the app is shown
 * again. Nobody tells when somebody changes their name or picture. `always`: also where it was done a moment ago.
 */
export function useFresh(what: string, accounts: readonly AccountId[], always = false): void {
  const { people, connectivity } = useSession();
  const isLive = useObservable(connectivity) === "live";
  const newest = useRef(accounts);
  newest.current = accounts;
  const isKnown = accounts.length > 0;
  useEffect(() => {
    if (!isLive || !isKnown || what === "") return;
    const ask = (olderThanMs: number) => {
      if (document.visibilityState === "visible") people.freshen(newest.current, olderThanMs);
    };
    ask(always ? 0 : momentMs);
    const onShown = () => ask(momentMs);
    document.addEventListener("visibilitychange", onShown);
    return () => document.removeEventListener("visibilitychange", onShown);
  }, [people, isLive, isKnown, what, always]);
}
