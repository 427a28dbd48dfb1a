import type { ChannelInfo, ChannelState } from "@parley/sdk";
import { useId, useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { useSession } from "../../context.tsx";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { TextField } from "../../kit/TextField.tsx";
import { useAct } from "../../useAct.ts";
import { AvatarField } from "./AvatarField.tsx";
import styles from "./Info.module.css";

/** A group's title, picture and description. */
export function EditGroupDialog(props: {
  readonly channel: ChannelState;
  readonly info: ChannelInfo;
  readonly onClose: () => void;
}) {
  const t = useT();
  const { channel, info, onClose } = props;
  const { client } = useSession();
  const { act, busy } = useAct();
  const area = useId();
  const [title, setTitle] = useState(channel.title);
  const [description, setDescription] = useState(info.description);
  const [avatar, setAvatar] = useState(channel.avatar);
  const [problem, setProblem] = useState<string>();
  const save = async () => {
    if (title.trim() === "") return setProblem(t("group.needTitle"));
    const change = {
      ...(title.trim() === channel.title ? {} : { title: title.trim() }),
      ...(description.trim() === info.description ? {} : { description: description.trim() }),
      ...(avatar === channel.avatar ? {} : { avatar }),
    };
    if (Object.keys(change).length === 0) return onClose();
    if (await act(() => client.describe(channel.id, change))) onClose();
  };
  return (
    <Dialog
      title={t("group.edit")}
      onClose={onClose}
      actions={
        <>
          <Button look="plain" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button look="filled" busy={busy} onClick={() => void save()}>
            {t("common.save")}
          </Button>
        </>
      }
    >
      <form
        className={styles.fields}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <AvatarField seed={channel.id} name={title} kind="group" avatar={avatar} onChange={setAvatar} size="l" />
        <TextField
          label={t("group.title")}
          value={title}
          error={problem}
          onChange={(event) => {
            setTitle(event.target.value);
            setProblem(undefined);
          }}
          maxLength={client.limit("title_code_points")}
          dir="auto"
        />
        <div className={styles.area}>
          <label htmlFor={area}>{t("group.description")}</label>
          <textarea
            id={area}
            value={description}
            onChange={(event) => setDescription(event.target.value)}
            maxLength={client.limit("description_code_points")}
            dir="auto"
          />
        </div>
      </form>
    </Dialog>
  );
}
