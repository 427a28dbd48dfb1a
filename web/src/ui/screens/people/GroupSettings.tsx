import type { ChannelSettings, ChannelState, Who } from "@parley/sdk";
import { useT } from "../../../i18n/index.ts";
import { useSession } from "../../context.tsx";
import { Select } from "../../kit/Select.tsx";
import { Switch } from "../../kit/Switch.tsx";
import { useAct } from "../../useAct.ts";
import styles from "./Info.module.css";

const whos: readonly Who[] = ["members", "admins", "owner"];
const rights = ["post", "add", "rename"] as const;

/** Who may what; admins change it. */
export function GroupSettings(props: { readonly channel: ChannelState; readonly settings: ChannelSettings }) {
  const t = useT();
  const { infos } = useSession();
  const { act } = useAct();
  const { channel, settings } = props;
  const change = (to: Partial<ChannelSettings>) => void act(() => infos.changeSettings(channel.id, to));
  const options = whos.map((value) => ({ value, label: t(`group.who.${value}`) }));
  return (
    <div className={styles.card}>
      <div className={styles.cardHead}>
        <h4 className={styles.cardTitle}>{t("group.rights")}</h4>
      </div>
      {rights.map((right) => (
        <Select
          key={right}
          label={t(`group.may.${right}`)}
          value={settings[right]}
          options={options}
          onChange={(value) => change({ [right]: value })}
        />
      ))}
      <Switch
        label={t("group.history")}
        hint={t("group.historyHint")}
        checked={settings.historyFromStart}
        onChange={(historyFromStart) => change({ historyFromStart })}
      />
    </div>
  );
}
