import { Download } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { Button } from "../../kit/Button.tsx";
import { toast } from "../../kit/Toasts.tsx";
import styles from "./Settings.module.css";

type Progress = { readonly done: number; readonly of: number };

/** Everything that the server has of oneself, as a file of JSON lines. */
export function ExportCard() {
  const t = useT();
  const { client } = useSession();
  const [progress, setProgress] = useState<Progress>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const start = async () => {
    const ended = new AbortController();
    running.current = ended;
    setProgress({ done: 0, of: 0 });
    const parts: string[] = [];
    try {
      for await (const part of client.http.exportData({ signal: ended.signal })) {
        parts.push(part.lines);
        setProgress({ done: part.channelsDone, of: part.channels });
      }
      save(new Blob(parts, { type: "application/jsonl" }), `parley-${new Date().toISOString().slice(0, 10)}.jsonl`);
      toast(t("settings.exported"));
    } catch (error) {
      if (!ended.signal.aborted) toast(errorText(error), { look: "error" });
    } finally {
      setProgress(undefined);
    }
  };

  return (
    <div className={styles.card}>
      <h3 className={styles.cardTitle}>{t("settings.export")}</h3>
      <p className={styles.small}>{t("settings.exportText")}</p>
      {progress && (
        <>
          <progress
            className={styles.meter}
            aria-label={t("settings.exporting")}
            {...(progress.of > 0 ? { value: progress.done, max: progress.of } : {})}
          />
          <p className={styles.small} role="status">
            {t("settings.exporting")}
          </p>
        </>
      )}
      <div className={styles.end}>
        {progress ? (
          <Button onClick={() => running.current?.abort()}>{t("common.cancel")}</Button>
        ) : (
          <Button icon={<Download size={18} aria-hidden="true" />} onClick={() => void start()}>
            {t("settings.exportStart")}
          </Button>
        )}
      </div>
    </div>
  );
}

function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // Not at once: the browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
