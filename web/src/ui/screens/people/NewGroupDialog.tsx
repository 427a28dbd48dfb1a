import { type AccountId, limits, type Profile } from "@parley/sdk";
import { type FormEvent, useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { useRouter, useSession } from "../../context.tsx";
import { errorText, errorTextOf } from "../../errors.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { TextField } from "../../kit/TextField.tsx";
import { toast } from "../../kit/Toasts.tsx";
import { PersonFinder } from "./PersonFinder.tsx";
import styles from "./people.module.css";

/** First who, then what it is called. */
export function NewGroupDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useT();
  const [members, setMembers] = useState<readonly AccountId[]>([]);
  const [isNaming, setNaming] = useState(false);
  if (isNaming) return <NameDialog members={members} onBack={() => setNaming(false)} onClose={onClose} />;
  const toggle = ({ account }: Profile) =>
    setMembers(members.includes(account) ? members.filter((one) => one !== account) : [...members, account]);
  return (
    <Dialog
      title={t("people.newGroup")}
      onClose={onClose}
      size="m"
      flush
      actions={
        <Button look="filled" onClick={() => setNaming(true)}>
          {members.length === 0 ? t("people.withoutMembers") : t("people.nextWith", { count: members.length })}
        </Button>
      }
    >
      <PersonFinder onChoose={toggle} chosen={members} autoFocus />
    </Dialog>
  );
}

interface NameDialogProps {
  readonly members: readonly AccountId[];
  readonly onBack: () => void;
  readonly onClose: () => void;
}

function NameDialog({ members, onBack, onClose }: NameDialogProps) {
  const t = useT();
  const { client } = useSession();
  const router = useRouter();
  const [title, setTitle] = useState("");
  const [problem, setProblem] = useState<string>();
  const create = async (event?: FormEvent) => {
    event?.preventDefault();
    if (title.trim() === "") return setProblem(t("people.needTitle"));
    try {
      const { channel, sendId } = await client.createGroup({ title: title.trim(), members });
      onClose();
      router.go({ name: "channel", channel });
      const result = await client.outcome(sendId);
      if (result.outcome === "refused") toast(errorTextOf(result.refused), { look: "error" });
    } catch (error) {
      toast(errorText(error), { look: "error" });
    }
  };
  return (
    <Dialog
      title={t("people.newGroup")}
      onClose={onClose}
      onBack={onBack}
      size="m"
      actions={
        <Button look="filled" onClick={() => void create()}>
          {t("people.create")}
        </Button>
      }
    >
      <form className={styles.form} onSubmit={create}>
        <TextField
          label={t("people.title")}
          error={problem}
          value={title}
          maxLength={limits.title_code_points.default}
          dir="auto"
          autoFocus
          onChange={(event) => {
            setTitle(event.target.value);
            setProblem(undefined);
          }}
        />
      </form>
    </Dialog>
  );
}
