/**
 * Which tab leads: the one that has the Web Lock. The browser gives it on when that tab is gone; from one that is there
 * but answers nobody it can be taken. Where there are no Web Locks (no secure context), whoever finds nobody leading
 * leads; that there may be two for a moment is the store's to sort out.
 */
export type Locks = Pick<LockManager, "request">;

export class Election {
  readonly #name: string;
  readonly #locks: Locks | undefined;
  readonly #elected: () => void;
  readonly #deposed: () => void;
  /** Waits for the lock, or holds it. */
  #candidacy: Candidacy | undefined;

  constructor(name: string, locks: Locks | undefined, elected: () => void, deposed: () => void) {
    this.#name = name;
    this.#locks = locks;
    this.#elected = elected;
    this.#deposed = deposed;
  }

  /** Whether the lock tells by itself when the leader is gone. */
  get hasLocks(): boolean {
    return this.#locks !== undefined;
  }

  /** Leads as soon as nobody else does. */
  stand(): void {
    this.withdraw();
    this.#request({});
  }

  /** Leads now, whoever leads. */
  take(): void {
    this.withdraw();
    if (this.#locks === undefined) this.#elected();
    else this.#request({ steal: true });
  }

  /** Leads no longer, and does not want to. */
  withdraw(): void {
    const candidacy = this.#candidacy;
    this.#candidacy = undefined;
    candidacy?.aborted.abort();
    candidacy?.release?.();
  }

  #request(options: { steal?: boolean }): void {
    if (this.#locks === undefined) return;
    const candidacy: Candidacy = { aborted: new AbortController(), release: undefined };
    this.#candidacy = candidacy;
    const isCurrent = () => this.#candidacy === candidacy;
    const hold = () => {
      if (!isCurrent()) return undefined;
      const held = new Promise<void>((resolve) => {
        candidacy.release = resolve;
      });
      this.#elected();
      return held;
    };
    // Whoever steals cannot be stopped any more.
    const how = options.steal === true ? { steal: true } : { signal: candidacy.aborted.signal };
    this.#locks.request(this.#name, how, hold).catch(() => {
      if (!isCurrent()) return;
      this.#candidacy = undefined;
      this.#deposed();
    });
  }
}

interface Candidacy {
  readonly aborted: AbortController;
  release: (() => void) | undefined;
}
