import type { AccountId, ChannelId } from "@parley/sdk";
import { Bookmark, Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { useRouter, useSession } from "../../context.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { SkeletonRows } from "../../kit/Skeleton.tsx";
import { TextField } from "../../kit/TextField.tsx";
import { useAct } from "../../useAct.ts";
import styles from "./People.module.css";
import { PersonLine } from "./PersonLine.tsx";
import { usePeopleSearch } from "./usePeopleSearch.ts";

/** Finds a person, and opens the conversation with them. */
export function NewChatDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useT();
  const session = useSession();
  const router = useRouter();
  const { act, busy } = useAct();
  const [words, setWords] = useState("");
  const { people, problem, words: foundBy } = usePeopleSearch(words);
  /** Enter came before the answer. */
  const [wantsFirst, setWantsFirst] = useState(false);
  const isSearch = words.trim() !== "";

  const show = (channel: ChannelId) => {
    onClose();
    router.go({ name: "channel", channel });
  };
  const open = (person: AccountId) => act(async () => show(await session.direct(person)));
  const openIt = useRef(open);
  openIt.current = open;
  const openNotes = () =>
    act(async () => {
      const known = session.client.channels().find((channel) => channel.kind === "self");
      show(known?.id ?? (await session.client.openSelf()).channel);
    });

  useEffect(() => {
    if (!wantsFirst || foundBy !== words) return;
    setWantsFirst(false);
    const first = people?.[0];
    if (first !== undefined) void openIt.current(first.account);
  }, [wantsFirst, foundBy, words, people]);

  return (
    <Dialog title={t("people.newChat")} onClose={onClose} flush>
      <div className={styles.finder}>
        <div className={styles.field}>
          <TextField
            label={t("people.find")}
            hint={t("people.findHint")}
            type="search"
            value={words}
            onChange={(event) => {
              setWords(event.target.value);
              setWantsFirst(false);
            }}
            onKeyDown={(event) => {
              if (event.key === "Enter" && !event.nativeEvent.isComposing && isSearch && !busy) setWantsFirst(true);
            }}
            before={<Search size={18} aria-hidden="true" />}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={64}
            dir="auto"
          />
        </div>
        {!isSearch && (
          <div className={styles.list}>
            <button type="button" className={styles.row} disabled={busy} onClick={() => void openNotes()}>
              <span className={styles.sign} aria-hidden="true">
                <Bookmark size={19} />
              </span>
              {t("list.notes")}
            </button>
          </div>
        )}
        <h3 className={styles.heading}>{isSearch ? t("people.found") : t("people.contacts")}</h3>
        {people === undefined ? (
          <SkeletonRows rows={4} label={t("common.loading")} />
        ) : (
          <ul className={styles.list}>
            {people.map((person) => (
              <li key={person.account}>
                <button type="button" className={styles.row} disabled={busy} onClick={() => void open(person.account)}>
                  <PersonLine account={person.account} profile={person} />
                </button>
              </li>
            ))}
          </ul>
        )}
        {people !== undefined && people.length > 0 && problem !== "" && (
          <p className={styles.note} role="status">
            {t("people.onlyKnown")}
          </p>
        )}
        {people?.length === 0 && (
          <p className={styles.note} role="status">
            {problem || (isSearch ? t("people.nobody") : t("people.noContacts"))}
          </p>
        )}
      </div>
    </Dialog>
  );
}
