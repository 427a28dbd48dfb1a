import type { ChannelId } from "@parley/sdk";
import { ArrowLeft } from "lucide-react";
import { useT } from "../../../i18n/index.ts";
import { useObservable, useRouter, useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { Avatar } from "../../kit/Avatar.tsx";
import { Button } from "../../kit/Button.tsx";
import { IconButton } from "../../kit/IconButton.tsx";
import { toast } from "../../kit/Toasts.tsx";
import { usePersonName } from "../channels/names.ts";
import { GroupInfo } from "./GroupInfo.tsx";
import styles from "./people.module.css";

/** A person, or a group with all its settings. */
export function InfoScreen({ channelId }: { readonly channelId: ChannelId }) {
  const t = useT();
  const router = useRouter();
  const { client, list } = useSession();
  useObservable(list.rows);
  const isGroup = client.channel(channelId)?.kind === "group";
  const back = () => router.go({ name: "channel", channel: channelId }, { replace: true });
  return (
    <section className={styles.page} aria-label={t("conversation.info")}>
      <header className={styles.bar}>
        <IconButton icon={ArrowLeft} label={t("common.back")} mirrored tip={false} onClick={back} />
        <h2>{t(isGroup ? "group.title" : "people.profile")}</h2>
      </header>
      <div className={styles.body}>
        {isGroup ? <GroupInfo channelId={channelId} /> : <PersonInfo channelId={channelId} />}
      </div>
    </section>
  );
}

function PersonInfo({ channelId }: { readonly channelId: ChannelId }) {
  const t = useT();
  const session = useSession();
  const { people, client } = session;
  useObservable(people.changed);
  const peer = session.peerOf(channelId);
  const name = usePersonName(peer);
  if (peer === undefined) return <p>{t("people.notesText")}</p>;
  const profile = people.get(peer);
  const act = (work: Promise<void>) => {
    void work.catch((error: unknown) => toast(errorText(error), { look: "error" })).finally(() => people.refresh(peer));
  };
  return (
    <>
      <div className={styles.hero}>
        <Avatar seed={peer} name={name} avatar={profile?.avatar} size="xl" />
        <h3>
          <bdi>{name}</bdi>
        </h3>
        {profile && <span dir="ltr">@{profile.handle}</span>}
        {profile?.about && (
          <p className={styles.about} dir="auto">
            {profile.about}
          </p>
        )}
      </div>
      <div className={styles.buttons}>
        <Button
          onClick={() => act(profile?.isContact ? client.http.removeContact(peer) : client.http.addContact(peer))}
        >
          {t(profile?.isContact ? "people.removeContact" : "people.addContact")}
        </Button>
        {profile?.isBlocked ? (
          <Button onClick={() => act(client.http.unblock(peer))}>{t("people.unblock")}</Button>
        ) : (
          <Button look="danger" onClick={() => act(client.http.block(peer))}>
            {t("people.block")}
          </Button>
        )}
      </div>
    </>
  );
}
