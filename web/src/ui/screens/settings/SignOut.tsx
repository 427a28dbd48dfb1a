import { LogOut } from "lucide-react";
import { useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { useApp, useObservable, useSession } from "../../context.tsx";
import { ConfirmDialog } from "../people/ConfirmDialog.tsx";
import styles from "./Settings.module.css";

/** Takes everything off this device; what was not sent yet is spoken of before. */
export function SignOut() {
  const t = useT();
  const { parley } = useApp();
  const { client, connectivity } = useSession();
  const isLive = useObservable(connectivity) === "live";
  const [waiting, setWaiting] = useState<number>();
  return (
    <div className={styles.signOut}>
      <button type="button" className={styles.danger} onClick={() => setWaiting(client.outbox().length)}>
        <LogOut size={20} aria-hidden="true" />
        {t("settings.signOut")}
      </button>
      {waiting !== undefined && (
        <ConfirmDialog
          title={t("settings.signOutTitle")}
          text={[
            waiting > 0 ? t("settings.signOutWaiting", { count: waiting }) : t("settings.signOutText"),
            ...(isLive ? [] : [t("settings.signOutOffline")]),
          ].join(" ")}
          action={t("settings.signOut")}
          onClose={() => setWaiting(undefined)}
          onConfirm={async () => {
            await parley.signOut();
            return true;
          }}
        />
      )}
    </div>
  );
}
