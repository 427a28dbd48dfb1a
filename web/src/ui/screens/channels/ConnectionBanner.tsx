import { CloudOff, DatabaseZap, LoaderCircle } from "lucide-react";
import { useEffect, useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { useObservable, useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { Button } from "../../kit/Button.tsx";
import styles from "./ConnectionBanner.module.css";

/** What a screen that comes back every few seconds would be: a connection is only spoken of once it takes a while. */
const patienceMs = 1_500;

/** Says calmly what is happening; says nothing while all is well. */
export function ConnectionBanner() {
  const t = useT();
  const { connectivity, storage, client } = useSession();
  const state = useObservable(connectivity);
  const storageWhy = useObservable(storage);
  const [isLong, setLong] = useState(false);
  const isLive = state === "live";
  // From one attempt to the next it stays.
  useEffect(() => {
    setLong(false);
    if (isLive) return;
    const timer = setTimeout(() => setLong(true), patienceMs);
    return () => clearTimeout(timer);
  }, [isLive]);
  const isAtRisk = storageWhy?.name === "storage_at_risk" || storageWhy?.name === "storage_unavailable";
  if (storageWhy !== undefined && !isAtRisk) {
    return (
      <p className={styles.banner} role="alert">
        <DatabaseZap size={18} aria-hidden="true" />
        <span className={styles.text}>{errorText(storageWhy)}</span>
      </p>
    );
  }
  const shown = isLong && !isLive;
  return (
    <div role="status" aria-live="polite">
      {shown && (
        <p className={styles.banner}>
          {state === "connecting" ? (
            <LoaderCircle size={18} className={styles.turning} aria-hidden="true" />
          ) : (
            <CloudOff size={18} aria-hidden="true" />
          )}
          <span className={styles.text}>
            {t(`connection.${state}`)}
            {isAtRisk && ` ${t("connection.atRisk")}`}
          </span>
          {state === "offline" && (
            <Button look="plain" onClick={() => client.wake()}>
              {t("common.retry")}
            </Button>
          )}
        </p>
      )}
    </div>
  );
}
