import type { ChannelId } from "@parley/sdk";
import { ArrowLeft } from "lucide-react";
import { useT } from "../../../i18n/index.ts";
import { useChannel, useRouter, useSession } from "../../context.tsx";
import { Avatar } from "../../kit/Avatar.tsx";
import { EmptyState } from "../../kit/EmptyState.tsx";
import { IconButton } from "../../kit/IconButton.tsx";
import { GroupInfo } from "./GroupInfo.tsx";
import styles from "./Info.module.css";
import { PersonInfo } from "./PersonInfo.tsx";
import { RegisterSwitches } from "./RegisterSwitches.tsx";

/** All about a conversation: who is in it, and how it is for me. */
export function InfoScreen({ channelId }: { readonly channelId: ChannelId }) {
  const t = useT();
  const session = useSession();
  const router = useRouter();
  const channel = useChannel(channelId);
  const peer = session.peerOf(channelId);
  return (
    <section className={styles.page} aria-label={t("conversation.info")}>
      <header className={styles.bar}>
        <IconButton
          icon={ArrowLeft}
          label={t("common.back")}
          mirrored
          tip={false}
          onClick={() => router.go({ name: "channel", channel: channelId }, { replace: true })}
        />
        <h2 className={styles.heading}>{t(channel?.kind === "group" ? "group.about" : "people.about")}</h2>
      </header>
      <div className={styles.scroll}>
        <div className={styles.body}>
          {channel?.kind === "group" ? (
            <GroupInfo channel={channel} />
          ) : channel?.kind === "self" ? (
            <>
              <div className={styles.top}>
                <Avatar seed={channelId} name="" kind="self" size="xl" />
                <h3 className={styles.name}>{t("list.notes")}</h3>
                <p className={styles.quiet}>{t("people.notesText")}</p>
              </div>
              <RegisterSwitches channel={channel} />
            </>
          ) : peer !== undefined ? (
            <PersonInfo account={peer} channel={channel} channelId={channelId} />
          ) : (
            <EmptyState title={t("errors.channel_unknown")} />
          )}
        </div>
      </div>
    </section>
  );
}
