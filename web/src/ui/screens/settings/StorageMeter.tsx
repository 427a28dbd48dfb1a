import { useEffect, useState } from "react";
import { formatBytes } from "../../../i18n/format.ts";
import { useT } from "../../../i18n/index.ts";
import styles from "./Settings.module.css";

/** How much of the room that the browser gives is in use. */
export function StorageMeter() {
  const t = useT();
  const [estimate, setEstimate] = useState<StorageEstimate>();
  useEffect(() => {
    let isHere = true;
    void navigator.storage?.estimate?.().then(
      (told) => isHere && setEstimate(told),
      () => undefined,
    );
    return () => {
      isHere = false;
    };
  }, []);
  const { usage, quota } = estimate ?? {};
  if (usage === undefined || quota === undefined || quota === 0) return null;
  const text = t("settings.used", { used: formatBytes(usage), of: formatBytes(quota) });
  return (
    <>
      <p>{text}</p>
      <progress className={styles.meter} aria-label={text} value={usage} max={quota} />
    </>
  );
}
