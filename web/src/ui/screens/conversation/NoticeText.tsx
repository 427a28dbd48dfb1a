import type { ChannelEvent } from "@parley/sdk";
import { formatList } from "../../../i18n/format.ts";
import { useT } from "../../../i18n/index.ts";
import { noticeOf } from "../../../model/notices.ts";
import { useObservable, useSession } from "../../context.tsx";
import { usePersonName } from "../channels/names.ts";

/** What happened to the channel, as a sentence. */
export function NoticeText({ event }: { readonly event: ChannelEvent }) {
  const t = useT();
  const { people, me } = useSession();
  useObservable(people.changed);
  const name = usePersonName(event.account);
  const notice = noticeOf(event, me);
  if (notice === undefined) return null;
  const names = formatList(notice.to.map((account) => people.nameOf(account) || t("people.unknown")));
  return t(notice.key, { name, names, title: notice.title ?? "" });
}
