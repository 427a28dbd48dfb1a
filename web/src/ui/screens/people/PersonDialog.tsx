import type { AccountId } from "@parley/sdk";
import { useT } from "../../../i18n/index.ts";
import { useRouter, useSession } from "../../context.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { useAct } from "../../useAct.ts";
import styles from "./Info.module.css";
import { PersonInfo } from "./PersonInfo.tsx";

/** Who somebody is whom one meets in a group, over what one was at. */
export function PersonDialog({ account, onClose }: { readonly account: AccountId; readonly onClose: () => void }) {
  const t = useT();
  const session = useSession();
  const router = useRouter();
  const { act } = useAct();
  return (
    <Dialog title={t("people.about")} onClose={onClose}>
      <div className={styles.person}>
        <PersonInfo
          account={account}
          onWrite={() => void act(async () => router.go({ name: "channel", channel: await session.direct(account) }))}
        />
      </div>
    </Dialog>
  );
}
