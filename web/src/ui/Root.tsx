import { useEffect, useRef } from "react";
import type { App } from "../model/app.ts";
import type { Route } from "../model/router.ts";
import { AppProvider, SessionProvider, useApp, useObservable, useRoute } from "./context.tsx";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { MenuHost } from "./kit/MenuHost.tsx";
import { Toasts } from "./kit/Toasts.tsx";
import { Tooltips } from "./kit/Tooltip.tsx";
import { later } from "./later.tsx";

const AuthScreen = later(async () => (await import("./screens/auth/AuthScreen.tsx")).AuthScreen);
const Shell = later(async () => (await import("./screens/Shell.tsx")).Shell);

/** Fetches what is shown first. Where it cannot be had, the screen itself tells. */
export async function preload(app: App): Promise<void> {
  await (app.session.get() === undefined ? AuthScreen : Shell).load().catch(() => undefined);
}

export function Root({ app }: { readonly app: App }) {
  return (
    <ErrorBoundary>
      <AppProvider value={app}>
        <Screens />
        <MenuHost />
        <Tooltips />
        <Toasts />
      </AppProvider>
    </ErrorBoundary>
  );
}

const home: Route = { name: "home" };

function Screens() {
  const { session: current, router } = useApp();
  const session = useObservable(current);
  const route = useRoute();
  const isAuth = route.name === "signIn" || route.name === "signUp";
  /** Where the address led with which the page was opened before anybody was signed in. */
  const wanted = useRef<Route>(session === undefined && !isAuth ? route : home);
  useEffect(() => {
    if (session === undefined) {
      if (!isAuth && route.name !== "join") router.go({ name: "signIn" }, { replace: true });
      return;
    }
    if (isAuth) router.go(wanted.current, { replace: true });
    wanted.current = home;
  }, [session, isAuth, route.name, router]);
  if (session === undefined) return <AuthScreen key="auth" />;
  return (
    <SessionProvider value={session}>
      <Shell />
    </SessionProvider>
  );
}
