/** What a server's error says about asking the same again. */
import { isErrorName, type ParleyError } from "../errors.ts";
import { errors } from "../gen/tables.ts";

/** It may be answered otherwise later: the server is busy, or a part of it is down. */
export function isForNow(why: ParleyError): boolean {
  if (!isErrorName(why.name)) return why.retry === "same";
  const { kind } = errors[why.name];
  return kind === "busy" || kind === "down" || kind === "bug";
}

export function isBusy(why: ParleyError): boolean {
  return isErrorName(why.name) && errors[why.name].kind === "busy";
}

export type Verdict = "refused" | "again" | "token";

/** What becomes of a send after an error in place of an outcome. */
export function judgeSend(why: ParleyError): Verdict {
  if (why.retry === "auth") return "token";
  return isForNow(why) && why.retry !== "never" ? "again" : "refused";
}

/** Only a server that says no ends a sign-in, not one that is busy, restarting or not there. */
export function endsSignIn(why: ParleyError): boolean {
  return why.retry !== "same" && !isForNow(why);
}
