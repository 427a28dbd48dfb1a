import {
  Bell,
  CheckCheck,
  HardDrive,
  Keyboard,
  type LucideIcon,
  MessageSquarePlus,
  MonitorSmartphone,
  Moon,
  Palette,
  Search,
  ShieldCheck,
  Sun,
  UserRound,
  Users,
} from "lucide-react";
import { useMemo } from "react";
import { useT } from "../../../i18n/index.ts";
import { setTheme } from "../../../model/appearance.ts";
import type { PaletteCommand } from "../../../model/palette.ts";
import { useRouter, useSession } from "../../context.tsx";
import type { Opened } from "../useShortcuts.ts";

interface Command extends PaletteCommand {
  readonly icon: LucideIcon;
  readonly keys?: string;
  readonly act: () => void;
}

/** Everything that can be done from anywhere. */
export function useCommands(open: (what: Opened) => void): readonly Command[] {
  const t = useT();
  const router = useRouter();
  const { client } = useSession();
  return useMemo(() => {
    const settings = (
      page: "profile" | "privacy" | "notifications" | "devices" | "appearance" | "data",
      icon: LucideIcon,
    ): Command => ({
      id: page,
      label: `${t("settings.title")}: ${t(`settings.pages.${page}`)}`,
      icon,
      act: () => router.go({ name: "settings", page }),
    });
    const readAll = () => {
      for (const channel of client.channels()) {
        if (channel.unread > 0) void client.read(channel.id, channel.head).catch(() => undefined);
        if (channel.registers.markedUnread) {
          void client.setRegisters(channel.id, { markedUnread: false }).catch(() => undefined);
        }
      }
    };
    return [
      {
        id: "chat",
        label: t("people.newChat"),
        icon: MessageSquarePlus,
        keys: "Ctrl+Alt+N",
        act: () => open("chat"),
      },
      { id: "group", label: t("people.newGroup"), icon: Users, act: () => open("group") },
      {
        id: "search",
        label: t("search.title"),
        icon: Search,
        keys: "Ctrl+Shift+F",
        act: () => router.go({ name: "search" }),
      },
      { id: "readAll", label: t("palette.readAll"), icon: CheckCheck, act: readAll },
      { id: "light", label: t("palette.light"), icon: Sun, act: () => setTheme("light") },
      { id: "dark", label: t("palette.dark"), icon: Moon, act: () => setTheme("dark") },
      settings("profile", UserRound),
      settings("privacy", ShieldCheck),
      settings("notifications", Bell),
      settings("devices", MonitorSmartphone),
      settings("appearance", Palette),
      settings("data", HardDrive),
      { id: "help", label: t("shortcuts.title"), icon: Keyboard, keys: "?", act: () => open("help") },
    ];
  }, [t, router, client, open]);
}
