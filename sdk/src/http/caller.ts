import { ParleyError } from "../errors.ts";
import { errors, type Retry } from "../gen/tables.ts";
import { decode, type MessageName, type Messages } from "../wire/codec.ts";
import type { Operation } from "./operations.ts";

/** How long a request may take, with its answer. */
export const defaultTimeoutMs = 20_000;
const protobuf = "application/x-protobuf";

export interface CallOptions {
  /** Ends the call: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Where access tokens come from. */
export interface TokenSource {
  /** A token that is good for a while yet; rejects with a ParleyError. */
  accessToken(options?: { signal?: AbortSignal | undefined }): Promise<{ readonly token: string }>;
  /** The server did not take the token: the next one has to be another. */
  refuseToken(token: string): void;
  /** The server said that the sign-in is over. */
  endSignIn(why: ParleyError): void;
}

export interface CallerSettings {
  /** Where the server is, such as `https://chat.example.org`. */
  readonly server: string;
  readonly fetch?: typeof fetch | undefined;
  readonly timeoutMs?: number | undefined;
}

interface Request {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** The cookie with the refresh token goes along; nothing else takes cookies. */
  readonly cookie?: boolean;
}

/** Makes one request after the other, and turns whatever goes wrong into a ParleyError. */
export class HttpCaller {
  readonly #settings: CallerSettings;
  readonly #fetch: typeof fetch;

  constructor(settings: CallerSettings) {
    this.#settings = settings;
    this.#fetch = settings.fetch ?? ((input, init) => fetch(input, init));
  }

  /** The body of the answer. */
  async send(operation: Operation, token: string | undefined, request: Request, options: CallOptions = {}) {
    const { signal } = options;
    signal?.throwIfAborted();
    const ending = new AbortController();
    const timer = setTimeout(() => ending.abort(), options.timeoutMs ?? this.#settings.timeoutMs ?? defaultTimeoutMs);
    try {
      const response = await this.#fetch(this.#url(operation.path, request), {
        method: operation.method,
        headers: headersOf(token, request.body),
        ...(request.body === undefined ? {} : { body: request.body }),
        credentials: request.cookie === true ? "same-origin" : "omit",
        cache: "no-store",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: signal === undefined ? ending.signal : AbortSignal.any([signal, ending.signal]),
      });
      const body = new Uint8Array(await response.arrayBuffer());
      if (!response.ok) throw errorOf(response, body);
      return body;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ParleyError) throw error;
      const text = ending.signal.aborted ? "The server did not answer in time." : "The server could not be reached.";
      throw new ParleyError("unreachable", text, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  #url(path: string, request: Request): URL {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(request.params?.[name] ?? ""));
    const url = new URL(filled, this.#settings.server);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, String(value));
    return url;
  }
}

/** The caller for somebody who is signed in. A token that is refused is replaced once. */
export class SignedInCaller {
  readonly #caller: HttpCaller;
  readonly #tokens: TokenSource;

  constructor(caller: HttpCaller, tokens: TokenSource) {
    this.#caller = caller;
    this.#tokens = tokens;
  }

  async send(operation: Operation, request: Request, options: CallOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    for (let attempt = 1; ; attempt++) {
      const { token } = await this.#tokens.accessToken({ signal: options.signal });
      try {
        return await this.#caller.send(operation, token, request, options);
      } catch (error) {
        if (!(error instanceof ParleyError)) throw error;
        if (endsSignIn(error)) this.#tokens.endSignIn(error);
        if (error.retry !== "auth" || attempt > 1) throw error;
        this.#tokens.refuseToken(token);
      }
    }
  }

  async ask<Name extends MessageName>(
    operation: Operation,
    answer: Name,
    request: Request,
    options?: CallOptions,
  ): Promise<Messages[Name]> {
    return parse(answer, await this.send(operation, request, options));
  }
}

export function parse<Name extends MessageName>(name: Name, bytes: Uint8Array): Messages[Name] {
  try {
    return decode(name, bytes);
  } catch (error) {
    throw new ParleyError("bad_answer", "The answer is none of this server.", { cause: error });
  }
}

/** What no new token mends. */
export function endsSignIn(error: ParleyError): boolean {
  return error.name === "refresh_reused" || error.name === "device_revoked" || error.name === "account_disabled";
}

function headersOf(token: string | undefined, body: Uint8Array | undefined): Record<string, string> {
  const headers: Record<string, string> = { Accept: protobuf };
  if (token !== undefined) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = protobuf;
  return headers;
}

function errorOf(response: Response, body: Uint8Array): ParleyError {
  const told = errorInBody(body);
  const waitMs = 1000 * Number(response.headers.get("Retry-After") ?? 0) || 0;
  const retry = retryOf(response.status);
  if (told !== undefined) return ParleyError.fromServer(told.name, told.text, told.retryAfterMs || waitMs, retry);
  const text = `The answer has the status ${response.status} and is none of this server.`;
  return new ParleyError("bad_answer", text, { retryAfterMs: waitMs, retry });
}

/** For answers whose error is not known: of a newer server, or of something in between. */
function retryOf(status: number): Retry {
  if (status === errors.unauthenticated.http) return "auth";
  return status >= 500 || status === errors.timeout.http || status === errors.too_many_requests.http ? "same" : "never";
}

function errorInBody(body: Uint8Array): { name: string; text: string; retryAfterMs: number } | undefined {
  try {
    const { error } = JSON.parse(new TextDecoder().decode(body)) as { error?: Readonly<Record<string, unknown>> };
    if (typeof error?.name !== "string") return undefined;
    const wait = error.retry_after_ms;
    return { name: error.name, text: String(error.text ?? ""), retryAfterMs: typeof wait === "number" ? wait : 0 };
  } catch {
    return undefined;
  }
}
