import type { AccountId, ChannelId, ChannelKind } from "@parley/sdk";
import { useT } from "../../../i18n/index.ts";
import { useObservable, useSession } from "../../context.tsx";

/** What a channel is called on the screen, also while its name is not known. */
export function useChannelName(channel: {
  readonly id: ChannelId;
  readonly kind: ChannelKind;
  readonly name: string;
}): string {
  const t = useT();
  if (channel.kind === "self") return t("list.notes");
  if (channel.name !== "") return channel.name;
  return channel.kind === "group" ? t("list.untitled") : t("people.unknown");
}

/** A person's name; the screen follows it. */
export function usePersonName(account: AccountId | undefined): string {
  const t = useT();
  const { people, me } = useSession();
  useObservable(people.changed);
  if (account === undefined) return t("people.unknown");
  if (account === me) return t("common.you");
  const profile = people.get(account);
  if (profile?.deleted) return t("people.deleted");
  return people.nameOf(account) || t("people.unknown");
}
