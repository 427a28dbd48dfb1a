/** Connection states: when to connect, with which credential, and what an ending means. */
import { ParleyError } from "../errors.ts";
import type * as fr from "../gen/messages.ts";
import { type DeviceId, idFromBytes } from "../ids.ts";
import type { ClientState } from "../types.ts";
import { Backoff, type CloseReason, explainClose, policyOf } from "./backoff.ts";
import type { Core } from "./core.ts";
import { type ServerFrame, toAccountId, toError, toIncarnation } from "./wire.ts";
import { modes } from "./wire_out.ts";

const protocolVersion = 1;
const closeNormal = 1000;
const closeGoingAway = 1001;
const closeMalformed = 4400;
/** What may be sent before the welcome, with room for framing (limit hello_bytes). */
const firstFlight = 7_000;
/** Wakes are passed over that come so soon after the last attempt, or while something was heard just now. */
const wakePause = 1_000;
const dayMs = 86_400_000;

export class ConnectionPart {
  state: ClientState = { name: "signed_out" };
  /** Of the server when welcome came, minus this device's. */
  clockOffset = 0;
  /** The number of the last connection that was asked for. */
  number = 0;
  readonly #core: Core;
  readonly #backoff: Backoff;
  readonly #tokenBackoff: Backoff;
  #waitUntil = 0;
  #deadline = 0;
  #attemptAt = 0;
  #liveSince = 0;
  #lastHeard = 0;
  /** A device that woke up wants to hear something by then. */
  #probeUntil = 0;
  #heartbeat = 30_000;
  /** The server's word on the next attempt. */
  #retryAfter = 0;
  #helloResumes = false;
  #resumeToken = new Uint8Array(0);
  #resumeMade = 0;
  #token = "";
  #tokenEnds = 0;
  #renewAt = 0;
  #tokenAsked = false;
  /** To the server, which then means it when it refuses a session. */
  #tokenShown = false;
  /** Since the session was last live. */
  #tokenRefused = false;
  #refusedToken: string | undefined;

  constructor(core: Core) {
    this.#core = core;
    const { firstBackoff, longestBackoff } = core.settings;
    this.#backoff = new Backoff(firstBackoff, longestBackoff, core.random);
    this.#tokenBackoff = new Backoff(firstBackoff, longestBackoff, core.random);
  }

  /** Whether frames may come. */
  get isUp(): boolean {
    return this.state.name === "greeting" || this.isEstablished;
  }
  get isEstablished(): boolean {
    return this.state.name === "syncing" || this.state.name === "live";
  }
  get #isOpen(): boolean {
    return this.isUp || this.state.name === "connecting";
  }

  go(state: ClientState): void {
    if (this.state.name === state.name && state.name !== "waiting") return;
    this.state = state;
    this.#core.turn.tell("state", { state });
  }

  // ---- from outside -------------------------------------------------------------------------------------------------

  start(now: number): void {
    if (this.#isOpen || this.state.name === "waiting") return;
    this.#begin(now);
  }

  /** Closes the connection and stays so: "stopped", or "signed_out", which also forgets all tokens. */
  end(state: ClientState & { name: "stopped" | "signed_out" }): void {
    if (this.#isOpen) this.#close(closeNormal);
    this.#drop();
    this.#waitUntil = 0;
    this.#tokenAsked = false;
    if (state.name === "signed_out") {
      this.#token = "";
      this.#resumeToken = new Uint8Array(0);
      this.#tokenRefused = false;
    }
    this.go(state);
    this.#core.questions.failAll(state.why ?? new ParleyError("closed", "The client stopped before the answer."));
  }

  opened(now: number): void {
    if (this.state.name !== "connecting") return;
    this.#lastHeard = now;
    this.go({ name: "greeting" });
    this.#hello(now);
  }

  closed(now: number, code: number): void {
    if (this.#isOpen) this.#lost(now, explainClose(code));
  }

  heard(now: number): void {
    this.#lastHeard = now;
    this.#probeUntil = 0;
  }

  unreadable(now: number): void {
    this.#close(closeMalformed);
    this.#lost(now, { policy: "backoff", why: new ParleyError("malformed", "A frame of the server cannot be read.") });
  }

  /** The device woke up, or has a network again. */
  wake(now: number): void {
    if (this.state.name === "waiting" && this.#waitUntil > 0 && now - this.#attemptAt >= wakePause) {
      return this.#begin(now);
    }
    if (!this.isEstablished || this.#probeUntil > 0 || now - this.#lastHeard < wakePause) return;
    this.#probeUntil = now + this.#core.settings.wakeTimeout;
    this.#core.inbox.ask(now);
  }

  check(now: number): void {
    if (this.state.name === "waiting" && this.#waitUntil > 0 && now >= this.#waitUntil) return this.#begin(now);
    if (this.#deadline > 0 && now >= this.#deadline) return this.#unanswered(now, "backoff");
    if (!this.isEstablished) return;
    const { requests, settings, inbox } = this.#core;
    const waitsSince = requests.oldest;
    const isLate = waitsSince > 0 && now - waitsSince >= settings.answerTimeout;
    // Nothing for twice the heartbeat: the device slept, or the network went without a word.
    const isSilent = now - this.#lastHeard >= 2 * this.#heartbeat;
    const isDeaf = this.#probeUntil > 0 && now >= this.#probeUntil;
    if (isLate || isSilent || isDeaf) return this.#unanswered(now, "now");
    // Its pings are not seen here: a question finds out whether the server is there, and whether something was missed.
    if (now - this.#lastHeard >= this.#silence && requests.size === 0) inbox.ask(now);
    if (this.#renewAt === 0 || now < this.#renewAt) return;
    this.#renewAt = 0;
    // The answer to the one on its way says when it is time again.
    if (requests.waitsFor("token")) return;
    if (!this.#tokenShown && this.#hasToken(now)) this.#sendToken(now);
    else this.#wantToken();
  }

  wishes(): number[] {
    if (!this.isEstablished) return this.state.name === "waiting" ? [this.#waitUntil] : [this.#deadline];
    const { requests, settings } = this.#core;
    const oldest = requests.oldest;
    return [
      oldest > 0 ? oldest + settings.answerTimeout : this.#lastHeard + this.#silence,
      this.#lastHeard + 2 * this.#heartbeat,
      this.#probeUntil,
      this.#renewAt,
    ];
  }

  get #silence(): number {
    return this.#heartbeat + 5_000;
  }

  // ---- connecting ---------------------------------------------------------------------------------------------------

  #begin(now: number): void {
    if (!this.#canResume(now) && !this.#hasToken(now)) return this.#waitForToken(undefined);
    this.#waitUntil = 0;
    this.#deadline = now + this.#core.settings.connectTimeout;
    this.#attemptAt = now;
    this.#retryAfter = 0;
    this.go({ name: "connecting" });
    this.#core.turn.actions.push({ kind: "connect", connection: ++this.number });
  }

  #hello(now: number): void {
    const { requests, settings, session, inbox } = this.#core;
    this.#helloResumes = this.#canResume(now);
    if (!this.#helloResumes) this.#tokenShown = true;
    const credential = this.#helloResumes ? { resumeToken: this.#resumeToken } : { accessToken: this.#token };
    const size = this.#helloResumes ? this.#resumeToken.length : this.#token.length;
    requests.ask(
      now,
      { kind: "hello" },
      {
        case: "hello",
        value: { version: protocolVersion, ...credential, mode: modes[settings.mode], client: settings.client },
      },
    );
    if (size + settings.client.length + session.version.length < firstFlight) inbox.ask(now);
  }

  answered(now: number, asked: "hello" | "token", frame: ServerFrame): void {
    const { body } = frame;
    if (asked === "hello") {
      if (body.case === "welcome") this.#welcome(now, body.value);
      if (body.case === "error") this.#refused(now, toError(body.value));
      return;
    }
    if (body.case === "error") {
      this.#refusedToken = this.#token;
      this.#token = "";
      this.#renewAt = now + this.#tokenBackoff.next();
      return;
    }
    this.#tokenShown = true;
    if (body.case === "welcome") {
      this.#tokenBackoff.reset();
      this.#setSessionEnd(now, sessionEnd(now, body.value));
      this.#takeResumeToken(now, body.value);
    } else {
      this.#setSessionEnd(now, this.#tokenEnds);
    }
  }

  #welcome(now: number, welcome: fr.Welcome): void {
    const core = this.#core;
    const account = toAccountId(welcome.account);
    const incarnation = toIncarnation(welcome.incarnation);
    if (account === undefined || incarnation === undefined) {
      return this.giveUp(now, { policy: "never", why: new ParleyError("malformed", "The welcome cannot be read.") });
    }
    if (core.session.account !== undefined && core.session.account !== account) {
      const why = new ParleyError("unauthenticated", "What is stored belongs to another account.");
      return this.giveUp(now, { policy: "never", why });
    }
    for (const limit of welcome.limits) core.limits.set(limit.name, limit.value);
    if (welcome.heartbeatMs > 0) this.#heartbeat = welcome.heartbeatMs;
    this.clockOffset = welcome.time - now;
    this.#setSessionEnd(now, sessionEnd(now, welcome));
    const isRestored = core.session.incarnation !== undefined && core.session.incarnation !== incarnation;
    core.session.account = account;
    const device = idFromBytes<DeviceId>(welcome.device);
    if (device !== undefined) core.session.device = device;
    core.session.incarnation = incarnation;
    if (isRestored) core.session.version = new Uint8Array(0);
    core.saveSession();
    this.#takeResumeToken(now, welcome);
    this.#deadline = 0;
    this.#liveSince = now;
    this.go({ name: "syncing" });
    core.inbox.welcomed(now, isRestored);
    core.own.welcomed(now);
    core.receipts.welcomed(now);
  }

  #takeResumeToken(now: number, welcome: fr.Welcome): void {
    if (welcome.resumeToken.length === 0) return;
    this.#resumeToken = new Uint8Array(welcome.resumeToken);
    this.#resumeMade = now;
  }

  // ---- endings ------------------------------------------------------------------------------------------------------

  giveUp(now: number, reason: CloseReason): void {
    this.#close(reason.policy === "never" ? closeNormal : closeGoingAway);
    this.#lost(now, reason);
  }

  /** An error without a request: the last word before a close. */
  lastWord(now: number, error: fr.Error): void {
    if (this.state.name === "greeting") return this.#refused(now, toError(error));
    this.#retryAfter = error.retryAfterMs;
  }

  #unanswered(now: number, policy: "now" | "backoff"): void {
    this.giveUp(now, { policy, why: new ParleyError("unreachable", "The server does not answer.") });
  }

  #refused(now: number, why: ParleyError): void {
    this.#retryAfter = why.retryAfterMs;
    this.giveUp(now, { policy: policyOf(why), why });
  }

  #close(code: number): void {
    this.#core.turn.actions.push({ kind: "close", code });
  }

  #drop(): void {
    const core = this.#core;
    this.#deadline = this.#renewAt = this.#probeUntil = 0;
    core.events.disconnected();
    core.repair.disconnected();
    core.inbox.disconnected();
    core.sends.disconnected();
    const questions = [];
    for (const asked of core.requests.takeAll()) {
      if (asked.kind === "question") questions.push(asked.question);
      else if (asked.kind === "history") core.repair.takeBack(asked.channel);
      else if (asked.kind === "cursor") core.receipts.takeBack(asked.channel);
      else if (asked.kind === "wish") core.wishes.takeBack(asked.channel);
      else if (asked.kind === "channel") core.inbox.takeBack(asked.channel);
    }
    core.questions.putBack(questions);
  }

  #lost(now: number, { policy, why }: CloseReason): void {
    const wasLive = this.isEstablished;
    this.#drop();
    if (wasLive && now - this.#liveSince >= this.#core.settings.steady) {
      this.#backoff.reset();
      this.#tokenRefused = false;
    }
    if (policy === "never") {
      this.#waitUntil = 0;
      return this.end({ name: "stopped", why });
    }
    if (policy === "auth") return this.#credentialRefused(now, why);
    if (policy === "now" && wasLive && this.#backoff.attempts === 0) {
      this.#backoff.next();
      return this.#begin(now);
    }
    this.#wait(now + Math.max(this.#backoff.next(), this.#retryAfter), why);
  }

  #wait(until: number, why: ParleyError): void {
    this.#waitUntil = until;
    this.go({ name: "waiting", why, retryAt: until });
  }

  // ---- credentials --------------------------------------------------------------------------------------------------

  #canResume(now: number): boolean {
    return this.#resumeToken.length > 0 && now - this.#resumeMade < this.#core.settings.resumeLife;
  }
  #hasToken(now: number): boolean {
    return this.#token !== "" && now < this.#tokenEnds;
  }

  #wantToken(): void {
    if (this.#tokenAsked) return;
    this.#tokenAsked = true;
    const renew = this.isEstablished && this.#token !== "" ? this.#token : undefined;
    this.#core.turn.actions.push({ kind: "token", refused: this.#refusedToken, renew });
  }

  #waitForToken(why: ParleyError | undefined): void {
    this.#waitUntil = 0;
    this.go({ name: "waiting", ...(why !== undefined ? { why } : {}) });
    this.#wantToken();
  }

  takeToken(now: number, token: string, ends: number): void {
    this.#tokenAsked = false;
    this.#tokenShown = false;
    this.#token = token;
    this.#tokenEnds = ends;
    this.#refusedToken = undefined;
    if (this.isEstablished) this.#sendToken(now);
    else if (this.state.name === "waiting" && this.#waitUntil === 0) this.#begin(now);
  }

  /** There is none for now: it is asked for again after a back-off. */
  tokenUnavailable(now: number, why: ParleyError): void {
    this.#tokenAsked = false;
    const again = now + Math.max(this.#backoff.next(), why.retryAfterMs);
    if (this.isEstablished) this.#renewAt = again;
    else if (this.state.name === "waiting" && this.#waitUntil === 0) this.#wait(again, why);
  }

  /** Before the one in force ends. */
  renewToken(now: number): void {
    this.#renewAt = now;
  }

  #sendToken(now: number): void {
    this.#core.requests.ask(now, { kind: "token" }, { case: "newToken", value: { accessToken: this.#token } });
  }

  #setSessionEnd(now: number, end: number): void {
    this.#renewAt = end - Math.min(this.#core.settings.tokenLead, Math.max((end - now) / 2, 0));
  }

  #credentialRefused(now: number, why: ParleyError): void {
    const isResumeRefused = this.#helloResumes && this.state.name === "greeting";
    this.#resumeToken = new Uint8Array(0);
    // A token that came meanwhile is a good one: to ask for the next would use up what others may still have to show.
    if (isResumeRefused || (this.#hasToken(now) && !this.#tokenShown)) return this.#begin(now);
    this.#refusedToken = this.#token === "" ? this.#refusedToken : this.#token;
    this.#token = "";
    const isFirst = !this.#tokenRefused;
    this.#tokenRefused = true;
    if (isFirst) return this.#waitForToken(why);
    // New tokens are refused too: ask for the next one after a while.
    this.#wait(now + this.#backoff.next(), why);
  }
}

/** By this device's clock; a session without an end is looked at once a day. */
function sessionEnd(now: number, { sessionEnds, time }: fr.Welcome): number {
  return now + (sessionEnds === 0 ? dayMs : sessionEnds - time);
}
