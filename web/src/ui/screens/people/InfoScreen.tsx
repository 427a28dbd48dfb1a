import type { ChannelId } from "@parley/sdk";
import { ArrowLeft } from "lucide-react";
import { useRef } from "react";
import { useT } from "../../../i18n/index.ts";
import type { ComingChannel } from "../../../model/coming_channels.ts";
import { useChannel, useObservable, useRouter, useSession } from "../../context.tsx";
import { Avatar } from "../../kit/Avatar.tsx";
import { EmptyState } from "../../kit/EmptyState.tsx";
import { IconButton } from "../../kit/IconButton.tsx";
import { useArrival } from "../../useArrival.ts";
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
  const coming = useObservable(session.coming.all).get(channelId);
  const peer = channel?.peer;
  const heading = useRef<HTMLHeadingElement>(null);
  useArrival(channelId, () => heading.current);
  return (
    <section className={styles.page} aria-label={t("conversation.info")}>
      <header className={styles.bar}>
        <IconButton icon={ArrowLeft} label={t("common.back")} mirrored tip={false} onClick={() => router.up(true)} />
        <h2 ref={heading} className={styles.heading} tabIndex={-1}>
          {t(channel?.kind === "group" ? "group.about" : "people.about")}
        </h2>
      </header>
      <div className={styles.scroll}>
        <div className={styles.body}>
          {channel?.kind === "group" && coming?.state === channel && channel.head === 0 ? (
            <ComingGroup coming={coming} />
          ) : channel?.kind === "group" ? (
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
            <PersonInfo
              account={peer}
              channel={coming === undefined ? channel : undefined}
              onWrite={() => router.go({ name: "channel", channel: channelId }, { replace: true })}
            />
          ) : (
            <EmptyState title={t("errors.channel_unknown")} />
          )}
        </div>
      </div>
    </section>
  );
}

/** What is known of a group before the server knows it. */
function ComingGroup({ coming: { state, step } }: { readonly coming: ComingChannel }) {
  const t = useT();
  const text = {
    making: "conversation.making",
    joining: "conversation.joining",
    refused: "conversation.notMade",
  } as const;
  return (
    <div className={styles.top}>
      <Avatar seed={state.id} name={state.title} avatar={state.avatar} kind="group" size="xl" />
      <h3 className={styles.name}>
        <bdi>{state.title || t("list.untitled")}</bdi>
      </h3>
      {state.members > 0 && <p className={styles.quiet}>{t("conversation.members", { count: state.members })}</p>}
      <p className={styles.quiet}>{t(text[step])}</p>
    </div>
  );
}
