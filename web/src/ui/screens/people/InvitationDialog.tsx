import type { ChannelState, InvitationId } from "@parley/sdk";
import { Copy, Share2 } from "lucide-react";
import { useMemo, useState } from "react";
import { encode } from "uqr";
import { useT } from "../../../i18n/index.ts";
import { useSession } from "../../context.tsx";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { Select } from "../../kit/Select.tsx";
import { toast } from "../../kit/Toasts.tsx";
import { useAct } from "../../useAct.ts";
import styles from "./Info.module.css";

const dayMs = 86_400_000;
const lives = ["day", "week", "month", "never"] as const;
const lifeDays: Readonly<Record<(typeof lives)[number], number>> = { day: 1, week: 7, month: 30, never: 0 };
const usesChoices = ["1", "10", "100", "0"] as const;

/** Where the link is kept on the device that made it: no server knows it. */
export function linkKey(invitation: InvitationId): string {
  return `invitation/${invitation}`;
}

/** Makes a link, and shows it with its code. */
export function InvitationDialog(props: {
  readonly channel: ChannelState;
  readonly link?: string;
  readonly onClose: () => void;
}) {
  const t = useT();
  const { client } = useSession();
  const { act, busy } = useAct();
  const { channel, onClose } = props;
  const [link, setLink] = useState(props.link);
  const [life, setLife] = useState<(typeof lives)[number]>("week");
  const [uses, setUses] = useState<(typeof usesChoices)[number]>("0");
  if (link !== undefined) return <LinkDialog channel={channel} link={link} onClose={onClose} />;
  const create = () =>
    act(async () => {
      const days = lifeDays[life];
      const expires = days === 0 ? 0 : Math.round(Date.now() + client.clockOffset + days * dayMs);
      const made = await client.createInvitation(channel.id, { expires, uses: Number(uses) });
      await client.setValue(linkKey(made.invitation), made.link);
      setLink(made.link);
      return made;
    });
  return (
    <Dialog
      title={t("group.newInvitation")}
      onClose={onClose}
      actions={
        <Button look="filled" busy={busy} onClick={() => void create()}>
          {t("group.makeLink")}
        </Button>
      }
    >
      <p className={styles.small}>{t("group.invitationText")}</p>
      <Select
        label={t("group.life")}
        value={life}
        options={lives.map((value) => ({ value, label: t(`group.lives.${value}`) }))}
        onChange={setLife}
      />
      <Select
        label={t("group.usesLabel")}
        value={uses}
        options={usesChoices.map((value) => ({
          value,
          label: value === "0" ? t("group.usesAny") : t("group.usesCount", { count: Number(value) }),
        }))}
        onChange={setUses}
      />
    </Dialog>
  );
}

function LinkDialog(props: { readonly channel: ChannelState; readonly link: string; readonly onClose: () => void }) {
  const t = useT();
  const address = `${location.origin}/join#${props.link}`;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(address);
      toast(t("common.copied"));
    } catch {
      toast(t("group.copyByHand"), { look: "error" });
    }
  };
  // Who closes the share sheet has not failed at anything.
  const share = () => void navigator.share({ title: props.channel.title, url: address }).catch(() => undefined);
  return (
    <Dialog
      title={t("group.link")}
      onClose={props.onClose}
      actions={
        <>
          {"share" in navigator && (
            <Button icon={<Share2 size={18} aria-hidden="true" />} onClick={share}>
              {t("group.share")}
            </Button>
          )}
          <Button look="filled" icon={<Copy size={18} aria-hidden="true" />} onClick={() => void copy()}>
            {t("group.copyLink")}
          </Button>
        </>
      }
    >
      <div className={styles.code}>
        <Code text={address} label={t("group.qr")} />
        <p className={styles.link} dir="ltr">
          {address}
        </p>
      </div>
    </Dialog>
  );
}

/** The link for a camera. */
function Code({ text, label }: { readonly text: string; readonly label: string }) {
  const { size, path } = useMemo(() => {
    const { data, size } = encode(text, { border: 0 });
    const dots = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")));
    return { size, path: dots.join("") };
  }, [text]);
  return (
    <svg
      className={styles.qr}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path d={path} fill="#231922" />
    </svg>
  );
}
