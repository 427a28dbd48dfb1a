import type { AccountId, DeviceId } from "../ids.ts";

/** Who is signed in here. */
export interface SignInRecord {
  readonly account: AccountId;
  readonly device: DeviceId;
  /** Secret; not there where the browser keeps it in a cookie that no script can read. */
  readonly refreshToken?: string;
}

/** Where it stands who is signed in, until the next start. */
export interface SignInKeeper {
  /** The refresh token is the browser's, in its cookie, and is not in the record. */
  readonly usesCookie: boolean;
  load(): SignInRecord | undefined;
  save(record: SignInRecord | undefined): void;
  /**
   * With a cookie, that no script can throw away: the server was not told of a sign-out yet. Not kept where it is not
   * there.
   */
  owesSignOut?: boolean;
  /** Calls back when somebody else (another tab) changed it. */
  onChange?(callback: () => void): void;
}

export class MemoryKeeper implements SignInKeeper {
  readonly usesCookie: boolean = false;
  #record: SignInRecord | undefined;

  constructor(record?: SignInRecord) {
    this.#record = record;
  }
  load(): SignInRecord | undefined {
    return this.#record;
  }
  save(record: SignInRecord | undefined): void {
    this.#record = record;
  }
}

const key = "parley.signed-in";
const owedKey = "parley.sign-out-owed";

/** Ids in the browser's localStorage, the token in its cookie. Where localStorage is forbidden, until the page is left. */
export class BrowserKeeper implements SignInKeeper {
  readonly usesCookie = true;
  #record: SignInRecord | undefined;

  load(): SignInRecord | undefined {
    try {
      this.#record = parse(localStorage.getItem(key));
    } catch {
      // Forbidden: what this page knows.
    }
    return this.#record;
  }

  save(record: SignInRecord | undefined): void {
    this.#record = record && { account: record.account, device: record.device };
    try {
      if (this.#record === undefined) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(this.#record));
    } catch {
      // As above.
    }
  }

  get owesSignOut(): boolean {
    try {
      return localStorage.getItem(owedKey) !== null;
    } catch {
      return false;
    }
  }

  set owesSignOut(owes: boolean) {
    try {
      if (owes) localStorage.setItem(owedKey, "");
      else localStorage.removeItem(owedKey);
    } catch {
      // As above.
    }
  }

  onChange(callback: () => void): void {
    addEventListener("storage", (event) => {
      if (event.key === key || event.key === null) callback();
    });
  }
}

function parse(text: string | null): SignInRecord | undefined {
  if (text === null) return undefined;
  try {
    const { account, device } = JSON.parse(text) as Partial<SignInRecord>;
    return account === undefined || device === undefined ? undefined : { account, device };
  } catch {
    return undefined;
  }
}
