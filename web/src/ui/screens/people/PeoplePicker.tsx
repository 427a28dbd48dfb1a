import type { AccountId, Profile } from "@parley/sdk";
import { Search, X } from "lucide-react";
import { useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { SkeletonRows } from "../../kit/Skeleton.tsx";
import { TextField } from "../../kit/TextField.tsx";
import styles from "./People.module.css";
import { PersonLine } from "./PersonLine.tsx";
import { usePeopleSearch } from "./usePeopleSearch.ts";

/** Chooses several people. Who is in already does not stand there. */
export function PeoplePicker(props: {
  readonly chosen: readonly Profile[];
  readonly onChange: (chosen: readonly Profile[]) => void;
  readonly without?: readonly AccountId[];
}) {
  const t = useT();
  const { chosen, onChange, without = [] } = props;
  const [words, setWords] = useState("");
  const { people, problem } = usePeopleSearch(words);
  const shown = people?.filter((person) => !without.includes(person.account));
  const isChosen = (person: Profile) => chosen.some((other) => other.account === person.account);
  const toggle = (person: Profile) => {
    if (isChosen(person)) onChange(chosen.filter((other) => other.account !== person.account));
    else onChange([...chosen, person]);
  };
  return (
    <div className={styles.finder}>
      <div className={styles.field}>
        <TextField
          label={t("people.find")}
          type="search"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          before={<Search size={18} aria-hidden="true" />}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={64}
          dir="auto"
        />
      </div>
      {chosen.length > 0 && (
        <ul className={styles.chips} aria-label={t("people.chosen")}>
          {chosen.map((person) => (
            <li key={person.account}>
              <button
                type="button"
                className={styles.chip}
                aria-label={t("people.takeOut", { name: person.displayName || person.handle })}
                onClick={() => toggle(person)}
              >
                <bdi>{person.displayName || person.handle}</bdi>
                <X size={15} aria-hidden="true" />
              </button>
            </li>
          ))}
        </ul>
      )}
      {shown === undefined ? (
        <SkeletonRows rows={4} label={t("common.loading")} />
      ) : (
        <ul className={styles.list}>
          {shown.map((person) => (
            <li key={person.account}>
              <label className={styles.row}>
                <PersonLine account={person.account} profile={person} />
                <input
                  type="checkbox"
                  className={styles.check}
                  checked={isChosen(person)}
                  onChange={() => toggle(person)}
                />
              </label>
            </li>
          ))}
        </ul>
      )}
      {shown !== undefined && shown.length > 0 && problem !== "" && (
        <p className={styles.note} role="status">
          {t("people.onlyKnown")}
        </p>
      )}
      {shown?.length === 0 && (
        <p className={styles.note} role="status">
          {problem || (words.trim() === "" ? t("people.noContacts") : t("people.nobody"))}
        </p>
      )}
    </div>
  );
}
