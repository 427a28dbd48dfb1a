/** Every screen with every look: a picture of it, and nothing for axe to find. */
import type { Page } from "@playwright/test";
import type { ChannelId } from "../../../sdk/src/index.ts";
import type { Person } from "../support/people.ts";
import { expect, type Seat, test } from "../support/stories.ts";
import { atLeisure, everyRun, type Look } from "./looks.ts";
import { isForReadme, isInReadme, isLookOfReadme, keepForReadme } from "./readme.ts";
import { type Screen, type Stage, screens, tunnel } from "./screens.ts";
import { findings, go, isSettled, picture, stretchTimes, tidy } from "./stage.ts";
import { type Words, wordsOf } from "./words.ts";
import { makeWorld, type World } from "./world.ts";

type Open = (who: Person | undefined, path?: string) => Promise<Seat>;

// SCREENS_ONLY=list,group shows those alone.
const only = process.env.SCREENS_ONLY || undefined;
const isWanted = (name: string, look: Look): boolean =>
  (only === undefined || only.split(",").includes(name)) && (!isForReadme || isInReadme(name, look.name));

function looks(): readonly Look[] {
  const all = [...everyRun, ...atLeisure];
  if (isForReadme) return all.filter(({ name }) => isLookOfReadme(name));
  return process.env.SCREENS === "all" ? all : everyRun;
}

for (const look of looks()) {
  test(`everybody can use every screen: ${look.name}`, async ({ open, person }) => {
    // Some sixty screens: seconds on a quiet machine, minutes on one that does much besides.
    test.setTimeout(900_000);
    const world = await makeWorld(person);
    const made = Date.now();
    const more = {
      serviceWorkers: "block",
      ...(isForReadme ? { deviceScaleFactor: look.isPhone ? 2 : 1.5 } : {}),
    } as const;
    const opened: Open = async (who, path = "/") => {
      const seat = await open(who, { path: "/healthz", browser: { ...more, ...look.browser } });
      seat.page.setDefaultTimeout(120_000);
      await seat.page.addInitScript(stretchTimes, made);
      await seat.page.goto(path);
      return seat;
    };
    await strangers(opened, look, world);
    await newcomers(opened, look, world);
    const { page, network } = await opened(world.ana);
    const stage: Stage = { page, world, words: wordsOf(look.language), isPhone: look.isPhone };
    for (const screen of screens) if (isWanted(screen.name, look)) await visit(stage, screen, look);
    if (isForReadme) return;
    await limbo(opened, look, world);
    await go(page, "/");
    network.cut();
    await expect(page.getByText(stage.words("connection.offline"))).toBeVisible();
    await show(page, "offline", look);
    for (const screen of tunnel) if (isWanted(screen.name, look)) await visit(stage, screen, look);
  });
}

/** Takes the picture, and looks at what is there. */
async function show(page: Page, name: string, look: Look): Promise<void> {
  if (!isWanted(name, look)) return;
  await isSettled(page);
  if (isForReadme) return keepForReadme(page, name, look.name);
  await picture(page, `${name}-${look.name}`);
  expect.soft(await findings(page), `${name} (${look.name})`).toEqual([]);
}

async function visit(stage: Stage, { name, path, act }: Screen, look: Look): Promise<void> {
  await test.step(name, async () => {
    await go(stage.page, path(stage.world));
    await isSettled(stage.page);
    await act?.(stage);
    await show(stage.page, name, look);
    await tidy(stage.page);
    // What is begun on a screen ends with it.
    await go(stage.page, "/");
  });
}

async function strangers(open: Open, look: Look, { link }: World): Promise<void> {
  const words = wordsOf(look.language);
  const { page } = await open(undefined, "/sign-in");
  await show(page, "sign-in", look);
  const field = (key: string) => page.getByLabel(words(key), { exact: true });
  await field("auth.handle").fill("ana");
  await field("auth.password").fill("not the one");
  await page.getByRole("button", { name: words("auth.signIn") }).click();
  await expect(page.getByText(words("errors.wrong_credentials"))).toBeVisible();
  await show(page, "sign-in-wrong", look);
  await page.getByRole("button", { name: words("auth.signUp") }).click();
  await show(page, "sign-up", look);
  await field("auth.handle").fill("ana");
  await field("auth.password").fill("correct horse battery");
  await page.getByRole("button", { name: words("auth.signUp") }).click();
  await expect(page.getByText(words("errors.handle_taken"))).toBeVisible();
  await show(page, "sign-up-taken", look);
  await page.goto("about:blank");
  await page.goto(`/join#${link}`);
  await show(page, "join", look);
}

async function newcomers(open: Open, look: Look, { newcomer }: World): Promise<void> {
  const words = wordsOf(look.language);
  const { page } = await open(newcomer);
  await expect(page.getByText(words("list.empty"))).toBeVisible();
  await show(page, "empty", look);
  await page.getByRole("button", { name: words("people.newChat") }).click();
  await expect(page.getByText(words("people.noContacts"))).toBeVisible();
  await show(page, "new-chat-empty", look);
}

/** What one sees while nothing comes, and where something went wrong. */
async function limbo(open: Open, look: Look, { ana, direct }: World): Promise<void> {
  const words = wordsOf(look.language);
  const { page } = await open(ana);
  await expect(page.getByText("Ben Okafor").first()).toBeVisible();
  await page.route("**/v1/devices", () => {});
  await page.route("**/v1/blocks*", (route) => route.abort());
  await go(page, "/settings/devices");
  await show(page, "skeleton-devices", look);
  await go(page, "/settings/privacy");
  await expect(page.getByText(words("errors.offline"))).toBeVisible();
  await show(page, "problem-privacy", look);

  const silent = await open(ana, "/healthz");
  await silent.page.routeWebSocket(/./u, () => {});
  await nothingComes(silent.page, look, words, direct);
}

async function nothingComes(page: Page, look: Look, words: Words, direct: ChannelId): Promise<void> {
  await page.goto("/");
  await expect(page.getByRole("status", { name: words("common.loading") })).toBeVisible();
  await show(page, "skeleton", look);
  await go(page, `/c/${direct}`);
  await show(page, "skeleton-conversation", look);
  await page.route("**/assets/SearchScreen*", (route) => route.abort());
  await go(page, "/search");
  await expect(page.getByText(words("errors.offline"))).toBeVisible();
  await show(page, "screen-missing", look);
}
