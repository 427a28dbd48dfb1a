import { type ChannelId, ParleyError, parseId } from "@parley/sdk";
import { useEffect, useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { useChannel, useRouter, useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { toast } from "../../kit/Toasts.tsx";

interface Asked {
  readonly link: string;
  /** It was not wished, or cannot be. */
  readonly onClose: () => void;
}

/**
 * Asks whether to join by a link `/join#…`: to open one is not to agree. Who is in the group already is taken there. The
 * server tells nobody what a group is called who is not in it.
 */
export function JoinDialog({ link, onClose }: Asked) {
  const t = useT();
  const channel = parseId<ChannelId>(link.split(".", 1)[0]?.trim() ?? "");
  useEffect(() => {
    if (channel !== undefined) return;
    toast(t("errors.invitation_invalid"), { look: "error" });
    onClose();
  }, [channel, onClose, t]);
  return channel === undefined ? null : <Question channelId={channel} link={link} onClose={onClose} />;
}

function Question({ channelId, link, onClose }: Asked & { readonly channelId: ChannelId }) {
  const t = useT();
  const router = useRouter();
  const { client } = useSession();
  const [busy, setBusy] = useState(false);
  const channel = useChannel(channelId);
  const isMember = channel !== undefined && channel.role !== "none";
  useEffect(() => {
    if (isMember) router.go({ name: "channel", channel: channelId }, { replace: true });
  }, [isMember, channelId, router]);
  if (isMember) return null;
  const join = async () => {
    setBusy(true);
    try {
      const { sendId } = await client.join(link);
      router.go({ name: "channel", channel: channelId }, { replace: true });
      const result = await client.outcome(sendId);
      if (result.outcome !== "refused" || result.refused === "already_member") return;
      const route = router.route.get();
      if (route.name === "channel" && route.channel === channelId) onClose();
    } catch (error) {
      const isNoLink = error instanceof ParleyError && error.name === "invalid_argument";
      toast(isNoLink ? t("errors.invitation_invalid") : errorText(error), { look: "error" });
      onClose();
    }
  };
  return (
    <Dialog
      title={channel?.title ? t("group.joinTitle", { title: channel.title }) : t("group.joinUnknown")}
      onClose={onClose}
      actions={
        <>
          <Button look="plain" onClick={onClose}>
            {t("group.notNow")}
          </Button>
          <Button look="filled" busy={busy} onClick={() => void join()}>
            {t("group.join")}
          </Button>
        </>
      }
    >
      <p>{t("group.joinText")}</p>
    </Dialog>
  );
}
