import { useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { avatarColours, parseAvatar, writeAvatar } from "../../../model/avatar.ts";
import { Avatar } from "../../kit/Avatar.tsx";
import { Button } from "../../kit/Button.tsx";
import grounds from "../../kit/colours.module.css";
import { cx } from "../../kit/cx.ts";
import { Dialog } from "../../kit/Dialog.tsx";
import { EmojiPicker } from "../conversation/EmojiPicker.tsx";
import styles from "./AvatarField.module.css";

const colours = Array.from({ length: avatarColours }, (_, colour) => colour);
const colourNames = ["rose", "apricot", "straw", "leaf", "mint", "sky", "violet", "lilac"] as const;

/** The picture that stands for somebody, or a group: an emoji on a colour, or the initials. */
export function AvatarField(props: {
  readonly seed: string;
  readonly name: string;
  readonly kind: "person" | "group";
  readonly avatar: string;
  readonly onChange: (avatar: string) => void;
  readonly size?: "l" | "xl";
}) {
  const t = useT();
  const { seed, name, kind, avatar, onChange, size = "xl" } = props;
  const [isOpen, setOpen] = useState(false);
  const { colour, emoji } = parseAvatar(avatar, seed);
  return (
    <div className={styles.field}>
      <button type="button" className={styles.face} aria-label={t("avatar.change")} onClick={() => setOpen(true)}>
        <Avatar seed={seed} name={name} avatar={avatar} kind={kind} size={size} />
        <span className={styles.edit}>{t("avatar.edit")}</span>
      </button>
      {isOpen && (
        <Dialog
          title={t("avatar.change")}
          onClose={() => setOpen(false)}
          actions={
            <>
              <Button look="plain" onClick={() => onChange("")} disabled={emoji === undefined}>
                {t("avatar.initials")}
              </Button>
              <Button look="filled" onClick={() => setOpen(false)}>
                {t("common.done")}
              </Button>
            </>
          }
        >
          <div className={styles.preview}>
            <Avatar seed={seed} name={name} avatar={avatar} kind={kind} size="l" />
            <div className={styles.colours} role="radiogroup" aria-label={t("avatar.colour")}>
              {colours.map((one) => (
                <label key={one} className={cx(styles.colour, grounds[`c${one}`])}>
                  <input
                    type="radio"
                    name="colour"
                    aria-label={t(`avatar.colours.${colourNames[one] ?? "rose"}`)}
                    checked={emoji !== undefined && colour === one}
                    disabled={emoji === undefined}
                    onChange={() => onChange(writeAvatar(one, emoji ?? ""))}
                  />
                </label>
              ))}
            </div>
          </div>
          <div className={styles.picker}>
            <EmojiPicker onClose={() => setOpen(false)} onPick={(picked) => onChange(writeAvatar(colour, picked))} />
          </div>
        </Dialog>
      )}
    </div>
  );
}
