import type { Profile } from "@parley/sdk";
import { useT } from "../../../i18n/index.ts";
import { useRouter, useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { Avatar } from "../../kit/Avatar.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { toast } from "../../kit/Toasts.tsx";
import { PersonFinder } from "./PersonFinder.tsx";
import styles from "./people.module.css";

/** Finds a person, and opens the conversation with them. */
export function NewChatDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useT();
  const session = useSession();
  const router = useRouter();
  const show = async (opening: Promise<Parameters<typeof session.client.channel>[0]>) => {
    try {
      const channel = await opening;
      onClose();
      router.go({ name: "channel", channel });
    } catch (error) {
      toast(errorText(error), { look: "error" });
    }
  };
  return (
    <Dialog title={t("people.newChat")} onClose={onClose} size="m" flush>
      <PersonFinder autoFocus onChoose={(profile: Profile) => void show(session.direct(profile.account))} />
      <div className={styles.own}>
        <button
          type="button"
          className={styles.row}
          onClick={() => void show(session.client.openSelf().then(({ channel }) => channel))}
        >
          <Avatar seed="self" name={t("list.notes")} kind="self" size="s" />
          <span className={styles.text}>
            <span>{t("list.notes")}</span>
            <span className={styles.handle}>{t("people.notesText")}</span>
          </span>
        </button>
      </div>
    </Dialog>
  );
}
