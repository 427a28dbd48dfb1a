/**
 * The service worker: starts the app from the browser's cache, so that it opens without a network. A new version waits
 * until the app says so. Web Push will be answered here, with the events "push" and "notificationclick".
 */
import { Shell, type ShellPlan } from "./shell.ts";

declare const self: ServiceWorkerGlobalScope;
/** The build puts it here (web/tools/shell_plugin.ts). */
declare const __PARLEY_SHELL__: ShellPlan;

const shell = new Shell(__PARLEY_SHELL__, {
  caches: self.caches,
  fetch: (request, init) => self.fetch(request, init),
  origin: self.location.origin,
});

self.addEventListener("install", (event) => event.waitUntil(shell.install()));
self.addEventListener("activate", (event) => event.waitUntil(shell.activate().then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const answer = shell.answer(event.request);
  if (answer !== undefined) event.respondWith(answer);
});
self.addEventListener("message", (event) => {
  if (event.data === "apply") event.waitUntil(self.skipWaiting());
});
