import { useState } from "react";
import { useT } from "../../../i18n/index.ts";
import { Button } from "../../kit/Button.tsx";
import { Dialog } from "../../kit/Dialog.tsx";

/** Asks before something that cannot easily be taken back. Closes once it is done. */
export function ConfirmDialog(props: {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly onClose: () => void;
  readonly onConfirm: () => Promise<boolean>;
}) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    if (await props.onConfirm()) props.onClose();
    else setBusy(false);
  };
  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      actions={
        <>
          <Button look="plain" onClick={props.onClose}>
            {t("common.cancel")}
          </Button>
          <Button look="danger" busy={busy} onClick={() => void confirm()}>
            {props.action}
          </Button>
        </>
      }
    >
      <p>{props.text}</p>
    </Dialog>
  );
}
