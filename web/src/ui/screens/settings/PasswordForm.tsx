import { ParleyError } from "@parley/sdk";
import { type FormEvent, useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { Button } from "../../kit/Button.tsx";
import { TextField } from "../../kit/TextField.tsx";
import { toast } from "../../kit/Toasts.tsx";
import styles from "./Settings.module.css";

type Problem = { readonly field: "old" | "new"; readonly text: string };

/** A new password; all other devices are signed out by it. */
export function PasswordForm() {
  const t = useT();
  const { client } = useSession();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const least = client.limit("password_min_bytes");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const [before, after] = [String(data.get("old")), String(data.get("new"))];
    if (before === "") return setProblem({ field: "old", text: t("auth.needPassword") });
    if (new TextEncoder().encode(after).length < least) {
      return setProblem({ field: "new", text: t("errors.weak_password") });
    }
    setBusy(true);
    setProblem(undefined);
    try {
      await client.http.changePassword(before, after);
      form.reset();
      toast(t("settings.passwordChanged"));
    } catch (error) {
      const isOld = error instanceof ParleyError && error.name === "wrong_credentials";
      setProblem({ field: isOld ? "old" : "new", text: isOld ? t("settings.wrongPassword") : errorText(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className={`${styles.card} ${styles.fields}`} onSubmit={(event) => void submit(event)} noValidate>
      <h3 className={styles.cardTitle}>{t("settings.changePassword")}</h3>
      <TextField
        label={t("settings.oldPassword")}
        name="old"
        type="password"
        autoComplete="current-password"
        error={problem?.field === "old" ? problem.text : undefined}
        dir="ltr"
      />
      <TextField
        label={t("settings.newPassword")}
        hint={t("auth.passwordHint", { count: least })}
        name="new"
        type="password"
        autoComplete="new-password"
        error={problem?.field === "new" ? problem.text : undefined}
        dir="ltr"
      />
      <div className={styles.end}>
        <Button look="filled" type="submit" busy={busy}>
          {t("settings.changePassword")}
        </Button>
      </div>
    </form>
  );
}
