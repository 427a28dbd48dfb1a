/** What every story has: a server, people, and browsers that they use. */
import { type Browser, type BrowserContextOptions, test as base, type Page, request } from "@playwright/test";
import { parseId } from "../../../sdk/src/index.ts";
import { Network } from "./network.ts";
import { type Person, signUp } from "./people.ts";
import { Server, type ServerOptions } from "./server.ts";

export interface Seat {
  readonly page: Page;
  /** Between this browser and the server. */
  readonly network: Network;
  /** Another tab of the same browser. */
  tab(path?: string): Promise<Page>;
}

export interface SeatOptions {
  /** "/" where nothing is said. */
  readonly path?: string;
  readonly browser?: BrowserContextOptions;
}

interface Options {
  serverOptions: ServerOptions;
}

interface Fixtures {
  server: Server;
  /** Signs somebody up; "ana" is Ana. */
  person: (handle: string, name?: string) => Promise<Person>;
  /** A browser of their own with the app, in which `who` is signed in, or nobody. */
  open: (who: Person | undefined, options?: SeatOptions) => Promise<Seat>;
}

export const test = base.extend<Options & Fixtures>({
  serverOptions: [{}, { option: true }],

  server: async ({ serverOptions }, use) => {
    const server = await Server.start(serverOptions);
    await use(server);
    await server.remove();
  },

  person: async ({ server }, use) => {
    const people: Person[] = [];
    await use(async (handle, name = handle.charAt(0).toUpperCase() + handle.slice(1)) => {
      const person = await signUp(server.url, handle, name);
      people.push(person);
      return person;
    });
    for (const person of people) await person.close();
  },

  open: async ({ server, browser }, use) => {
    const leave: (() => Promise<void>)[] = [];
    await use(async (who, { path = "/", browser: options = {} } = {}) => {
      const network = await Network.to(server.port);
      const context = await newContext(browser, network.url, who, options);
      leave.push(
        () => context.close(),
        () => network.close(),
      );
      const tab = async (at = "/"): Promise<Page> => {
        const page = await context.newPage();
        await page.goto(at);
        return page;
      };
      return { page: await tab(path), network, tab };
    });
    for (const step of leave) await step();
  },
});

export { expect } from "@playwright/test";

/** A browser with nothing in it but a sign-in. */
async function newContext(browser: Browser, url: string, who: Person | undefined, options: BrowserContextOptions) {
  if (who === undefined) return browser.newContext({ baseURL: url, ...options });
  const { cookies, localStorage } = await signedIn(url, who);
  const storageState = { cookies, origins: [{ origin: url, localStorage }] };
  return browser.newContext({ baseURL: url, storageState, ...options });
}

/** Signs `who` in as the app does, without its screen, and gives what the browser keeps after that. */
export async function signedIn(url: string, who: Person) {
  const context = await request.newContext();
  const answer = await context.post(`${url}/v1/auth/sign-in`, {
    data: { handle: who.handle, password: who.password, deviceName: "Story", platform: "web", cookie: true },
  });
  if (!answer.ok()) throw new Error(await answer.text());
  const { account, device } = await answer.json();
  const { cookies } = await context.storageState();
  await context.dispose();
  const record = { account: parseId(account), device: parseId(device) };
  return { cookies, localStorage: [{ name: "parley.signed-in", value: JSON.stringify(record) }] };
}
