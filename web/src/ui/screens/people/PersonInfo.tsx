import type { AccountId, ChannelState } from "@parley/sdk";
import { Ban, MessageCircle, UserMinus, UserPlus } from "lucide-react";
import { useState } from "react";
import { formatLastSeen } from "../../../i18n/format.ts";
import { useT } from "../../../i18n/index.ts";
import { useObservable, useSession } from "../../context.tsx";
import { Avatar } from "../../kit/Avatar.tsx";
import { Button } from "../../kit/Button.tsx";
import { toast } from "../../kit/Toasts.tsx";
import { useAct } from "../../useAct.ts";
import { useFresh } from "../../useFresh.ts";
import { usePersonName } from "../channels/names.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import styles from "./Info.module.css";
import { RegisterSwitches } from "./RegisterSwitches.tsx";

/** Another person, and with `channel` how the conversation with them is for me. */
export function PersonInfo(props: {
  readonly account: AccountId;
  readonly channel?: ChannelState | undefined;
  /** Leads to that conversation. */
  readonly onWrite: () => void;
}) {
  const t = useT();
  const { account, channel, onWrite } = props;
  const { client, people, live } = useSession();
  const { act, busy } = useAct();
  const name = usePersonName(account);
  const presence = useObservable(live.presence).get(account);
  useFresh(account, [account], true);
  const [asks, setAsks] = useState(false);
  const profile = people.get(account);
  const lastSeen = presence?.lastSeen || profile?.lastSeen;

  const change = (work: () => Promise<void>, said: string) =>
    act(async () => {
      await work();
      people.refresh(account);
      toast(said);
    });
  const isContact = profile?.isContact === true;
  const isBlocked = profile?.isBlocked === true;
  return (
    <>
      <div className={styles.top}>
        <Avatar seed={account} name={name} avatar={profile?.avatar} size="xl" online={presence?.online} />
        <h3 className={styles.name}>
          <bdi>{name}</bdi>
        </h3>
        {profile && !profile.deleted && (
          <p className={styles.quiet}>
            <bdi>@{profile.handle}</bdi>
          </p>
        )}
        {presence?.online ? (
          <p className={styles.quiet}>{t("conversation.online")}</p>
        ) : lastSeen ? (
          <p className={styles.quiet}>{formatLastSeen(lastSeen, Date.now())}</p>
        ) : null}
        {profile?.about && (
          <p className={styles.about} dir="auto">
            {profile.about}
          </p>
        )}
        {profile && !profile.deleted && (
          <div className={styles.actions}>
            <Button icon={<MessageCircle size={18} aria-hidden="true" />} onClick={onWrite}>
              {t("people.write")}
            </Button>
            {isContact ? (
              <Button
                busy={busy}
                icon={<UserMinus size={18} aria-hidden="true" />}
                onClick={() => void change(() => client.http.removeContact(account), t("people.contactRemoved"))}
              >
                {t("people.removeContact")}
              </Button>
            ) : (
              <Button
                busy={busy}
                icon={<UserPlus size={18} aria-hidden="true" />}
                onClick={() => void change(() => client.http.addContact(account), t("people.contactAdded"))}
              >
                {t("people.addContact")}
              </Button>
            )}
          </div>
        )}
      </div>
      {channel && <RegisterSwitches channel={channel} />}
      {profile && (
        <div className={`${styles.card} ${styles.list}`}>
          <button
            type="button"
            className={styles.danger}
            disabled={busy}
            onClick={() => {
              if (isBlocked) void change(() => client.http.unblock(account), t("people.unblocked"));
              else setAsks(true);
            }}
          >
            <Ban size={20} aria-hidden="true" />
            {isBlocked ? t("people.unblock") : t("people.block")}
          </button>
        </div>
      )}
      {asks && (
        <ConfirmDialog
          title={t("people.blockTitle", { name })}
          text={t("people.blockText")}
          action={t("people.block")}
          onClose={() => setAsks(false)}
          onConfirm={() => change(() => client.http.block(account), t("people.blocked"))}
        />
      )}
    </>
  );
}
