import {
  ArrowLeft,
  Bell,
  ChevronRight,
  HardDrive,
  type LucideIcon,
  MonitorSmartphone,
  Palette,
  ShieldCheck,
} from "lucide-react";
import { useRef } from "react";
import { useT } from "../../../i18n/index.ts";
import type { SettingsPage } from "../../../model/router.ts";
import { useObservable, useRoute, useRouter, useSession } from "../../context.tsx";
import { Avatar } from "../../kit/Avatar.tsx";
import { cx } from "../../kit/cx.ts";
import { IconButton } from "../../kit/IconButton.tsx";
import { useArrival } from "../../useArrival.ts";
import { AppearancePage } from "./AppearancePage.tsx";
import { DataPage } from "./DataPage.tsx";
import { DevicesPage } from "./DevicesPage.tsx";
import { NotificationsPage } from "./NotificationsPage.tsx";
import { PrivacyPage } from "./PrivacyPage.tsx";
import { ProfilePage } from "./ProfilePage.tsx";
import styles from "./Settings.module.css";
import { SignOut } from "./SignOut.tsx";

const entries: readonly { readonly page: Exclude<SettingsPage, "profile">; readonly icon: LucideIcon }[] = [
  { page: "privacy", icon: ShieldCheck },
  { page: "notifications", icon: Bell },
  { page: "devices", icon: MonitorSmartphone },
  { page: "appearance", icon: Palette },
  { page: "data", icon: HardDrive },
];

/** The settings: their menu beside the chosen page, one after the other on a phone. */
export function SettingsScreen({ part }: { readonly part: "menu" | "page" }) {
  const route = useRoute();
  const page = route.name === "settings" ? route.page : undefined;
  return part === "menu" ? <SettingsMenu current={page ?? "profile"} /> : <Page page={page ?? "profile"} />;
}

function SettingsMenu({ current }: { readonly current: SettingsPage }) {
  const t = useT();
  const router = useRouter();
  const me = useObservable(useSession().people.me);
  const route = useRoute();
  const menu = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useArrival(route.name === "settings" && route.page === undefined ? "menu" : undefined, () => {
    const { previous } = router;
    const entry = previous?.name === "settings" ? `[data-page=${previous.page}]` : undefined;
    return (entry && menu.current?.querySelector<HTMLElement>(entry)) || heading.current;
  });
  const go = (page: SettingsPage) => router.go({ name: "settings", page });
  return (
    <nav ref={menu} className={styles.menu} aria-label={t("settings.title")}>
      <header className={styles.menuHead}>
        <IconButton icon={ArrowLeft} label={t("common.back")} mirrored tip={false} onClick={() => router.up(true)} />
        <h2 ref={heading} className={styles.menuTitle} tabIndex={-1}>
          {t("settings.title")}
        </h2>
      </header>
      <ul className={styles.entries}>
        <li>
          <button
            type="button"
            className={cx(styles.entry, styles.own, current === "profile" && styles.chosen)}
            aria-current={current === "profile" ? "page" : undefined}
            data-page="profile"
            onClick={() => go("profile")}
          >
            <Avatar seed={me?.profile.account ?? ""} name={me?.profile.displayName ?? ""} avatar={me?.profile.avatar} />
            <span className={styles.entryText}>
              <span className={styles.ownName}>
                <bdi>{me?.profile.displayName || me?.profile.handle}</bdi>
              </span>
              <span className={styles.small}>{t("settings.pages.profile")}</span>
            </span>
            <ChevronRight className={styles.further} size={20} aria-hidden="true" />
          </button>
        </li>
        {entries.map(({ page, icon: Icon }) => (
          <li key={page}>
            <button
              type="button"
              className={cx(styles.entry, current === page && styles.chosen)}
              aria-current={current === page ? "page" : undefined}
              data-page={page}
              onClick={() => go(page)}
            >
              <span className={styles.sign} aria-hidden="true">
                <Icon size={20} />
              </span>
              <span className={styles.entryText}>
                {t(`settings.pages.${page}`)}
                <span className={styles.small}>{t(`settings.about.${page}`)}</span>
              </span>
              <ChevronRight className={styles.further} size={20} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
      <SignOut />
      <a className={styles.licenses} href="/licenses.txt" target="_blank" rel="noreferrer">
        {t("settings.licenses")}
      </a>
    </nav>
  );
}

function Page({ page }: { readonly page: SettingsPage }) {
  const t = useT();
  const router = useRouter();
  const heading = useRef<HTMLHeadingElement>(null);
  useArrival(page, () => heading.current);
  return (
    <section className={styles.page} aria-label={t(`settings.pages.${page}`)}>
      <header className={styles.bar}>
        <span className={styles.phoneOnly}>
          <IconButton icon={ArrowLeft} label={t("common.back")} mirrored tip={false} onClick={() => router.up(true)} />
        </span>
        <h2 ref={heading} className={styles.title} tabIndex={-1}>
          {t(`settings.pages.${page}`)}
        </h2>
      </header>
      <div className={styles.scroll}>
        <div className={styles.body}>
          {page === "profile" && <ProfilePage />}
          {page === "privacy" && <PrivacyPage />}
          {page === "notifications" && <NotificationsPage />}
          {page === "devices" && <DevicesPage />}
          {page === "appearance" && <AppearancePage />}
          {page === "data" && <DataPage />}
        </div>
      </div>
    </section>
  );
}
