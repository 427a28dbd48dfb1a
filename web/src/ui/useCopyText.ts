import { useCallback } from "react";
import { useT } from "../i18n/index.ts";
import { errorText } from "./errors.ts";
import { toast } from "./kit/Toasts.tsx";

/** Puts a text where it can be pasted, and says so. */
export function useCopyText(): (text: string) => void {
  const t = useT();
  return useCallback(
    (text) =>
      void navigator.clipboard.writeText(text).then(
        () => toast(t("common.copied")),
        (error: unknown) => toast(errorText(error), { look: "error" }),
      ),
    [t],
  );
}
