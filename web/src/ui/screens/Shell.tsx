import { useCallback, useEffect, useState } from "react";
import mark from "../../brand/mark.svg";
import { useT } from "../../i18n/index.ts";
import { useObservable, useRoute, useRouter, useSession } from "../context.tsx";
import { cx } from "../kit/cx.ts";
import { EmptyState } from "../kit/EmptyState.tsx";
import { keyText } from "../kit/keys.ts";
import { later } from "../later.tsx";
import { useActive } from "../useActive.ts";
import { narrow, useMedia } from "../useMedia.ts";
import { useNotifications } from "../useNotifications.ts";
import { useRefusals } from "../useRefusals.ts";
import { ChannelPane } from "./channels/ChannelPane.tsx";
import { ConnectionBanner } from "./channels/ConnectionBanner.tsx";
import { useTitle } from "./channels/useTitle.ts";
import styles from "./Shell.module.css";
import { type Opened, useShortcuts } from "./useShortcuts.ts";

// What the first screen does not need comes when it is wanted.
const ConversationScreen = later(
  async () => (await import("./conversation/ConversationScreen.tsx")).ConversationScreen,
);
const InfoScreen = later(async () => (await import("./people/InfoScreen.tsx")).InfoScreen);
const SearchScreen = later(async () => (await import("./SearchScreen.tsx")).SearchScreen);
const SettingsScreen = later(async () => (await import("./settings/SettingsScreen.tsx")).SettingsScreen);
const JoinDialog = later(async () => (await import("./people/JoinDialog.tsx")).JoinDialog);
const NewChatDialog = later(async () => (await import("./people/NewChatDialog.tsx")).NewChatDialog);
const NewGroupDialog = later(async () => (await import("./people/NewGroupDialog.tsx")).NewGroupDialog);
const Palette = later(async () => (await import("./palette/Palette.tsx")).Palette);
const ShortcutsDialog = later(async () => (await import("./ShortcutsDialog.tsx")).ShortcutsDialog);

const hints = [
  { opens: "palette", label: "palette.title", keys: "Ctrl+K" },
  { opens: "search", label: "search.inMessages", keys: "Ctrl+Shift+F" },
  { opens: "help", label: "shortcuts.title", keys: "?" },
] as const;

/** Two panes where there is room: the list, and what was chosen. One of them on a phone. */
export function Shell() {
  const t = useT();
  const route = useRoute();
  const [opened, setOpened] = useState<Opened>();
  const close = () => setOpened(undefined);
  const router = useRouter();
  const goHome = useCallback(() => router.go({ name: "home" }, { replace: true }), [router]);
  useEffect(() => router.route.subscribe(() => setOpened(undefined)), [router]);
  const isReady = useObservable(useSession().list.ready);
  useTitle();
  useActive();
  useNotifications();
  useRefusals();
  useShortcuts(setOpened);
  // Sooner or later somebody opens a conversation, and then it has to be there.
  useEffect(() => void ConversationScreen.load().catch(() => undefined), []);
  const isNarrow = useMedia(narrow);
  const isMenu = route.name === "settings" && route.page === undefined;
  const isList = route.name === "home" || route.name === "join" || isMenu;
  return (
    <div className={cx(styles.shell, isList ? styles.atList : styles.atDetail)}>
      <a className={styles.skip} href="#main">
        {t("app.skip")}
      </a>
      <h1 className={styles.name}>Parley</h1>
      <div className={styles.list} role={isNarrow && isList ? "main" : undefined}>
        {route.name === "settings" ? (
          <>
            <News />
            <SettingsScreen part="menu" />
          </>
        ) : (
          <ChannelPane onOpen={setOpened} />
        )}
      </div>
      <main id="main" className={styles.detail} tabIndex={-1}>
        {isNarrow && !isList && <News />}
        <Detail onOpen={setOpened} />
      </main>
      {route.name === "join" && isReady && <JoinDialog key={route.link} link={route.link} onClose={goHome} />}
      {opened === "help" && <ShortcutsDialog onClose={close} />}
      {opened === "palette" && <Palette onClose={close} onOpen={setOpened} />}
      {opened === "chat" && <NewChatDialog onClose={close} />}
      {opened === "group" && <NewGroupDialog onClose={close} />}
    </div>
  );
}

/** Of the connection, where there is no list that tells it. */
function News() {
  return (
    <div className={styles.news}>
      <ConnectionBanner />
    </div>
  );
}

function Detail({ onOpen }: { readonly onOpen: (what: Opened) => void }) {
  const t = useT();
  const router = useRouter();
  const route = useRoute();
  switch (route.name) {
    case "channel":
      return <ConversationScreen key={route.channel} channelId={route.channel} at={route.at} />;
    case "info":
      return <InfoScreen key={route.channel} channelId={route.channel} />;
    case "settings":
      return <SettingsScreen part="page" />;
    case "search":
      return <SearchScreen />;
    default:
      return (
        <EmptyState
          picture={<img src={mark} alt="" width={72} height={72} className={styles.mark} />}
          title={t("list.choose")}
          text={t("list.chooseText")}
        >
          <ul className={styles.hints}>
            {hints.map(({ opens, label, keys }) => (
              <li key={opens}>
                <button
                  type="button"
                  className={styles.hint}
                  onClick={() => (opens === "search" ? router.go({ name: "search" }) : onOpen(opens))}
                >
                  {t(label)}
                  <kbd>{keyText(keys)}</kbd>
                </button>
              </li>
            ))}
          </ul>
        </EmptyState>
      );
  }
}
