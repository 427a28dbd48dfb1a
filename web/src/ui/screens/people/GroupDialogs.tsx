import { type ChannelId, type ChannelInfo, limits } from "@parley/sdk";
import { useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { useRouter, useSession } from "../../context.tsx";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { TextField } from "../../kit/TextField.tsx";
import { InvitationDialog } from "./InvitationDialog.tsx";
import { PersonFinder } from "./PersonFinder.tsx";
import styles from "./people.module.css";
import { useCommand } from "./useCommand.ts";

export type GroupDialog = "add" | "edit" | "invite" | "leave";

interface OfGroup {
  readonly channelId: ChannelId;
  readonly info: ChannelInfo | undefined;
  readonly onClose: () => void;
}

/** The dialogs of a group's page. */
export function GroupDialogs({ dialog, ...group }: OfGroup & { readonly dialog: GroupDialog | undefined }) {
  switch (dialog) {
    case "add":
      return <AddDialog {...group} />;
    case "edit":
      return <EditDialog {...group} />;
    case "invite":
      return <InvitationDialog channelId={group.channelId} onClose={group.onClose} />;
    case "leave":
      return <LeaveDialog {...group} />;
    case undefined:
      return null;
  }
}

function AddDialog({ channelId, info, onClose }: OfGroup) {
  const t = useT();
  const { client } = useSession();
  const command = useCommand();
  return (
    <Dialog title={t("group.add")} onClose={onClose} size="m" flush>
      <PersonFinder
        autoFocus
        without={info?.members.map((member) => member.account) ?? []}
        onChoose={({ account }) => {
          void command(client.addMembers(channelId, [account]));
          onClose();
        }}
      />
    </Dialog>
  );
}

function EditDialog({ channelId, info, onClose }: OfGroup) {
  const t = useT();
  const { client } = useSession();
  const command = useCommand();
  const [title, setTitle] = useState(client.channel(channelId)?.title ?? "");
  const [description, setDescription] = useState(info?.description ?? "");
  const save = async () => {
    const change = { title: title.trim(), description: description.trim() };
    if (await command(client.describe(channelId, change))) onClose();
  };
  return (
    <Dialog
      title={t("group.edit")}
      onClose={onClose}
      actions={
        <Button look="filled" disabled={title.trim() === ""} onClick={() => void save()}>
          {t("common.save")}
        </Button>
      }
    >
      <div className={styles.form}>
        <TextField
          label={t("people.title")}
          value={title}
          maxLength={limits.title_code_points.default}
          dir="auto"
          onChange={(event) => setTitle(event.target.value)}
        />
        <TextField
          label={t("group.description")}
          value={description}
          maxLength={limits.description_code_points.default}
          dir="auto"
          onChange={(event) => setDescription(event.target.value)}
        />
      </div>
    </Dialog>
  );
}

function LeaveDialog({ channelId, onClose }: OfGroup) {
  const t = useT();
  const router = useRouter();
  const { client } = useSession();
  const command = useCommand();
  const leave = async () => {
    onClose();
    if (await command(client.leave(channelId))) router.go({ name: "home" });
  };
  return (
    <Dialog
      title={t("group.leaveTitle")}
      onClose={onClose}
      actions={
        <Button look="danger" onClick={() => void leave()}>
          {t("group.leave")}
        </Button>
      }
    >
      <p>{t("group.leaveText")}</p>
    </Dialog>
  );
}
