import { ParleyError } from "@parley/sdk";
import { Eye, EyeOff } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import mark from "../../../brand/mark.svg";
import { useT } from "../../../i18n/index.ts";
import { useApp, useObservable, useRoute, useRouter } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { Button } from "../../kit/Button.tsx";
import { IconButton } from "../../kit/IconButton.tsx";
import { TextField } from "../../kit/TextField.tsx";
import styles from "./AuthScreen.module.css";
import { LanguageMenu } from "./LanguageMenu.tsx";

/** The field that an error of the server is about. */
const fieldOf: Readonly<Record<string, Field>> = {
  handle_taken: "handle",
  invalid_handle: "handle",
  weak_password: "password",
  invalid_name: "displayName",
  invitation_needed: "invitation",
};
type Field = "handle" | "password" | "displayName" | "invitation";
type Problem = { readonly field: Field | undefined; readonly text: string };

/** Sign in, or sign up. */
export function AuthScreen() {
  const t = useT();
  const { parley, signedOut } = useApp();
  const router = useRouter();
  const route = useRoute();
  const why = useObservable(signedOut);
  const [isNew, setNew] = useState(route.name === "signUp" || route.name === "join");
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const [wantsInvitation, setWantsInvitation] = useState(false);
  const [shown, setShown] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const link = route.name === "join" ? route.link : undefined;

  const show = (signUp: boolean) => {
    setNew(signUp);
    setProblem(undefined);
    if (link === undefined) router.go({ name: signUp ? "signUp" : "signIn" }, { replace: true });
  };

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const value = (name: Field) => String(data.get(name) ?? "").trim();
    const [handle, password] = [value("handle").toLowerCase().replace(/^@/u, ""), String(data.get("password") ?? "")];
    if (handle === "") return setProblem({ field: "handle", text: t("auth.needHandle") });
    if (password === "") return setProblem({ field: "password", text: t("auth.needPassword") });
    setBusy(true);
    setProblem(undefined);
    try {
      const invitation = value("invitation");
      if (isNew) {
        const displayName = value("displayName") || handle;
        await parley.signUp({ handle, password, displayName, ...(invitation ? { invitation } : {}) });
      } else {
        await parley.signIn({ handle, password });
      }
    } catch (error) {
      const name = error instanceof ParleyError ? error.name : "";
      if (name === "invitation_needed") setWantsInvitation(true);
      setProblem({ field: fieldOf[name], text: errorText(error) });
      setBusy(false);
    }
  };

  // Where there is a keyboard, one begins to write at once; elsewhere it would cover half of the screen.
  useEffect(() => {
    if (!matchMedia("(hover: hover)").matches) return;
    form.current?.querySelector<HTMLInputElement>(isNew ? "[name=displayName]" : "[name=handle]")?.focus();
  }, [isNew]);

  // The field that is wrong is where to go on.
  useEffect(() => {
    if (problem?.field !== undefined) form.current?.querySelector<HTMLInputElement>(`[name=${problem.field}]`)?.focus();
  }, [problem]);

  const errorOf = (field: Field) => (problem?.field === field ? problem.text : undefined);
  return (
    <main className={styles.screen}>
      <div className={styles.card}>
        <header className={styles.head}>
          <img className={styles.mark} src={mark} alt="" width={64} height={64} />
          <h1>{isNew ? t("auth.join") : t("auth.welcomeBack")}</h1>
          <p>{isNew ? t("auth.joinText") : t("auth.welcomeBackText")}</p>
          {link !== undefined && <p>{t("auth.joiningGroup")}</p>}
        </header>
        {why !== undefined && (
          <p className={styles.notice} role="status">
            {t("auth.signedOut")}
          </p>
        )}
        <form ref={form} className={styles.form} onSubmit={submit} noValidate>
          {isNew && (
            <TextField
              label={t("auth.displayName")}
              hint={t("auth.displayNameHint")}
              error={errorOf("displayName")}
              name="displayName"
              autoComplete="name"
              maxLength={64}
              dir="auto"
            />
          )}
          <TextField
            label={t("auth.handle")}
            hint={isNew ? t("auth.handleHint") : undefined}
            error={errorOf("handle")}
            name="handle"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={33}
            dir="ltr"
            before={<span aria-hidden="true">@</span>}
          />
          <TextField
            label={t("auth.password")}
            hint={isNew ? t("auth.passwordHint", { count: 8 }) : undefined}
            error={errorOf("password")}
            name="password"
            type={shown ? "text" : "password"}
            autoComplete={isNew ? "new-password" : "current-password"}
            dir="ltr"
            after={
              <IconButton
                icon={shown ? EyeOff : Eye}
                label={shown ? t("auth.hidePassword") : t("auth.showPassword")}
                size="s"
                tip={false}
                onClick={() => setShown(!shown)}
              />
            }
          />
          {isNew && wantsInvitation && (
            <TextField
              label={t("auth.invitation")}
              hint={t("auth.invitationHint")}
              error={errorOf("invitation")}
              name="invitation"
              autoComplete="off"
              dir="ltr"
            />
          )}
          {problem !== undefined && problem.field === undefined && (
            <p className={styles.problem} role="alert">
              {problem.text}
            </p>
          )}
          <Button look="filled" type="submit" wide busy={busy}>
            {isNew ? t("auth.signUp") : t("auth.signIn")}
          </Button>
        </form>
        <footer className={styles.foot}>
          <span>{isNew ? t("auth.haveAccount") : t("auth.noAccount")}</span>
          <Button look="plain" onClick={() => show(!isNew)}>
            {isNew ? t("auth.signIn") : t("auth.signUp")}
          </Button>
        </footer>
      </div>
      <LanguageMenu />
    </main>
  );
}
