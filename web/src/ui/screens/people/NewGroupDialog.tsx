import type { Profile } from "@parley/sdk";
import { useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { useRouter, useSession } from "../../context.tsx";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { TextField } from "../../kit/TextField.tsx";
import { useAct } from "../../useAct.ts";
import { AvatarField } from "./AvatarField.tsx";
import styles from "./People.module.css";
import { PeoplePicker } from "./PeoplePicker.tsx";

/** Who is in it, and what it is called. */
export function NewGroupDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useT();
  const { client } = useSession();
  const router = useRouter();
  const { act, busy } = useAct();
  const [step, setStep] = useState<"people" | "name">("people");
  const [chosen, setChosen] = useState<readonly Profile[]>([]);
  const [title, setTitle] = useState("");
  const [avatar, setAvatar] = useState("");
  const [problem, setProblem] = useState<string>();

  const create = () => {
    if (title.trim() === "") return setProblem(t("group.needTitle"));
    void act(async () => {
      const members = chosen.map((person) => person.account);
      const send = await client.createGroup({ title: title.trim(), avatar, members });
      onClose();
      router.go({ name: "channel", channel: send.channel });
      return send;
    });
  };

  if (step === "people") {
    return (
      <Dialog
        title={t("people.newGroup")}
        onClose={onClose}
        keeps={chosen.length > 0}
        flush
        actions={
          <Button look="filled" onClick={() => setStep("name")}>
            {chosen.length === 0 ? t("group.nextWithout") : t("group.next")}
          </Button>
        }
      >
        <PeoplePicker chosen={chosen} onChange={setChosen} />
      </Dialog>
    );
  }
  return (
    <Dialog
      key="name"
      title={t("people.newGroup")}
      onClose={onClose}
      keeps={chosen.length > 0 || title !== "" || avatar !== ""}
      onBack={() => setStep("people")}
      actions={
        <Button look="filled" busy={busy} onClick={create}>
          {t("group.create")}
        </Button>
      }
    >
      <form
        className={styles.fields}
        onSubmit={(event) => {
          event.preventDefault();
          create();
        }}
      >
        <AvatarField seed="" name={title} kind="group" avatar={avatar} onChange={setAvatar} size="l" />
        <TextField
          label={t("group.title")}
          value={title}
          error={problem}
          onChange={(event) => {
            setTitle(event.target.value);
            setProblem(undefined);
          }}
          maxLength={client.limit("title_code_points")}
          autoFocus
          dir="auto"
        />
        <p className={styles.note}>{t("group.people", { count: chosen.length + 1 })}</p>
      </form>
    </Dialog>
  );
}
