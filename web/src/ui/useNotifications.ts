import type { ChannelId } from "@parley/sdk";
import { useEffect } from "react";
import { t } from "../i18n/index.ts";
import { type NotePlace, Notifications } from "../model/notifications.ts";
import type { Router } from "../model/router.ts";
import { useRouter, useSession } from "./context.tsx";

const lookedAt = "parley.looked-at";

/** Tells of messages while nobody looks at Parley. */
export function useNotifications(): void {
  const { client, people } = useSession();
  const router = useRouter();
  useEffect(() => {
    const eyes = new Eyes();
    const notifications = new Notifications(client, people, placeOf(router, eyes));
    return () => {
      notifications.close();
      eyes.close();
    };
  }, [client, people, router]);
}

function placeOf(router: Router, eyes: Eyes): NotePlace {
  return {
    get isAllowed() {
      return "Notification" in window && Notification.permission === "granted";
    },
    isLookedAt: () => eyes.areOpen(),
    show: ({ channel, title, text }) => {
      try {
        const made = new Notification(title || t("notify.title"), {
          body: text || t("notify.text"),
          tag: channel,
          icon: "/icon-192.png",
        });
        made.onclick = () => open(router, channel, made);
        return made;
      } catch {
        // Phones show only what a service worker asks for: they wait for Web Push.
        return undefined;
      }
    },
  };
}

function open(router: Router, channel: ChannelId, shown: Notification): void {
  window.focus();
  router.go({ name: "channel", channel });
  shown.close();
}

/** Whether any tab is looked at: that one holds a lock that the others can see. */
class Eyes {
  #release: (() => void) | undefined;
  readonly #look = () => {
    const isOpen = document.visibilityState === "visible" && document.hasFocus();
    if (!isOpen) this.#shut();
    else if (this.#release === undefined) this.#open();
  };

  constructor() {
    for (const name of ["focus", "blur"]) addEventListener(name, this.#look);
    document.addEventListener("visibilitychange", this.#look);
    this.#look();
  }

  async areOpen(): Promise<boolean> {
    this.#look();
    if (this.#release !== undefined) return true;
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    return held.some(({ name }) => name === lookedAt);
  }

  close(): void {
    for (const name of ["focus", "blur"]) removeEventListener(name, this.#look);
    document.removeEventListener("visibilitychange", this.#look);
    this.#shut();
  }

  #open(): void {
    const until = new Promise<void>((resolve) => {
      this.#release = resolve;
    });
    void navigator.locks?.request(lookedAt, { mode: "shared" }, () => until);
  }

  #shut(): void {
    this.#release?.();
    this.#release = undefined;
  }
}
