import type { AccountId, ChannelState, MemberInfo } from "@parley/sdk";
import { EllipsisVertical, MessageCircle, ShieldMinus, ShieldPlus, UserCog, UserMinus } from "lucide-react";
import { useMemo, useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { inOrder, mayRemove } from "../../../model/permissions.ts";
import { useObservable, useRouter, useSession } from "../../context.tsx";
import { Button } from "../../kit/Button.tsx";
import { IconButton } from "../../kit/IconButton.tsx";
import { Menu, type MenuEntry } from "../../kit/Menu.tsx";
import { useAct } from "../../useAct.ts";
import { usePersonName } from "../channels/names.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import styles from "./Info.module.css";
import { PersonDialog } from "./PersonDialog.tsx";
import { PersonLine } from "./PersonLine.tsx";

const shownAtFirst = 20;
type Asks = { readonly what: "show" | "remove" | "handOver"; readonly account: AccountId };

/** Everybody in a group, and what one may do about them. */
export function GroupMembers(props: { readonly channel: ChannelState; readonly members: readonly MemberInfo[] }) {
  const t = useT();
  const { channel } = props;
  const { client } = useSession();
  const { act } = useAct();
  const [all, setAll] = useState(false);
  const [asks, setAsks] = useState<Asks>();
  const members = useMemo(() => inOrder(props.members), [props.members]);
  const shown = all ? members : members.slice(0, shownAtFirst);
  const name = usePersonName(asks?.account);
  return (
    <div className={`${styles.card} ${styles.list}`}>
      <div className={styles.cardHead}>
        <h4 className={styles.cardTitle}>{t("conversation.members", { count: members.length })}</h4>
      </div>
      <ul aria-label={t("group.membersTitle")}>
        {shown.map((member) => (
          <MemberRow key={member.account} channel={channel} member={member} onAsk={setAsks} />
        ))}
      </ul>
      {shown.length < members.length && (
        <Button look="plain" onClick={() => setAll(true)}>
          {t("group.showAll", { count: members.length })}
        </Button>
      )}
      {asks?.what === "show" && <PersonDialog account={asks.account} onClose={() => setAsks(undefined)} />}
      {asks && asks.what !== "show" && (
        <ConfirmDialog
          title={t(asks.what === "remove" ? "group.removeTitle" : "group.handOverTitle", { name })}
          text={t(asks.what === "remove" ? "group.removeText" : "group.handOverText")}
          action={t(asks.what === "remove" ? "group.remove" : "group.handOver")}
          onClose={() => setAsks(undefined)}
          onConfirm={() =>
            act(() =>
              asks.what === "remove"
                ? client.removeMember(channel.id, asks.account)
                : client.handOver(channel.id, asks.account),
            )
          }
        />
      )}
    </div>
  );
}

function MemberRow(props: {
  readonly channel: ChannelState;
  readonly member: MemberInfo;
  readonly onAsk: (asks: Asks) => void;
}) {
  const t = useT();
  const session = useSession();
  const router = useRouter();
  const { act } = useAct();
  const { channel, member, onAsk } = props;
  useObservable(session.people.changed);
  const name = usePersonName(member.account);
  const { account, role } = member;
  const isMe = account === session.me;
  const isOwner = channel.role === "owner";
  const setRole = (to: "admin" | "member") => void act(() => session.client.setRole(channel.id, account, to));
  const entries: readonly MenuEntry[] = [
    {
      label: t("people.write"),
      icon: MessageCircle,
      act: () => void act(async () => router.go({ name: "channel", channel: await session.direct(account) })),
    },
    isOwner && role === "member" && { label: t("group.makeAdmin"), icon: ShieldPlus, act: () => setRole("admin") },
    isOwner && role === "admin" && { label: t("group.takeAdmin"), icon: ShieldMinus, act: () => setRole("member") },
    isOwner && { label: t("group.handOver"), icon: UserCog, act: () => onAsk({ what: "handOver", account }) },
    mayRemove(channel.role, role) && {
      label: t("group.remove"),
      icon: UserMinus,
      danger: true,
      act: () => onAsk({ what: "remove", account }),
    },
  ];
  return (
    <li className={styles.member}>
      {isMe ? (
        <PersonLine account={account} />
      ) : (
        <button type="button" className={styles.who} onClick={() => onAsk({ what: "show", account })}>
          <PersonLine account={account} />
        </button>
      )}
      {role !== "member" && <span className={styles.role}>{t(role === "owner" ? "group.owner" : "group.admin")}</span>}
      {!isMe && (
        <Menu entries={entries}>
          <IconButton icon={EllipsisVertical} size="s" label={t("group.memberMenu", { name })} tip={false} />
        </Menu>
      )}
    </li>
  );
}
