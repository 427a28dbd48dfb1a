import { type ErrorName, errors, type Retry } from "./gen/tables.ts";

/** What goes wrong on this side, beside the errors that a server answers with. */
export const clientErrors = {
  /** No answer: no network, no server there, or it took too long. */
  unreachable: { retry: "same" },
  /** An answer that no server of ours gives: a proxy's page, a portal's. */
  bad_answer: { retry: "same" },
  /** An error that this version does not know. */
  unknown_error: { retry: "never" },
  /** Nobody is signed in here, or no longer. */
  signed_out: { retry: "never" },
  /** The client was closed while it was at it. */
  closed: { retry: "never" },
  /** There is no room on this device, or the browser gives none. */
  storage_full: { retry: "same" },
  /** The browser keeps nothing for this site: private mode, forbidden, broken. */
  storage_unavailable: { retry: "never" },
  /** The browser has not promised to keep what is stored: it may delete it when it wants the room. */
  storage_at_risk: { retry: "never" },
  /** What was stored was deleted under the client: by the user, or by the browser that wanted the room. */
  storage_lost: { retry: "never" },
  /** Another tab has a newer version of this program, which stores in another form: this one has to be loaded anew. */
  storage_outdated: { retry: "never" },
  /** Another tab took over; what this one was writing was not written. */
  not_leading: { retry: "same" },
} as const satisfies Readonly<Record<string, { readonly retry: Retry }>>;

export type ClientErrorName = keyof typeof clientErrors;
export type AnyErrorName = ErrorName | ClientErrorName;

/** An error as it travels between tabs and is stored. */
export interface ErrorRecord {
  readonly name: AnyErrorName;
  readonly text: string;
  readonly retryAfterMs: number;
  readonly retry: Retry;
}

/** Whatever goes wrong, by name. The message is for people and logs, in English; programs compare `name`. */
export class ParleyError extends Error {
  override readonly name: AnyErrorName;
  /** What to do next: nothing, the same again later, the same with a new access token, connect again. */
  readonly retry: Retry;
  /** When the same may be tried again; 0 where it is not known. */
  readonly retryAfterMs: number;

  constructor(
    name: AnyErrorName,
    text: string,
    options: { retryAfterMs?: number; retry?: Retry; cause?: unknown } = {},
  ) {
    super(text, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = name;
    this.retry = options.retry ?? retryOf(name);
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }

  toRecord(): ErrorRecord {
    return { name: this.name, text: this.message, retryAfterMs: this.retryAfterMs, retry: this.retry };
  }

  static fromRecord(record: ErrorRecord): ParleyError {
    return new ParleyError(record.name, record.text, record);
  }

  /** An error that a server told by name; `retry` is for names that this version does not know. */
  static fromServer(name: string, text: string, retryAfterMs: number, retry: Retry = "never"): ParleyError {
    if (isErrorName(name)) return new ParleyError(name, text, { retryAfterMs });
    return new ParleyError("unknown_error", `${name}: ${text}`, { retryAfterMs, retry });
  }
}

export function isErrorName(name: string): name is ErrorName {
  return Object.hasOwn(errors, name);
}

function retryOf(name: AnyErrorName): Retry {
  return isErrorName(name) ? errors[name].retry : clientErrors[name].retry;
}
