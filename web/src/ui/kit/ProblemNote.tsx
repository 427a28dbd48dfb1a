import { useT } from "../../i18n/index.ts";
import { Button } from "./Button.tsx";
import styles from "./ProblemNote.module.css";

/** Why something could not be had, and another try. Nothing where there is no problem. */
export function ProblemNote({ problem, onRetry }: { readonly problem: string; readonly onRetry: () => void }) {
  const t = useT();
  if (problem === "") return null;
  return (
    <p className={styles.problem} role="status">
      <span>{problem}</span>
      <Button look="plain" onClick={onRetry}>
        {t("common.retry")}
      </Button>
    </p>
  );
}
