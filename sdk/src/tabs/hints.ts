/** What the tabs want of the one connection, taken together. */
import type { ChatClient } from "../client.ts";
import type { TabHints, TabId } from "./messages.ts";

export const noHints: TabHints = { active: true, watched: [], opened: [] };

interface Member {
  hints: TabHints;
  heardAt: number;
}

export class HintsOfTabs {
  readonly #client: Pick<ChatClient, "setActive" | "watch" | "open">;
  readonly #tabs = new Map<TabId, Member>();
  #told: TabHints = noHints;

  constructor(client: Pick<ChatClient, "setActive" | "watch" | "open">) {
    this.#client = client;
  }

  get size(): number {
    return this.#tabs.size;
  }
  has(tab: TabId): boolean {
    return this.#tabs.has(tab);
  }

  set(tab: TabId, hints: TabHints, now: number): void {
    const before = this.#tabs.get(tab)?.hints ?? noHints;
    this.#tabs.set(tab, { hints, heardAt: now });
    // Who begins to watch is to be told how it is now, also where another tab has been told before.
    this.#tell(hints.watched.length > 0 && hints.watched.join() !== before.watched.join());
  }
  remove(tab: TabId): void {
    if (this.#tabs.delete(tab)) this.#tell();
  }
  heard(tab: TabId, now: number): void {
    const member = this.#tabs.get(tab);
    if (member !== undefined) member.heardAt = now;
  }
  /** Of tabs that ended without a word. */
  forgetSilent(since: number, but: TabId): void {
    const silent = [...this.#tabs].filter(([tab, member]) => tab !== but && member.heardAt < since);
    for (const [tab] of silent) this.#tabs.delete(tab);
    if (silent.length > 0) this.#tell();
  }

  #tell(watchAnew = false): void {
    const all = [...this.#tabs.values()].map((member) => member.hints);
    const before = this.#told;
    const now = {
      active: all.some((hints) => hints.active),
      watched: [...new Set(all.flatMap((hints) => hints.watched))],
      opened: [...new Set(all.flatMap((hints) => hints.opened))],
    };
    this.#told = now;
    if (now.active !== before.active) this.#client.setActive(now.active);
    if (watchAnew || now.watched.join() !== before.watched.join()) this.#client.watch(now.watched);
    if (now.opened.join() !== before.opened.join()) this.#client.open(now.opened);
  }
}
