import type { Device } from "@parley/sdk";
import { Globe, Laptop, Pencil, Smartphone, Terminal } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { formatDateTime } from "../../../i18n/format.ts";
import { useT } from "../../../i18n/index.ts";
import { useSession } from "../../context.tsx";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";
import { IconButton } from "../../kit/IconButton.tsx";
import { ProblemNote } from "../../kit/ProblemNote.tsx";
import { SkeletonRows } from "../../kit/Skeleton.tsx";
import { TextField } from "../../kit/TextField.tsx";
import { useAct } from "../../useAct.ts";
import { useAsked } from "../../useAsked.ts";
import { ConfirmDialog } from "../people/ConfirmDialog.tsx";
import { PasswordForm } from "./PasswordForm.tsx";
import styles from "./Settings.module.css";

const icons: Readonly<Record<string, typeof Globe>> = {
  web: Globe,
  ios: Smartphone,
  android: Smartphone,
  terminal: Terminal,
};
type Asks = { readonly what: "rename" | "revoke"; readonly device: Device };

/** Where this account is signed in, and the password that it takes. */
export function DevicesPage() {
  const t = useT();
  const { client } = useSession();
  const { act } = useAct();
  const [asks, setAsks] = useState<Asks>();
  const {
    value: devices,
    problem,
    again,
  } = useAsked(
    useCallback(
      async (signal: AbortSignal) => {
        const list = await client.http.devices({ signal });
        return [...list].sort((a, b) => Number(b.current) - Number(a.current) || b.lastUsed - a.lastUsed);
      },
      [client],
    ),
  );
  useEffect(() => client.on("noted", ({ what }) => what === "devices" && again()), [client, again]);
  return (
    <>
      <div className={styles.card}>
        <h3 className={styles.cardTitle}>{t("settings.devices")}</h3>
        <p className={styles.small}>{t("settings.devicesText")}</p>
        <ProblemNote problem={problem} onRetry={again} />
        {devices === undefined && problem === "" && <SkeletonRows rows={2} label={t("common.loading")} />}
        <ul className={styles.rows}>
          {devices?.map((device) => (
            <DeviceRow key={device.device} device={device} onAsk={setAsks} />
          ))}
        </ul>
      </div>
      <PasswordForm />
      {asks?.what === "rename" && (
        <RenameDialog device={asks.device} onClose={() => setAsks(undefined)} onDone={() => again()} />
      )}
      {asks?.what === "revoke" && (
        <ConfirmDialog
          title={t("settings.revokeTitle", { name: asks.device.name })}
          text={t("settings.revokeText")}
          action={t("settings.revoke")}
          onClose={() => setAsks(undefined)}
          onConfirm={() =>
            act(async () => {
              await client.http.revokeDevice(asks.device.device);
              again();
            })
          }
        />
      )}
    </>
  );
}

function DeviceRow({ device, onAsk }: { readonly device: Device; readonly onAsk: (asks: Asks) => void }) {
  const t = useT();
  const Icon = icons[device.platform] ?? Laptop;
  const name = device.name || t("settings.unnamedDevice");
  return (
    <li className={styles.row}>
      <span className={styles.sign} aria-hidden="true">
        <Icon size={20} />
      </span>
      <span className={styles.rowText}>
        <span>
          <bdi>{name}</bdi>
        </span>
        <span className={styles.small}>
          {device.current ? (
            <span className={styles.here}>{t("settings.thisDevice")}</span>
          ) : (
            t("settings.lastUsed", { time: formatDateTime(device.lastUsed) })
          )}
        </span>
      </span>
      <IconButton
        icon={Pencil}
        size="s"
        label={t("settings.renameName", { name })}
        onClick={() => onAsk({ what: "rename", device })}
      />
      {!device.current && (
        <Button
          look="plain"
          aria-label={t("settings.revokeName", { name })}
          onClick={() => onAsk({ what: "revoke", device })}
        >
          {t("settings.revoke")}
        </Button>
      )}
    </li>
  );
}

function RenameDialog(props: { readonly device: Device; readonly onClose: () => void; readonly onDone: () => void }) {
  const t = useT();
  const { client } = useSession();
  const { act, busy } = useAct();
  const [name, setName] = useState(props.device.name);
  const rename = async () => {
    if (!(await act(() => client.http.renameDevice(props.device.device, name.trim())))) return;
    props.onDone();
    props.onClose();
  };
  return (
    <Dialog
      title={t("settings.rename")}
      onClose={props.onClose}
      actions={
        <Button look="filled" busy={busy} disabled={name.trim() === ""} onClick={() => void rename()}>
          {t("common.save")}
        </Button>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void rename();
        }}
      >
        <TextField
          label={t("settings.deviceName")}
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={64}
          dir="auto"
        />
      </form>
    </Dialog>
  );
}
