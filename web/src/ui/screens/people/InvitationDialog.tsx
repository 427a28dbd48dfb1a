import type { ChannelId } from "@parley/sdk";
import { useEffect, useRef, useState } from "react";
import { encode } from "uqr";
import { useT } from "../../../i18n/index.ts";
import { useSession } from "../../context.tsx";
import { errorText, errorTextOf } from "../../errors.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { SkeletonRows } from "../../kit/Skeleton.tsx";
import { toast } from "../../kit/Toasts.tsx";
import styles from "./people.module.css";

const weekMs = 7 * 86_400_000;

/** A link into a group, as text and as a QR code; good for a week. */
export function InvitationDialog({
  channelId,
  onClose,
}: {
  readonly channelId: ChannelId;
  readonly onClose: () => void;
}) {
  const t = useT();
  const { client } = useSession();
  const [link, setLink] = useState<string>();
  // Made once, also where the effect runs twice: each is one more that is good.
  const isAsked = useRef(false);
  useEffect(() => {
    if (isAsked.current) return;
    isAsked.current = true;
    const make = async () => {
      try {
        const expires = Date.now() + client.clockOffset + weekMs;
        const made = await client.createInvitation(channelId, { expires });
        const result = await client.outcome(made.sendId);
        if (result.outcome === "posted") setLink(`${location.origin}/join#${made.link}`);
        else toast(errorTextOf(result.refused), { look: "error" });
      } catch (error) {
        toast(errorText(error), { look: "error" });
      }
    };
    void make();
  }, [client, channelId]);
  const copy = () => void navigator.clipboard.writeText(link ?? "").then(() => toast(t("common.copied")));
  return (
    <Dialog
      title={t("group.invite")}
      onClose={onClose}
      actions={
        <Button look="filled" disabled={link === undefined} onClick={copy}>
          {t("group.copyLink")}
        </Button>
      }
    >
      {link === undefined ? (
        <SkeletonRows rows={2} label={t("common.loading")} />
      ) : (
        <div className={styles.form}>
          <p>{t("group.inviteText")}</p>
          <QrCode text={link} label={t("group.qr")} />
          <p className={styles.link} dir="ltr">
            {link}
          </p>
        </div>
      )}
    </Dialog>
  );
}

function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { data, size } = encode(text, { border: 0 });
  const path = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return (
    <svg
      className={styles.qr}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path d={path} fill="#000" />
    </svg>
  );
}
