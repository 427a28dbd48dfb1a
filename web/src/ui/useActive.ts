import { useEffect } from "react";
import { useSession } from "./context.tsx";

/** Others see somebody online while they look at Parley, and not because a tab is open somewhere behind. */
export function useActive(): void {
  const { client } = useSession();
  useEffect(() => {
    const tell = () => client.setActive(document.visibilityState === "visible");
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
  }, [client]);
}
