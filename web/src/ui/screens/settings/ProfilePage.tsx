import { useId, useState } from "react";
import { useT } from "../../../i18n/index.ts";
import type { OwnAccount } from "../../../model/ports.ts";
import { useObservable, useSession } from "../../context.tsx";
import { Button } from "../../kit/Button.tsx";
import { SkeletonRows } from "../../kit/Skeleton.tsx";
import { TextField } from "../../kit/TextField.tsx";
import { toast } from "../../kit/Toasts.tsx";
import { useAct } from "../../useAct.ts";
import { AvatarField } from "../people/AvatarField.tsx";
import styles from "./Settings.module.css";

/** What others see of oneself. */
export function ProfilePage() {
  const t = useT();
  const me = useObservable(useSession().people.me);
  if (me === undefined) return <SkeletonRows rows={3} label={t("common.loading")} />;
  return <ProfileForm key={me.profile.account} me={me} />;
}

function ProfileForm({ me }: { readonly me: OwnAccount }) {
  const t = useT();
  const { client, people } = useSession();
  const { act, busy } = useAct();
  const { profile } = me;
  const area = useId();
  const [name, setName] = useState(profile.displayName);
  const [about, setAbout] = useState(profile.about);
  const [problem, setProblem] = useState<string>();
  const isChanged = name.trim() !== profile.displayName || about.trim() !== profile.about;
  const change = (to: Parameters<typeof client.http.changeAccount>[0]) =>
    act(async () => {
      people.setMe(await client.http.changeAccount(to));
      toast(t("settings.saved"));
    });
  const save = () => {
    if (name.trim() === "") return setProblem(t("settings.needName"));
    void change({ displayName: name.trim(), about: about.trim() });
  };
  return (
    <form
      className={`${styles.card} ${styles.fields}`}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <AvatarField
        seed={profile.account}
        name={name}
        kind="person"
        avatar={profile.avatar}
        onChange={(avatar) => void change({ avatar })}
      />
      <TextField
        label={t("auth.displayName")}
        value={name}
        error={problem}
        onChange={(event) => {
          setName(event.target.value);
          setProblem(undefined);
        }}
        maxLength={client.limit("display_name_code_points")}
        autoComplete="name"
        dir="auto"
      />
      <div className={styles.area}>
        <label htmlFor={area}>{t("settings.aboutMe")}</label>
        <textarea
          id={area}
          value={about}
          onChange={(event) => setAbout(event.target.value)}
          maxLength={client.limit("about_code_points")}
          placeholder={t("settings.aboutMeHint")}
          dir="auto"
        />
      </div>
      <TextField
        label={t("auth.handle")}
        hint={t("settings.handleHint")}
        value={profile.handle}
        readOnly
        dir="ltr"
        before={<span aria-hidden="true">@</span>}
      />
      <div className={styles.end}>
        <Button look="filled" type="submit" busy={busy} disabled={!isChanged}>
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}
