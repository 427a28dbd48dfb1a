import { type ComponentType, type FunctionComponent, useEffect, useState } from "react";

/** A component whose code comes when it is wanted. */
export type Later<Props> = FunctionComponent<Props> & {
  /** Fetches the code, once; rejects where it cannot be had, and then the next call tries again. */
  readonly load: () => Promise<void>;
};

/**
 * Shows nothing until the code is there, and shows it at once where it is. `React.lazy` would do with less, but what was
 * ever replaced by a fallback stays away for 300 ms, so that a start that needs 100 ms takes 400.
 * An error of `load` is thrown to the boundary around it.
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
    const [{ Component, failed }, set] = useState<State<Props>>({ Component: loaded });
    useEffect(() => {
      if (Component !== undefined) return;
      let wanted = true;
      fetchIt().then(
        () => wanted && set({ Component: loaded }),
        (why: unknown) => wanted && set({ Component: undefined, failed: { why } }),
      );
      return () => {
        wanted = false;
      };
    }, [Component]);
    if (failed !== undefined) throw failed.why;
    return Component === undefined ? null : <Component {...props} />;
  }
  return Object.assign(LaterComponent, { load: fetchIt });
}

interface State<Props> {
  readonly Component: ComponentType<Props> | undefined;
  readonly failed?: { readonly why: unknown };
}
