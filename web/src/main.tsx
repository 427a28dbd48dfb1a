import { registerServiceWorker } from "./sw/register.ts";

if (import.meta.env.PROD) void registerServiceWorker({ onUpdate: () => {}, beforeReload: async () => {} });
