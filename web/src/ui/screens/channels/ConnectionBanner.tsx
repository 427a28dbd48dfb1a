import { Clock, CloudOff, DatabaseZap, LoaderCircle } from "lucide-react";
import { useEffect, useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { useObservable, useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { Button } from "../../kit/Button.tsx";
import styles from "./ConnectionBanner.module.css";

/** What a screen that comes back every few seconds would be: a trouble is only spoken of once it takes a while. */
const patienceMs = 1_500;

/** Whether it is so, and has been for a while. */
function useLasting(isSo: boolean): boolean {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (!isSo) return;
    const timer = setTimeout(() => setLong(true), patienceMs);
    return () => clearTimeout(timer);
  }, [isSo]);
  return isLong && isSo;
}

/** Says calmly what is happening; says nothing while all is well. */
export function ConnectionBanner() {
  const t = useT();
  const { connectivity, storage, putOff, client } = useSession();
  const state = useObservable(connectivity);
  const storageWhy = useObservable(storage);
  const putOffWhy = useObservable(putOff);
  const isLive = state === "live";
  // From one attempt to the next it stays.
  const isAway = useLasting(!isLive);
  const isPutOff = useLasting(isLive && putOffWhy !== undefined);
  const isAtRisk = storageWhy?.name === "storage_at_risk" || storageWhy?.name === "storage_unavailable";
  if (storageWhy !== undefined && !isAtRisk) {
    return (
      <p className={styles.banner} role="alert">
        <DatabaseZap size={18} aria-hidden="true" />
        <span className={styles.text}>{errorText(storageWhy)}</span>
      </p>
    );
  }
  return (
    <div role="status" aria-live="polite">
      {isPutOff && (
        <p className={styles.banner}>
          <Clock size={18} aria-hidden="true" />
          <span className={styles.text}>
            {putOffWhy?.name === "disk_full" ? errorText(putOffWhy) : t("connection.putOff")}
          </span>
        </p>
      )}
      {isAway && (
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
