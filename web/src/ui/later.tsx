import { WifiOff } from "lucide-react";
import { type ComponentType, type FunctionComponent, useCallback, useEffect, useState } from "react";
import { useT } from "../i18n/index.ts";
import { Button } from "./kit/Button.tsx";
import { EmptyState } from "./kit/EmptyState.tsx";
import { toast } from "./kit/Toasts.tsx";

/** A component whose code comes when it is wanted. */
export type Later<Props> = FunctionComponent<Props> & {
  /** Fetches the code, once; rejects where it cannot be had, and then the next call tries again. */
  readonly load: () => Promise<void>;
};

/**
 * Shows nothing until the code is there, and shows it at once where it is. `React.lazy` would do with less, but what was
 * ever replaced by a fallback stays away for 300 ms, so that a start that needs 100 ms takes 400.
 * Where the code cannot be had, as without a network before the service worker has it, a screen says so and can be tried
 * again; what can be closed (`onClose`) closes. Nothing around it is disturbed.
 */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): Later<Props> {
  let loaded: ComponentType<Props> | undefined;
  let coming: Promise<void> | undefined;
  const fetchIt = () => {
    coming ??= load().then(
      (component) => {
        loaded = component;
      },
      (why: unknown) => {
        coming = undefined;
        throw why;
      },
    );
    return coming;
  };
  function LaterComponent(props: Props) {
    const [Component, show] = useState<ComponentType<Props> | undefined>(() => loaded);
    const [hasFailed, setFailed] = useState(false);
    const isWanted = Component === undefined && !hasFailed;
    useEffect(() => {
      if (!isWanted) return;
      let isHere = true;
      fetchIt().then(
        () => isHere && show(() => loaded),
        () => isHere && setFailed(true),
      );
      return () => {
        isHere = false;
      };
    }, [isWanted]);
    const retry = useCallback(() => setFailed(false), []);
    if (Component !== undefined) return <Component {...props} />;
    return hasFailed ? <Missing onRetry={retry} onClose={closeOf(props)} /> : null;
  }
  return Object.assign(LaterComponent, { load: fetchIt });
}

function closeOf(props: object): (() => void) | undefined {
  return "onClose" in props && typeof props.onClose === "function" ? () => (props.onClose as () => void)() : undefined;
}

function Missing({ onRetry, onClose }: { readonly onRetry: () => void; readonly onClose: (() => void) | undefined }) {
  const t = useT();
  const isScreen = onClose === undefined;
  useEffect(() => {
    if (isScreen) {
      addEventListener("online", onRetry);
      return () => removeEventListener("online", onRetry);
    }
    toast(t("errors.offline"), { look: "error" });
    onClose();
    // Once: its parent takes it away then.
  }, []);
  if (!isScreen) return null;
  return (
    <EmptyState icon={WifiOff} title={t("errors.offline")}>
      <Button look="soft" onClick={onRetry}>
        {t("common.retry")}
      </Button>
    </EmptyState>
  );
}
