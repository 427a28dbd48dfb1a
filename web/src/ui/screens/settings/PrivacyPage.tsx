import type { AccountChange, Audience, Profile } from "@parley/sdk";
import { useCallback, useEffect } from "react";
import { useT } from "../../../i18n/index.ts";
import { useObservable, useSession } from "../../context.tsx";
import { Button } from "../../kit/Button.tsx";
import { ProblemNote } from "../../kit/ProblemNote.tsx";
import { Select } from "../../kit/Select.tsx";
import { SkeletonRows } from "../../kit/Skeleton.tsx";
import { Switch } from "../../kit/Switch.tsx";
import { useAct } from "../../useAct.ts";
import { useAsked } from "../../useAsked.ts";
import { PersonLine } from "../people/PersonLine.tsx";
import styles from "./Settings.module.css";

const audiences: readonly Audience[] = ["everyone", "contacts", "nobody"];

/** Who sees what of oneself, and who is blocked. */
export function PrivacyPage() {
  const t = useT();
  const { client, people } = useSession();
  const me = useObservable(people.me);
  const { act, busy } = useAct();
  const change = (to: AccountChange) => void act(async () => people.setMe(await client.http.changeAccount(to)));
  if (me === undefined) return <SkeletonRows rows={3} label={t("common.loading")} />;
  const options = audiences.map((value) => ({ value, label: t(`settings.audience.${value}`) }));
  const { privacy } = me;
  return (
    <>
      <div className={styles.card}>
        <Switch
          label={t("settings.readReceipts")}
          hint={t("settings.readReceiptsHint")}
          checked={privacy.readReceipts}
          disabled={busy}
          onChange={(readReceipts) => change({ readReceipts })}
        />
        <Select
          label={t("settings.online")}
          value={privacy.online}
          options={options}
          onChange={(online) => change({ online })}
        />
        <Select
          label={t("settings.lastSeen")}
          value={privacy.lastSeen}
          options={options}
          onChange={(lastSeen) => change({ lastSeen })}
        />
      </div>
      <Blocked />
    </>
  );
}

function Blocked() {
  const t = useT();
  const { client, people } = useSession();
  const { act, busy } = useAct();
  const {
    value: blocked,
    problem,
    again,
  } = useAsked(useCallback((signal: AbortSignal) => client.http.blocks({ signal }), [client]));
  useEffect(() => client.on("noted", ({ what }) => what === "blocks" && again()), [client, again]);
  const unblock = (person: Profile) =>
    void act(async () => {
      await client.http.unblock(person.account);
      again();
      people.refresh(person.account);
    });
  return (
    <div className={styles.card}>
      <h3 className={styles.cardTitle}>{t("settings.blocked")}</h3>
      <ProblemNote problem={problem} onRetry={again} />
      {blocked === undefined && problem === "" && <SkeletonRows rows={2} label={t("common.loading")} />}
      {blocked?.length === 0 && <p className={styles.small}>{t("settings.nobodyBlocked")}</p>}
      <ul className={styles.rows}>
        {blocked?.map((person) => (
          <li key={person.account} className={styles.row}>
            <PersonLine account={person.account} profile={person} />
            <Button
              look="plain"
              busy={busy}
              aria-label={t("settings.unblockName", { name: person.displayName || person.handle })}
              onClick={() => unblock(person)}
            >
              {t("people.unblock")}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
