import type { ChannelId, ChannelState } from "@parley/sdk";
import { createContext, useCallback, useContext, useSyncExternalStore } from "react";
import type { App } from "../model/app.ts";
import type { Observable } from "../model/observable.ts";
import type { Route, Router } from "../model/router.ts";
import type { Session } from "../model/session.ts";

const AppContext = createContext<App | undefined>(undefined);
const SessionContext = createContext<Session | undefined>(undefined);
export const AppProvider = AppContext.Provider;
export const SessionProvider = SessionContext.Provider;

export function useObservable<T>(observable: Observable<T>): T {
  return useSyncExternalStore(observable.subscribe, observable.get);
}

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error("There is no app around this.");
  return app;
}

/** Only for screens of somebody who is signed in. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error("Nobody is signed in around this.");
  return session;
}

export function useRouter(): Router {
  return useApp().router;
}

export function useRoute(): Route {
  return useObservable(useRouter().route);
}

/** A channel as it is, or will be; the screen follows it. */
export function useChannel(id: ChannelId): ChannelState | undefined {
  const session = useSession();
  const { client, coming } = session;
  const subscribe = useCallback(
    (changed: () => void) => {
      const ended = new AbortController();
      const { signal } = ended;
      for (const name of ["channel", "channel_gone", "loaded"] as const) client.on(name, changed, { signal });
      const off = coming.all.subscribe(changed);
      return () => {
        ended.abort();
        off();
      };
    },
    [client, coming],
  );
  return useSyncExternalStore(subscribe, () => session.channel(id));
}
