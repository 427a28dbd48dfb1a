import { useEffect } from "react";
import { useT } from "../i18n/index.ts";
import { useSession } from "./context.tsx";
import { errorTextOf } from "./errors.ts";
import { toast } from "./kit/Toasts.tsx";

const what = { delete: "conversation.notDeleted", react: "conversation.notReacted" } as const;

/** Says what the server refused, wherever the user is by then; messages and changes stay in their conversation. */
export function useRefusals(): void {
  const t = useT();
  const { failed } = useSession();
  useEffect(
    () =>
      failed.onRefused(({ kind, refused }) => {
        const why = errorTextOf(refused);
        toast(kind === "delete" || kind === "react" ? `${t(what[kind])}: ${why}` : why, { look: "error" });
      }),
    [failed, t],
  );
}
