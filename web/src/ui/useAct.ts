import type { Send } from "@parley/sdk";
import { useCallback, useState } from "react";
import { useSession } from "./context.tsx";
import { errorText, errorTextOf } from "./errors.ts";
import { toast } from "./kit/Toasts.tsx";

/**
 * Does what somebody asked for, and says what went wrong. A send counts as done once it waits in the outbox; where the
 * server refuses it later, that is said then.
 */
export function useAct() {
  const { client } = useSession();
  const [busy, setBusy] = useState(false);
  const act = useCallback(
    // biome-ignore lint/suspicious/noConfusingVoidType: what gives nothing back is done when it resolves.
    async (work: () => Promise<Send | void>): Promise<boolean> => {
      setBusy(true);
      try {
        const send = await work();
        if (send !== undefined) {
          client.outcome(send.sendId).then(
            (result) => {
              if (result.outcome === "refused") toast(errorTextOf(result.refused), { look: "error" });
            },
            () => undefined,
          );
        }
        return true;
      } catch (error) {
        toast(errorText(error), { look: "error" });
        return false;
      } finally {
        setBusy(false);
      }
    },
    [client],
  );
  return { act, busy };
}
