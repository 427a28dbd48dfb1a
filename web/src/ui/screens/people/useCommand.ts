import type { Send } from "@parley/sdk";
import { useSession } from "../../context.tsx";
import { errorText, errorTextOf } from "../../errors.ts";
import { toast } from "../../kit/Toasts.tsx";

/** Waits for the outcome of a command; true: posted. Where it is refused, that is said. */
export function useCommand(): (send: Promise<Send>) => Promise<boolean> {
  const { client } = useSession();
  return async (send) => {
    try {
      const result = await client.outcome((await send).sendId);
      if (result.outcome === "posted") return true;
      toast(errorTextOf(result.refused), { look: "error" });
    } catch (error) {
      toast(errorText(error), { look: "error" });
    }
    return false;
  };
}
