import { ParleyError } from "@parley/sdk";
import { useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { useApp, useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Switch } from "../../kit/Switch.tsx";
import { TextField } from "../../kit/TextField.tsx";
import styles from "./Settings.module.css";

/** Asks for the password, and whether what was written goes too. */
export function DeleteAccountDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useT();
  const { parley } = useApp();
  const { client } = useSession();
  const [password, setPassword] = useState("");
  const [erase, setErase] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const run = async () => {
    if (password === "") return setProblem(t("auth.needPassword"));
    setBusy(true);
    setProblem(undefined);
    try {
      await client.http.deleteAccount(password, erase);
      // Gone it is, whatever becomes of the sign-in.
      await parley.signOut().catch(() => undefined);
    } catch (error) {
      const isWrong = error instanceof ParleyError && error.name === "wrong_credentials";
      setProblem(isWrong ? t("settings.wrongPassword") : errorText(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t("settings.deleteAccount")}
      onClose={onClose}
      actions={
        <>
          <Button look="plain" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button look="danger" busy={busy} onClick={() => void run()}>
            {t("settings.deleteForEver")}
          </Button>
        </>
      }
    >
      <form
        className={styles.fields}
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <p>{t("settings.deleteAccountText")}</p>
        <Switch label={t("settings.erase")} hint={t("settings.eraseHint")} checked={erase} onChange={setErase} />
        <TextField
          label={t("auth.password")}
          type="password"
          autoComplete="current-password"
          value={password}
          error={problem}
          onChange={(event) => setPassword(event.target.value)}
          dir="ltr"
        />
      </form>
    </Dialog>
  );
}
