import type { AccountId, ChannelEvent } from "@parley/sdk";
import { useT } from "../../../i18n/index.ts";
import { useObservable, useSession } from "../../context.tsx";
import { usePersonName } from "../channels/names.ts";

/** What happened to the channel, as a sentence. */
export function NoticeText({ event }: { readonly event: ChannelEvent }) {
  const t = useT();
  const { people, me } = useSession();
  useObservable(people.changed);
  const who = usePersonName(event.account);
  const nameOf = (account: AccountId) =>
    account === me ? t("common.you") : people.nameOf(account) || t("people.unknown");
  const { body } = event;
  const names = (members: readonly { readonly account: AccountId }[]) =>
    members
      .filter((member) => member.account !== event.account)
      .map((member) => nameOf(member.account))
      .join(", ");
  switch (body.kind) {
    case "created":
      return body.channelKind === "group"
        ? t("notices.createdGroup", { name: who, title: body.title })
        : t("notices.created");
    case "described":
      if (body.title !== undefined) return t("notices.renamed", { name: who, title: body.title });
      return t("notices.described", { name: who });
    case "settingsChanged":
      return t("notices.settingsChanged", { name: who });
    case "membersAdded":
      return t("notices.added", { name: who, names: names(body.members) });
    case "memberRemoved":
      return t("notices.removed", { name: who, other: nameOf(body.account) });
    case "memberLeft":
      return t("notices.left", { name: who });
    case "roleChanged":
      return t(body.role === "admin" ? "notices.madeAdmin" : "notices.madeMember", {
        name: who,
        other: nameOf(body.account),
      });
    case "ownershipHandedOver":
      return t("notices.handedOver", { name: who, other: nameOf(body.to) });
    case "joinedByInvitation":
      return t("notices.joined", { name: who });
    default:
      return null;
  }
}
