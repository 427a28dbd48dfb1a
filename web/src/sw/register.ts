/** What an app does with a new version of itself. */
export interface Updates {
  /** A new version is here and waits for `apply`. Also told once to whoever opens the app while one waits. */
  readonly onUpdate: () => void;
  /** Awaited before the page loads again as the new version, in every tab: write down drafts. */
  readonly beforeReload: () => Promise<void>;
}

export interface Registration {
  /** Lets the waiting version take over; all tabs load again. Does nothing where none waits. */
  apply(): void;
  /** Looks for a new version now; it is looked for by itself whenever the page is shown. */
  check(): Promise<void>;
}

/** Where the browser has service workers for this page; they need https or this very machine. */
export type Workers = Pick<ServiceWorkerContainer, "register" | "controller" | "addEventListener">;

/** Of a page; another for tests. */
export interface PagePorts {
  readonly workers: Workers | undefined;
  readonly page: Pick<Document, "visibilityState" | "addEventListener">;
  readonly reload: () => void;
}

const ofThePage = (): PagePorts => ({
  workers: (navigator as { readonly serviceWorker?: ServiceWorkerContainer }).serviceWorker,
  page: document,
  reload: () => location.reload(),
});

/** Lets the app start from the browser's cache from now on. Without service workers it stays as it is. */
export async function registerServiceWorker(updates: Updates, ports: PagePorts = ofThePage()): Promise<Registration> {
  const { workers, page, reload } = ports;
  const registration = await workers?.register("/sw.js").catch(() => undefined);
  if (workers === undefined || registration === undefined) return { apply: () => {}, check: async () => {} };

  const check = async (): Promise<void> => {
    // Without a network there is nothing new.
    await registration.update().catch(() => {});
  };
  const tellIfWaiting = (): void => {
    // Without an active one this is the first, which waits for nobody.
    if (registration.waiting !== null && registration.active !== null) updates.onUpdate();
  };
  registration.addEventListener("updatefound", () =>
    registration.installing?.addEventListener("statechange", tellIfWaiting),
  );
  page.addEventListener("visibilitychange", () => {
    if (page.visibilityState === "visible") void check();
  });

  // The first worker of all takes a page that is already of its version.
  let isControlled = workers.controller !== null;
  let isLeaving = false;
  workers.addEventListener("controllerchange", () => {
    const isNew = isControlled && !isLeaving;
    isControlled = true;
    if (!isNew) return;
    isLeaving = true;
    void updates.beforeReload().finally(reload);
  });
  tellIfWaiting();
  return { apply: () => registration.waiting?.postMessage("apply"), check };
}
