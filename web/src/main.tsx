import { Parley } from "@parley/sdk";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isLanguage, preferredLanguage, setLanguage, t } from "./i18n/index.ts";
import { App } from "./model/app.ts";
import { followAppearance, readAppearance, showAppearance } from "./model/appearance.ts";
import { deviceName } from "./model/device_name.ts";
import { Router } from "./model/router.ts";
import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";
import { registerServiceWorker } from "./sw/register.ts";
import { toast } from "./ui/kit/Toasts.tsx";
import { preload, Root } from "./ui/Root.tsx";

const appearance = readAppearance();
showAppearance(appearance);
// The store is opened while the first screen and the texts are on their way.
const parley = new Parley({ deviceName: deviceName(navigator.userAgent), platform: "web" });
const app = new App(parley, new Router(window));
const language = appearance.language ?? "";
await Promise.all([preload(app), setLanguage(isLanguage(language) ? language : preferredLanguage())]);

followAppearance((chosen) => {
  if (isLanguage(chosen)) void setLanguage(chosen).catch(() => undefined);
});
addEventListener("pagehide", () => void app.flush());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") void app.flush();
});

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <Root app={app} />
  </StrictMode>,
);

if (import.meta.env.PROD) {
  const registration = registerServiceWorker({
    onUpdate: () => {
      const apply = () => void registration.then((ready) => ready.apply());
      toast(t("app.update"), { action: { label: t("app.updateNow"), act: apply }, stays: true });
    },
    beforeReload: () => app.flush(),
  });
}
