import type { ChannelInfo, ChannelState, Profile } from "@parley/sdk";
import { useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { useSession } from "../../context.tsx";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { useAct } from "../../useAct.ts";
import { PeoplePicker } from "./PeoplePicker.tsx";

export function AddMembersDialog(props: {
  readonly channel: ChannelState;
  readonly info: ChannelInfo;
  readonly onClose: () => void;
}) {
  const t = useT();
  const { client } = useSession();
  const { act, busy } = useAct();
  const [chosen, setChosen] = useState<readonly Profile[]>([]);
  const add = async () => {
    const accounts = chosen.map((person) => person.account);
    if (await act(() => client.addMembers(props.channel.id, accounts))) props.onClose();
  };
  return (
    <Dialog
      title={t("group.add")}
      onClose={props.onClose}
      flush
      actions={
        <Button look="filled" busy={busy} disabled={chosen.length === 0} onClick={() => void add()}>
          {chosen.length === 0 ? t("group.add") : t("group.addCount", { count: chosen.length })}
        </Button>
      }
    >
      <PeoplePicker chosen={chosen} onChange={setChosen} without={props.info.members.map((member) => member.account)} />
    </Dialog>
  );
}
