import type { ChannelEvent, ChannelId, Receipt } from "@parley/sdk";
import { useCallback, useEffect, useRef, useState } from "react";
import { formatDateTime } from "../../../i18n/format.ts";
import { useT } from "../../../i18n/index.ts";
import { filterRows } from "../../../model/channel_list.ts";
import { Forwarding } from "../../../model/forwarding.ts";
import { useObservable, useRouter, useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { Avatar } from "../../kit/Avatar.tsx";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { SkeletonRows } from "../../kit/Skeleton.tsx";
import { TextField } from "../../kit/TextField.tsx";
import { toast } from "../../kit/Toasts.tsx";
import { useAsked } from "../../useAsked.ts";
import { useChannelName, usePersonName } from "../channels/names.ts";
import { PersonDialog } from "../people/PersonDialog.tsx";
import { type MessageDialog, useConversation } from "./conversation_context.ts";
import { EmojiPicker } from "./EmojiPicker.tsx";
import styles from "./MessageDialogs.module.css";
import { ReactionsDialog } from "./ReactionsDialog.tsx";
import { wholeText } from "./whole_text.ts";

/** The dialogs about messages, and about who wrote them. */
export function MessageDialogs({ dialog, onClose, onDone }: Ends & { readonly dialog: MessageDialog }) {
  switch (dialog.kind) {
    case "delete":
      return <DeleteDialog events={dialog.events} onClose={onClose} onDone={onDone} />;
    case "forward":
      return <ForwardDialog events={dialog.events} onClose={onClose} onDone={onDone} />;
    case "receipts":
      return <ReceiptsDialog event={dialog.event} onClose={onClose} />;
    case "reactions":
      return <ReactionsDialog seq={dialog.event.seq} onClose={onClose} />;
    case "react":
      return <ReactDialog event={dialog.event} onClose={onClose} />;
    case "person":
      return <PersonDialog account={dialog.account} onClose={onClose} />;
  }
}

const askAgainMs = 3_000;

interface Ends {
  readonly onClose: () => void;
  /** In place of it where something was done with the messages. */
  readonly onDone: () => void;
}
interface OfMessages extends Ends {
  readonly events: readonly ChannelEvent[];
}

function DeleteDialog({ events, onClose, onDone }: OfMessages) {
  const t = useT();
  const { client, me } = useSession();
  const { channelId, isAdmin } = useConversation();
  const [busy, setBusy] = useState(false);
  const [before] = useState(() => document.activeElement);
  const after = useRef<HTMLElement>(undefined);
  const forAll = events.filter((event) => event.contentGone === undefined);
  const mayForAll = forAll.length > 0 && forAll.every((event) => event.account === me || isAdmin);
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await work();
      onDone();
    } catch (error) {
      setBusy(false);
      toast(errorText(error), { look: "error" });
    }
  };
  const hide = async () => {
    const gone = articlesOf(events);
    // Whoever was at one of them by keyboard is at the next one then.
    if (gone.some((one) => one === before)) after.current = neighbourOf(gone);
    for (const { seq } of events) await client.hideMessages(channelId, seq, seq);
  };
  return (
    <Dialog
      title={t("conversation.deleteTitle", { count: events.length })}
      onClose={onClose}
      focusAfter={after}
      actions={
        <>
          <Button look="soft" busy={busy} onClick={() => void run(hide)}>
            {t("conversation.deleteForMe")}
          </Button>
          {mayForAll && (
            <Button
              look="danger"
              busy={busy}
              onClick={() =>
                void run(() =>
                  client.delete(
                    channelId,
                    forAll.map((event) => event.seq),
                  ),
                )
              }
            >
              {t("conversation.deleteForAll")}
            </Button>
          )}
        </>
      }
    >
      <p>{t(mayForAll ? "conversation.deleteText" : "conversation.deleteTextMine")}</p>
    </Dialog>
  );
}

const articlesOf = (events: readonly ChannelEvent[]) =>
  events.flatMap(({ seq }) => document.querySelector(`[role=log] [data-seq="${seq}"]`)?.closest("article") ?? []);

/** The first message after these, or else the last one before them. */
function neighbourOf(gone: readonly HTMLElement[]): HTMLElement | undefined {
  const all = [...document.querySelectorAll<HTMLElement>("[role=log] article")];
  const places = gone.map((one) => all.indexOf(one));
  return all[Math.max(...places) + 1] ?? all[Math.min(...places) - 1];
}

const shownAtFirst = 50;

function ForwardDialog({ events, onClose, onDone }: OfMessages) {
  const t = useT();
  const session = useSession();
  const { client, list } = session;
  const router = useRouter();
  const { channelId } = useConversation();
  const [forwarding] = useState(() => new Forwarding(client));
  const [isAll, setAll] = useState(false);
  const [words, setWords] = useState("");
  const [to, setTo] = useState<ReadonlySet<ChannelId>>(new Set());
  const [busy, setBusy] = useState(false);
  const rows = filterRows(useObservable(list.rows), "all", words).filter((row) => session.mayWrite(row.id));
  const shown = isAll ? rows : rows.slice(0, shownAtFirst);
  const toggle = (id: ChannelId) => {
    const after = new Set(to);
    if (!after.delete(id)) after.add(id);
    setTo(after);
  };
  const forward = async () => {
    setBusy(true);
    try {
      // All of it is here before the first is sent.
      const texts = await Promise.all(events.map((event) => wholeText(client, channelId, event)));
      await forwarding.forward(texts, to);
      onDone();
      const [only] = to;
      if (to.size === 1 && only !== undefined) router.go({ name: "channel", channel: only });
      else toast(t("conversation.forwardedTo", { count: to.size }));
    } catch (error) {
      setBusy(false);
      toast(errorText(error), { look: "error" });
    }
  };
  return (
    <Dialog
      title={t("conversation.forwardTo")}
      onClose={onClose}
      flush
      actions={
        <Button look="filled" disabled={to.size === 0} busy={busy} onClick={() => void forward()}>
          {t("conversation.forward")}
        </Button>
      }
    >
      <div className={styles.field}>
        <TextField
          label={t("common.search")}
          type="search"
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      </div>
      <ul className={styles.list}>
        {shown.map((row) => (
          <li key={row.id}>
            <label className={styles.row}>
              <ForwardTarget row={row} />
              <input
                type="checkbox"
                className={styles.check}
                checked={to.has(row.id)}
                onChange={() => toggle(row.id)}
              />
            </label>
          </li>
        ))}
      </ul>
      {shown.length < rows.length && (
        <Button look="plain" onClick={() => setAll(true)}>
          {t("group.showAll", { count: rows.length })}
        </Button>
      )}
    </Dialog>
  );
}

function ForwardTarget({
  row,
}: {
  readonly row: Parameters<typeof useChannelName>[0] & { readonly avatarSeed: string; readonly avatar: string };
}) {
  const name = useChannelName(row);
  const kind = row.kind === "self" ? "self" : row.kind === "group" ? "group" : "person";
  return (
    <>
      <Avatar seed={row.avatarSeed} name={name} avatar={row.avatar} kind={kind} size="s" />
      <span className={styles.name}>
        <bdi>{name}</bdi>
      </span>
    </>
  );
}

function ReceiptsDialog({ event, onClose }: { readonly event: ChannelEvent; readonly onClose: () => void }) {
  const t = useT();
  const { client, me } = useSession();
  const { channelId } = useConversation();
  const ask = useCallback(
    (signal: AbortSignal) => client.receipts(channelId, event.seq, { signal }),
    [client, channelId, event.seq],
  );
  const { value: receipts, problem, again } = useAsked(ask);
  useEffect(() => {
    const ended = new AbortController();
    client.on("channel", ({ channel }) => channel.id === channelId && again(), { signal: ended.signal });
    // What one of many has read is told to nobody.
    const timer = setInterval(again, askAgainMs);
    return () => {
      ended.abort();
      clearInterval(timer);
    };
  }, [client, channelId, again]);
  const readAt = ({ read, readAt }: Receipt) => (read >= event.seq ? readAt : Number.POSITIVE_INFINITY);
  const others = receipts
    ?.filter((receipt) => receipt.account !== me)
    .sort((a, b) => (readAt(a) === readAt(b) ? b.delivered - a.delivered : readAt(a) - readAt(b)));
  return (
    <Dialog title={t("conversation.whoRead")} onClose={onClose} flush>
      {others === undefined && problem !== "" && <p className={styles.field}>{problem}</p>}
      {others === undefined && problem === "" && <SkeletonRows rows={3} label={t("common.loading")} />}
      <ul className={styles.list}>
        {others?.map((receipt) => (
          <ReceiptRow key={receipt.account} receipt={receipt} seq={event.seq} />
        ))}
      </ul>
    </Dialog>
  );
}

function ReceiptRow({ receipt, seq }: { readonly receipt: Receipt; readonly seq: number }) {
  const t = useT();
  const name = usePersonName(receipt.account);
  const avatar = useSession().people.get(receipt.account)?.avatar;
  const isRead = receipt.read >= seq;
  const isDelivered = receipt.delivered >= seq;
  const when = isRead ? receipt.readAt : receipt.deliveredAt;
  return (
    <li className={styles.row}>
      <Avatar seed={receipt.account} name={name} avatar={avatar} size="s" />
      <span className={styles.text}>
        <bdi>{name}</bdi>
        <span className={styles.when}>
          {t(
            isRead
              ? "conversation.ticks.read"
              : isDelivered
                ? "conversation.ticks.delivered"
                : "conversation.ticks.sent",
          )}
          {when > 0 && ` · ${formatDateTime(when)}`}
        </span>
      </span>
    </li>
  );
}

function ReactDialog({ event, onClose }: { readonly event: ChannelEvent; readonly onClose: () => void }) {
  const t = useT();
  const { client } = useSession();
  const { channelId } = useConversation();
  return (
    <Dialog title={t("conversation.react")} onClose={onClose} flush>
      <div className={styles.picker}>
        <EmojiPicker
          onClose={onClose}
          onPick={(emoji) => {
            client
              .react(channelId, event.seq, emoji)
              .catch((error: unknown) => toast(errorText(error), { look: "error" }));
            onClose();
          }}
        />
      </div>
    </Dialog>
  );
}
