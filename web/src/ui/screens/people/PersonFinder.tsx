import type { AccountId, Profile } from "@parley/sdk";
import { Check, UserSearch } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { Avatar } from "../../kit/Avatar.tsx";
import { cx } from "../../kit/cx.ts";
import { EmptyState } from "../../kit/EmptyState.tsx";
import { SkeletonRows } from "../../kit/Skeleton.tsx";
import { TextField } from "../../kit/TextField.tsx";
import styles from "./people.module.css";

const pauseMs = 150;
const most = 20;

export interface PersonFinderProps {
  readonly onChoose: (profile: Profile) => void;
  /** Those who are chosen already. */
  readonly chosen?: readonly AccountId[];
  /** Those who cannot be chosen. */
  readonly without?: readonly AccountId[];
  readonly autoFocus?: boolean;
}

/** People by the beginning of their handle: contacts and whom one shares groups with; anybody by the whole handle. */
export function PersonFinder({ onChoose, chosen = [], without = [], autoFocus }: PersonFinderProps) {
  const t = useT();
  const { client, people } = useSession();
  const [words, setWords] = useState("");
  const [found, setFound] = useState<readonly Profile[]>();
  const [problem, setProblem] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const wanted = words.trim().replace(/^@/u, "").toLowerCase();

  useEffect(() => {
    if (autoFocus) field.current?.focus();
  }, [autoFocus]);

  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    const ask = async (): Promise<readonly Profile[]> => {
      if (wanted === "") return client.http.contacts({ signal });
      const [exact, likely] = await Promise.all([
        client.http.findByHandle(wanted, { signal }),
        client.http.findPeople(wanted, { limit: most }, { signal }),
      ]);
      return exact === undefined ? likely : [exact, ...likely.filter((one) => one.account !== exact.account)];
    };
    const look = async () => {
      try {
        const profiles = await ask();
        if (signal.aborted) return;
        people.learn(profiles);
        setFound(profiles.filter((profile) => !profile.deleted));
        setProblem("");
      } catch (error) {
        if (!signal.aborted) setProblem(errorText(error));
      }
    };
    const timer = setTimeout(() => void look(), wanted === "" ? 0 : pauseMs);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [client, people, wanted]);

  const shown = found?.filter((profile) => !without.includes(profile.account));
  return (
    <div className={styles.finder}>
      <TextField
        ref={field}
        className={styles.field}
        label={t("people.find")}
        hint={t("people.findHint")}
        error={problem || undefined}
        value={words}
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        dir="ltr"
        onChange={(event) => setWords(event.target.value)}
      />
      <ul className={styles.list} aria-label={t("people.found")}>
        {shown?.map((profile) => {
          const isChosen = chosen.includes(profile.account);
          const name = profile.displayName || profile.handle;
          return (
            <li key={profile.account}>
              <button
                type="button"
                className={cx(styles.row, isChosen && styles.chosen)}
                aria-pressed={chosen.length > 0 ? isChosen : undefined}
                onClick={() => onChoose(profile)}
              >
                <Avatar seed={profile.account} name={name} avatar={profile.avatar} size="s" />
                <span className={styles.text}>
                  <bdi>{name}</bdi>
                  <span className={styles.handle} dir="ltr">
                    @{profile.handle}
                  </span>
                </span>
                {isChosen && <Check size={20} aria-hidden="true" />}
              </button>
            </li>
          );
        })}
      </ul>
      {shown === undefined && problem === "" && <SkeletonRows rows={3} label={t("common.loading")} />}
      {shown?.length === 0 && wanted !== "" && (
        <EmptyState icon={UserSearch} title={t("people.nobody")} text={t("people.nobodyText")} />
      )}
    </div>
  );
}
