import { useId } from "react";
import { useT } from "../../i18n/index.ts";
import { Dialog } from "../kit/Dialog.tsx";
import { keyText } from "../kit/keys.ts";
import styles from "./ShortcutsDialog.module.css";
import { shortcuts } from "./shortcuts.ts";

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useT();
  const id = useId();
  return (
    <Dialog title={t("shortcuts.title")} onClose={onClose}>
      {shortcuts.map(({ group, keys: all }) => (
        <section key={group} aria-labelledby={`${id}${group}`}>
          <h3 id={`${id}${group}`} className={styles.group}>
            {t(`shortcuts.groups.${group}`)}
          </h3>
          <dl>
            {all.map(({ name, keys }) => (
              <div key={name} className={styles.row}>
                <dt>{t(`shortcuts.${name}`)}</dt>
                <dd>
                  <kbd>{keyText(keys)}</kbd>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
