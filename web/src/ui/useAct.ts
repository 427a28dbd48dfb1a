import type { Send } from "@parley/sdk";
import { useCallback, useState } from "react";
import { errorText } from "./errors.ts";
import { toast } from "./kit/Toasts.tsx";

/**
 * Does what somebody asked for, and says what went wrong. A send counts as done once it waits in the outbox; where the
 * server refuses it later, `useRefusals` says so.
 */
export function useAct() {
  const [busy, setBusy] = useState(false);
  const act = useCallback(
    // biome-ignore lint/suspicious/noConfusingVoidType: what gives nothing back is done when it resolves.
    async (work: () => Promise<Send | undefined | void>): Promise<boolean> => {
      setBusy(true);
      try {
        await work();
        return true;
      } catch (error) {
        toast(errorText(error), { look: "error" });
        return false;
      } finally {
        setBusy(false);
      }
    },
    [],
  );
  return { act, busy };
}
