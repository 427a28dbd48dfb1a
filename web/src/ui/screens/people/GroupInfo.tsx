import type { ChannelId, ChannelInfo, MemberInfo, Role, Who } from "@parley/sdk";
import { LogOut, MoreVertical, UserPlus } from "lucide-react";
import { useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { useRouter, useSession } from "../../context.tsx";
import { Avatar } from "../../kit/Avatar.tsx";
import { Button } from "../../kit/Button.tsx";
import { IconButton } from "../../kit/IconButton.tsx";
import { Menu, type MenuEntry } from "../../kit/Menu.tsx";
import { Select } from "../../kit/Select.tsx";
import { Switch } from "../../kit/Switch.tsx";
import { usePersonName } from "../channels/names.ts";
import { useChannelInfo } from "../conversation/useMembers.ts";
import { type GroupDialog, GroupDialogs } from "./GroupDialogs.tsx";
import styles from "./people.module.css";
import { useCommand } from "./useCommand.ts";

const whos: readonly Who[] = ["members", "admins", "owner"];

/** A group: what it is called, who is in it, who may do what. */
export function GroupInfo({ channelId }: { readonly channelId: ChannelId }) {
  const t = useT();
  const { client } = useSession();
  const [dialog, setDialog] = useState<GroupDialog>();
  const info = useChannelInfo(channelId);
  const channel = client.channel(channelId);
  const role = channel?.role ?? "none";
  const isAdmin = role === "admin" || role === "owner";
  const may = (who: Who | undefined) =>
    role === "owner" || (role !== "none" && who === "members") || (isAdmin && who === "admins");
  const title = channel?.title || t("list.untitled");
  return (
    <>
      <div className={styles.hero}>
        <Avatar seed={channelId} name={title} avatar={channel?.avatar} kind="group" size="xl" />
        <h3>
          <bdi>{title}</bdi>
        </h3>
        <span>{t("conversation.members", { count: channel?.members ?? 0 })}</span>
        {info?.description && (
          <p className={styles.about} dir="auto">
            {info.description}
          </p>
        )}
      </div>
      <div className={styles.buttons}>
        {may(info?.settings.rename) && <Button onClick={() => setDialog("edit")}>{t("group.edit")}</Button>}
        {may(info?.settings.add) && (
          <Button icon={<UserPlus size={18} aria-hidden="true" />} onClick={() => setDialog("add")}>
            {t("group.add")}
          </Button>
        )}
        {isAdmin && <Button onClick={() => setDialog("invite")}>{t("group.invite")}</Button>}
      </div>
      {isAdmin && info && <GroupSettings channelId={channelId} info={info} />}
      <section className={styles.section}>
        <h3>{t("group.members")}</h3>
        <ul>
          {info?.members.map((member) => (
            <MemberRow key={member.account} channelId={channelId} member={member} role={role} />
          ))}
        </ul>
      </section>
      {role !== "none" && (
        <Button look="danger" icon={<LogOut size={18} aria-hidden="true" />} onClick={() => setDialog("leave")}>
          {t("group.leave")}
        </Button>
      )}
      <GroupDialogs channelId={channelId} info={info} dialog={dialog} onClose={() => setDialog(undefined)} />
    </>
  );
}

function GroupSettings({
  channelId,
  info: { settings },
}: {
  readonly channelId: ChannelId;
  readonly info: ChannelInfo;
}) {
  const t = useT();
  const { client } = useSession();
  const command = useCommand();
  const change = (part: Partial<typeof settings>) =>
    void command(client.changeSettings(channelId, { ...settings, ...part }));
  const options = whos.map((value) => ({ value, label: t(`group.who.${value}`) }));
  return (
    <section className={styles.section}>
      <h3>{t("group.settings")}</h3>
      <Select label={t("group.post")} value={settings.post} options={options} onChange={(post) => change({ post })} />
      <Select label={t("group.addWho")} value={settings.add} options={options} onChange={(add) => change({ add })} />
      <Select
        label={t("group.rename")}
        value={settings.rename}
        options={options}
        onChange={(rename) => change({ rename })}
      />
      <Switch
        label={t("group.history")}
        hint={t("group.historyHint")}
        checked={settings.historyFromStart}
        onChange={(historyFromStart) => change({ historyFromStart })}
      />
    </section>
  );
}

function MemberRow(props: { readonly channelId: ChannelId; readonly member: MemberInfo; readonly role: Role }) {
  const t = useT();
  const router = useRouter();
  const session = useSession();
  const { client, people, me } = session;
  const command = useCommand();
  const { channelId, member, role } = props;
  const { account } = member;
  const name = usePersonName(account);
  const isOwner = role === "owner";
  const mayRemove = isOwner || (role === "admin" && member.role === "member");
  const write = async () => router.go({ name: "channel", channel: await session.direct(account) });
  const setRole = (to: Role) => () => void command(client.setRole(channelId, account, to));
  const entries: readonly MenuEntry[] = [
    { label: t("group.write"), act: () => void write() },
    isOwner && member.role === "admin" && { label: t("group.unmakeAdmin"), act: setRole("member") },
    isOwner && member.role === "member" && { label: t("group.makeAdmin"), act: setRole("admin") },
    isOwner && { label: t("group.handOver"), act: () => void command(client.handOver(channelId, account)) },
    mayRemove && {
      label: t("group.remove"),
      danger: true,
      act: () => void command(client.removeMember(channelId, account)),
    },
  ];
  return (
    <li className={styles.row}>
      <Avatar seed={account} name={name} avatar={people.get(account)?.avatar} size="s" />
      <span className={styles.text}>
        <bdi>{name}</bdi>
        {(member.role === "admin" || member.role === "owner") && (
          <span className={styles.role}>{t(`group.roles.${member.role}`)}</span>
        )}
      </span>
      {account !== me && (
        <Menu entries={entries}>
          <IconButton icon={MoreVertical} label={t("group.actions", { name })} tip={false} />
        </Menu>
      )}
    </li>
  );
}
