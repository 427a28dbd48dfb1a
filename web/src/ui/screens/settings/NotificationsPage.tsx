import { useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { readNotifications, storeNotifications } from "../../../model/notifications.ts";
import { useSession } from "../../context.tsx";
import { Switch } from "../../kit/Switch.tsx";
import { useAct } from "../../useAct.ts";
import styles from "./Settings.module.css";

const isKnown = "Notification" in globalThis;

/** What the system shows while somebody looks elsewhere. */
export function NotificationsPage() {
  const t = useT();
  const { client } = useSession();
  const { act, busy } = useAct();
  const [wish, setWish] = useState(() => readNotifications(client));
  const [permission, setPermission] = useState(isKnown ? Notification.permission : "denied");
  const isOn = wish.wanted && permission === "granted";
  const change = (to: { readonly wanted?: boolean; readonly text?: boolean }) =>
    void act(async () => {
      if (to.wanted === true) {
        const answer = await Notification.requestPermission();
        setPermission(answer);
        if (answer !== "granted") return;
      }
      await storeNotifications(client, to);
      setWish(readNotifications(client));
    });
  return (
    <div className={styles.card}>
      <Switch
        label={t("settings.notify")}
        hint={t("settings.notifyHint")}
        checked={isOn}
        disabled={busy || !isKnown}
        onChange={(wanted) => change({ wanted })}
      />
      <Switch
        label={t("settings.notifyText")}
        checked={wish.text}
        disabled={busy || !isOn}
        onChange={(text) => change({ text })}
      />
      {permission === "denied" && (
        <p className={styles.small} role="status">
          {t(isKnown ? "settings.notifyDenied" : "settings.notifyUnknown")}
        </p>
      )}
    </div>
  );
}
