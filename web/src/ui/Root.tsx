import { lazy, Suspense, useEffect } from "react";
import type { App } from "../model/app.ts";
import { AppProvider, SessionProvider, useApp, useObservable, useRoute } from "./context.tsx";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { MenuHost } from "./kit/MenuHost.tsx";
import { Toasts } from "./kit/Toasts.tsx";
import { Tooltips } from "./kit/Tooltip.tsx";

const loadAuth = () => import("./screens/auth/AuthScreen.tsx");
const loadShell = () => import("./screens/Shell.tsx");
const AuthScreen = lazy(async () => ({ default: (await loadAuth()).AuthScreen }));
const Shell = lazy(async () => ({ default: (await loadShell()).Shell }));

/** Asks for what is shown first, before there is a word to show. */
export function preload(app: App): void {
  void (app.session.get() === undefined ? loadAuth() : loadShell()).catch(() => undefined);
}

export function Root({ app }: { readonly app: App }) {
  return (
    <ErrorBoundary>
      <AppProvider value={app}>
        <Suspense>
          <Screens />
        </Suspense>
        <MenuHost />
        <Tooltips />
        <Toasts />
      </AppProvider>
    </ErrorBoundary>
  );
}

function Screens() {
  const { session: current, router } = useApp();
  const session = useObservable(current);
  const route = useRoute();
  const isAuth = route.name === "signIn" || route.name === "signUp";
  useEffect(() => {
    if (session !== undefined && isAuth) router.go({ name: "home" }, { replace: true });
    if (session === undefined && !isAuth && route.name !== "join") router.go({ name: "signIn" }, { replace: true });
  }, [session, isAuth, route.name, router]);
  if (session === undefined) return <AuthScreen key="auth" />;
  return (
    <SessionProvider value={session}>
      <Shell />
    </SessionProvider>
  );
}
