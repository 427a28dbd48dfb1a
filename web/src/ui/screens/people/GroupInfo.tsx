import type { ChannelState } from "@parley/sdk";
import { LogOut, Pencil, UserPlus } from "lucide-react";
import { useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { belongsTo, isMember } from "../../../model/permissions.ts";
import { useRouter, useSession } from "../../context.tsx";
import { Avatar } from "../../kit/Avatar.tsx";
import { Button } from "../../kit/Button.tsx";
import { useAct } from "../../useAct.ts";
import { useFresh } from "../../useFresh.ts";
import { accountsOf, useChannelInfo } from "../conversation/useMembers.ts";
import { AddMembersDialog } from "./AddMembersDialog.tsx";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import { EditGroupDialog } from "./EditGroupDialog.tsx";
import { GroupMembers } from "./GroupMembers.tsx";
import { GroupSettings } from "./GroupSettings.tsx";
import styles from "./Info.module.css";
import { Invitations } from "./Invitations.tsx";
import { RegisterSwitches } from "./RegisterSwitches.tsx";

/** A group: what it is called, who is in it, and what they may. */
export function GroupInfo({ channel }: { readonly channel: ChannelState }) {
  const t = useT();
  const { client } = useSession();
  const router = useRouter();
  const { act } = useAct();
  const info = useChannelInfo(isMember(channel) ? channel.id : undefined);
  useFresh(channel.id, accountsOf(info), true);
  const [dialog, setDialog] = useState<"edit" | "add" | "leave">();
  const { role } = channel;
  const title = channel.title || t("list.untitled");
  const isAdmin = belongsTo(role, "admins");
  const close = () => setDialog(undefined);
  return (
    <>
      <div className={styles.top}>
        <Avatar seed={channel.id} name={channel.title} avatar={channel.avatar} kind="group" size="xl" />
        <h3 className={styles.name}>
          <bdi>{title}</bdi>
        </h3>
        <p className={styles.quiet}>
          {isMember(channel) ? t("conversation.members", { count: channel.members }) : t("group.left")}
        </p>
        {info?.description && (
          <p className={styles.about} dir="auto">
            {info.description}
          </p>
        )}
        {info && (
          <div className={styles.actions}>
            {belongsTo(role, info.settings.rename) && (
              <Button icon={<Pencil size={18} aria-hidden="true" />} onClick={() => setDialog("edit")}>
                {t("group.edit")}
              </Button>
            )}
            {belongsTo(role, info.settings.add) && (
              <Button icon={<UserPlus size={18} aria-hidden="true" />} onClick={() => setDialog("add")}>
                {t("group.add")}
              </Button>
            )}
          </div>
        )}
      </div>
      <RegisterSwitches channel={channel} />
      {info && isAdmin && <Invitations channel={channel} invitations={info.invitations} />}
      {info && <GroupMembers channel={channel} members={info.members} />}
      {info && isAdmin && <GroupSettings channel={channel} settings={info.settings} />}
      {isMember(channel) && (
        <div className={`${styles.card} ${styles.list}`}>
          <button type="button" className={styles.danger} onClick={() => setDialog("leave")}>
            <LogOut size={20} aria-hidden="true" />
            {t("group.leave")}
          </button>
        </div>
      )}
      {dialog === "edit" && info && <EditGroupDialog channel={channel} info={info} onClose={close} />}
      {dialog === "add" && info && <AddMembersDialog channel={channel} info={info} onClose={close} />}
      {dialog === "leave" && (
        <ConfirmDialog
          title={t("group.leaveTitle", { title })}
          text={role === "owner" ? t("group.leaveOwnerText") : t("group.leaveText")}
          action={t("group.leave")}
          onClose={close}
          onConfirm={() =>
            act(async () => {
              const send = await client.leave(channel.id);
              router.go({ name: "channel", channel: channel.id }, { replace: true });
              return send;
            })
          }
        />
      )}
    </>
  );
}
