import { useT } from "../../i18n/index.ts";
import { Dialog } from "../kit/Dialog.tsx";
import styles from "./ShortcutsDialog.module.css";
import { shortcuts } from "./useShortcuts.ts";

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useT();
  return (
    <Dialog title={t("shortcuts.title")} onClose={onClose}>
      <dl className={styles.list}>
        {shortcuts.map(({ name, keys }) => (
          <div key={name} className={styles.row}>
            <dt>{t(`shortcuts.${name}`)}</dt>
            <dd>
              <kbd>{keys}</kbd>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
