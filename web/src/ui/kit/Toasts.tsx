import { CircleAlert, X } from "lucide-react";
import { useEffect, useSyncExternalStore } from "react";
import { useT } from "../../i18n/index.ts";
import { IconButton } from "./IconButton.tsx";
import styles from "./Toasts.module.css";

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly look: "info" | "error";
  readonly action?: { readonly label: string; readonly act: () => void } | undefined;
  /** Until somebody has answered it. */
  readonly stays: boolean;
}

let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function change(to: readonly Toast[]): void {
  toasts = to;
  for (const listener of listeners) listener();
}

/** Says something for a few seconds at the foot of the screen. At most three stand there, and what is to stay. */
export function toast(text: string, options: Partial<Pick<Toast, "look" | "action" | "stays">> = {}): void {
  const made: Toast = { id: next++, text, look: "info", stays: false, ...options };
  const others = toasts.filter((old) => old.text !== text);
  const newest = others.filter((old) => !old.stays).slice(-2);
  change([...others.filter((old) => old.stays || newest.includes(old)), made]);
}

export function dismissToast(id: number): void {
  change(toasts.filter((toast) => toast.id !== id));
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className={styles.stack} role="status" aria-live="polite">
      {shown.map((toast) => (
        <OneToast key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function OneToast({ toast }: { readonly toast: Toast }) {
  const t = useT();
  useEffect(() => {
    if (toast.stays) return;
    const timer = setTimeout(() => dismissToast(toast.id), toast.look === "error" || toast.action ? 9000 : 5000);
    return () => clearTimeout(timer);
  }, [toast]);
  return (
    <div className={styles.toast}>
      {toast.look === "error" && <CircleAlert className={styles.alert} aria-hidden="true" size={20} />}
      <span className={styles.text}>{toast.text}</span>
      {toast.action && (
        <button
          type="button"
          className={styles.action}
          onClick={() => {
            toast.action?.act();
            dismissToast(toast.id);
          }}
        >
          {toast.action.label}
        </button>
      )}
      <IconButton icon={X} label={t("common.close")} size="s" tip={false} onClick={() => dismissToast(toast.id)} />
    </div>
  );
}
