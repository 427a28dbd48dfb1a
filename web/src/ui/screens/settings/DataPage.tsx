import { useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { useSession } from "../../context.tsx";
import { Button } from "../../kit/Button.tsx";
import { toast } from "../../kit/Toasts.tsx";
import { useAct } from "../../useAct.ts";
import { ConfirmDialog } from "../people/ConfirmDialog.tsx";
import { DeleteAccountDialog } from "./DeleteAccountDialog.tsx";
import { ExportCard } from "./ExportCard.tsx";
import styles from "./Settings.module.css";
import { StorageMeter } from "./StorageMeter.tsx";

/** What is kept of oneself: here, as a file, and not any more. */
export function DataPage() {
  const t = useT();
  const { client } = useSession();
  const { act } = useAct();
  const [asks, setAsks] = useState<"rebuild" | "delete">();
  const close = () => setAsks(undefined);
  return (
    <>
      <div className={styles.card}>
        <h3 className={styles.cardTitle}>{t("settings.storage")}</h3>
        <StorageMeter />
        <p className={styles.small}>{t("settings.storageText")}</p>
        <div className={styles.end}>
          <Button onClick={() => setAsks("rebuild")}>{t("settings.rebuild")}</Button>
        </div>
      </div>
      <ExportCard />
      <div className={styles.card}>
        <h3 className={styles.cardTitle}>{t("settings.deleteAccount")}</h3>
        <p className={styles.small}>{t("settings.deleteAccountText")}</p>
        <div className={styles.end}>
          <Button look="warning" onClick={() => setAsks("delete")}>
            {t("settings.deleteAccount")}
          </Button>
        </div>
      </div>
      {asks === "rebuild" && (
        <ConfirmDialog
          title={t("settings.rebuild")}
          text={t("settings.rebuildText")}
          action={t("settings.rebuild")}
          onClose={close}
          onConfirm={() =>
            act(async () => {
              await client.rebuild();
              toast(t("settings.rebuilt"));
            })
          }
        />
      )}
      {asks === "delete" && <DeleteAccountDialog onClose={close} />}
    </>
  );
}
