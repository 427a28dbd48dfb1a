import type { ChannelState, InvitationInfo } from "@parley/sdk";
import { Link2, Plus, QrCode, Trash2 } from "lucide-react";
import { useState } from "react";
import { formatDateTime } from "../../../i18n/format.ts";
import { useT } from "../../../i18n/index.ts";
import { useSession } from "../../context.tsx";
import { Button } from "../../kit/Button.tsx";
import { IconButton } from "../../kit/IconButton.tsx";
import { useAct } from "../../useAct.ts";
import { usePersonName } from "../channels/names.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import styles from "./Info.module.css";
import { InvitationDialog, linkKey } from "./InvitationDialog.tsx";

type Shown =
  | { readonly kind: "new" }
  | { readonly kind: "link"; readonly link: string }
  | { readonly kind: "revoke"; readonly invitation: InvitationInfo };

/** The links by which people join. Only the device that made one knows it; everybody sees that it is there. */
export function Invitations(props: {
  readonly channel: ChannelState;
  readonly invitations: readonly InvitationInfo[];
}) {
  const t = useT();
  const { client } = useSession();
  const { act } = useAct();
  const [shown, setShown] = useState<Shown>();
  const { channel, invitations } = props;
  const close = () => setShown(undefined);
  return (
    <div className={styles.card}>
      <div className={styles.cardHead}>
        <h4 className={styles.cardTitle}>{t("group.invitations")}</h4>
        <Button look="plain" icon={<Plus size={18} aria-hidden="true" />} onClick={() => setShown({ kind: "new" })}>
          {t("group.newInvitation")}
        </Button>
      </div>
      {invitations.length === 0 && <p className={styles.small}>{t("group.noInvitations")}</p>}
      <ul>
        {invitations.map((invitation) => {
          const link = client.value(linkKey(invitation.invitation));
          return (
            <li key={invitation.invitation} className={styles.invitation}>
              <Link2 size={20} aria-hidden="true" />
              <InvitationText invitation={invitation} />
              {typeof link === "string" && (
                <IconButton
                  icon={QrCode}
                  label={t("group.showLink")}
                  onClick={() => setShown({ kind: "link", link })}
                />
              )}
              <IconButton
                icon={Trash2}
                label={t("group.revokeInvitation")}
                onClick={() => setShown({ kind: "revoke", invitation })}
              />
            </li>
          );
        })}
      </ul>
      {shown?.kind === "new" && <InvitationDialog channel={channel} onClose={close} />}
      {shown?.kind === "link" && <InvitationDialog channel={channel} link={shown.link} onClose={close} />}
      {shown?.kind === "revoke" && (
        <ConfirmDialog
          title={t("group.revokeTitle")}
          text={t("group.revokeText")}
          action={t("group.revokeInvitation")}
          onClose={close}
          onConfirm={() =>
            act(() =>
              client.revokeInvitation(channel.id, shown.invitation.invitation, {
                values: { [linkKey(shown.invitation.invitation)]: undefined },
              }),
            )
          }
        />
      )}
    </div>
  );
}

function InvitationText({ invitation }: { readonly invitation: InvitationInfo }) {
  const t = useT();
  const { me } = useSession();
  const name = usePersonName(invitation.by);
  return (
    <span className={styles.invitationText}>
      <span>{invitation.unlimited ? t("group.usesAny") : t("group.uses", { count: invitation.usesLeft })}</span>
      <span className={styles.small}>
        {invitation.by === me ? t("group.invitationByYou") : t("group.invitationBy", { name })}
        {" · "}
        {invitation.expires === 0
          ? t("group.expiresNever")
          : t("group.expires", { time: formatDateTime(invitation.expires) })}
      </span>
    </span>
  );
}
