import type { ChannelId } from "@parley/sdk";
import { Copy, Trash2 } from "lucide-react";
import { useT } from "../../../i18n/index.ts";
import type { Closed } from "../../../model/permissions.ts";
import type { Profile } from "../../../model/ports.ts";
import { useObservable, useSession } from "../../context.tsx";
import { Button } from "../../kit/Button.tsx";
import { useAct } from "../../useAct.ts";
import { useCopyText } from "../../useCopyText.ts";
import styles from "./ClosedNote.module.css";

/** The other one of a direct channel, as far as they are known. */
export function usePeer(channelId: ChannelId): Profile | undefined {
  const session = useSession();
  useObservable(session.people.changed);
  const peer = session.channel(channelId)?.peer;
  return peer && session.people.get(peer);
}

/** In place of where one would write: why one cannot, and what can be done about it. */
export function ClosedNote({ channelId, closed }: { readonly channelId: ChannelId; readonly closed: Closed }) {
  const t = useT();
  const { client, people } = useSession();
  const { act, busy } = useAct();
  const peer = usePeer(channelId);
  const unblock = (person: Profile) =>
    act(async () => {
      await client.http.unblock(person.account);
      people.refresh(person.account);
    });
  return (
    <div className={styles.closed}>
      <div className={styles.note} role="status">
        <p>{t(`conversation.${closed}`, { name: peer?.displayName || peer?.handle || t("people.unknown") })}</p>
        {closed === "youBlocked" && peer !== undefined && (
          <Button look="plain" busy={busy} onClick={() => void unblock(peer)}>
            {t("people.unblock")}
          </Button>
        )}
      </div>
      <KeptDraft channelId={channelId} />
    </div>
  );
}

/** What was written before one could no longer send it. */
function KeptDraft({ channelId }: { readonly channelId: ChannelId }) {
  const t = useT();
  const { drafts } = useSession();
  const copy = useCopyText();
  useObservable(drafts.changed);
  const text = drafts.writtenIn(channelId);
  if (text === "") return null;
  return (
    <section className={styles.kept} aria-label={t("conversation.written")}>
      <p className={styles.what}>{t("conversation.written")}</p>
      <p className={styles.text} dir="auto">
        {text}
      </p>
      <span className={styles.actions}>
        <Button look="plain" icon={<Copy size={16} aria-hidden="true" />} onClick={() => copy(text)}>
          {t("common.copy")}
        </Button>
        <Button
          look="plain"
          icon={<Trash2 size={16} aria-hidden="true" />}
          onClick={() => drafts.set(channelId, { text: "" })}
        >
          {t("conversation.discard")}
        </Button>
      </span>
    </section>
  );
}
