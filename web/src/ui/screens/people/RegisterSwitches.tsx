import type { ChannelState } from "@parley/sdk";
import { useT } from "../../../i18n/index.ts";
import { isMuted } from "../../../model/channel_list.ts";
import { useSession } from "../../context.tsx";
import { Select } from "../../kit/Select.tsx";
import { Switch } from "../../kit/Switch.tsx";
import { useAct } from "../../useAct.ts";
import styles from "./Info.module.css";

const hourMs = 3_600_000;
type Mute = "off" | "hours" | "week" | "always" | "on";

/** How the conversation is for me alone: muted, pinned, archived. */
export function RegisterSwitches({ channel }: { readonly channel: ChannelState }) {
  const t = useT();
  const { client } = useSession();
  const { act, busy } = useAct();
  const { mutedUntil, pinned, archived } = channel.registers;
  const now = () => Date.now() + client.clockOffset;
  const muted: Mute = !isMuted(mutedUntil, now()) ? "off" : mutedUntil < 0 ? "always" : "on";
  const change = (registers: Parameters<typeof client.setRegisters>[1]) =>
    void act(async () => void (await client.setRegisters(channel.id, registers)));
  const mute = (value: Mute) => {
    if (value === "on") return;
    const until = { off: 0, hours: now() + 8 * hourMs, week: now() + 7 * 24 * hourMs, always: -1 }[value];
    change({ mutedUntil: until });
  };
  const choices: readonly Mute[] = ["off", ...(muted === "on" ? (["on"] as const) : []), "hours", "week", "always"];
  return (
    <div className={styles.card}>
      <Select
        label={t("people.mute")}
        value={muted}
        options={choices.map((value) => ({ value, label: t(`people.muted.${value}`) }))}
        onChange={mute}
      />
      <Switch label={t("people.pin")} checked={pinned} disabled={busy} onChange={(on) => change({ pinned: on })} />
      <Switch
        label={t("people.archive")}
        checked={archived}
        disabled={busy}
        onChange={(on) => change({ archived: on })}
      />
    </div>
  );
}
