import type { Translate } from "../../../i18n/index.ts";

/** Who types in a group; without names, the one whose conversation it is. */
export function typingText(t: Translate, names: readonly string[]): string {
  const [one, two, ...more] = names.map((name) => name || t("people.unknown"));
  if (one === undefined) return t("conversation.typing");
  if (two === undefined) return t("conversation.typingOne", { name: one });
  if (more.length > 0) return t("conversation.typingMany", { count: names.length });
  return t("conversation.typingTwo", { one, two });
}
