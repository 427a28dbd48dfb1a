import { ParleyError } from "@parley/sdk";
import { isKey, t } from "../i18n/index.ts";

const unavailable: ReadonlySet<string> = new Set([
  "overloaded",
  "store_unavailable",
  "draining",
  "internal",
  "timeout",
]);

/** What went wrong and what to do about it, for people. */
export function errorText(error: unknown): string {
  if (!(error instanceof ParleyError)) return t("errors.other", { name: "internal" });
  return errorTextOf(error.name);
}

export function errorTextOf(name: string): string {
  const key = `errors.${name}`;
  if (isKey(key)) return t(key);
  if (name === "unreachable" || name === "bad_answer") return t("errors.offline");
  if (name.startsWith("storage_")) return t("errors.storage");
  if (unavailable.has(name)) return t("errors.unavailable");
  return t("errors.other", { name });
}
