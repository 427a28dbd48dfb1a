import type { AccountId } from "../ids.ts";
import { deleteDatabase } from "./idb_database.ts";

const prefix = "parley.";
const goingKey = "parley.going";

/** The database of an account in this browser. */
export function databaseOf(account: AccountId): string {
  return prefix + account;
}

/**
 * Deletes what is kept of an account. It is gone once every tab has closed it; what a page that goes does not live to
 * see is finished by the next one.
 */
export async function forgetAccount(account: AccountId): Promise<void> {
  writeGoing([...readGoing().filter((other) => other !== account), account]);
  try {
    await deleteDatabase(databaseOf(account));
    writeGoing(readGoing().filter((other) => other !== account));
  } catch {
    // The next page tries again.
  }
}

/**
 * What earlier pages began to delete, but of `signedIn`, who has come back since. Asked for before a store is opened, for
 * what is opened later stays.
 */
export function finishForgetting(signedIn: AccountId | undefined): void {
  const going = readGoing().filter((account) => account !== signedIn);
  writeGoing(going);
  for (const account of going) void forgetAccount(account);
}

/** Of those whose sign-in ended without a word of theirs: somebody else uses this browser now. */
export async function forgetOthers(account: AccountId): Promise<void> {
  const kept = (await globalThis.indexedDB.databases?.().catch(() => [])) ?? [];
  for (const { name = "" } of kept) {
    if (name.startsWith(prefix) && name !== databaseOf(account))
      await forgetAccount(name.slice(prefix.length) as AccountId);
  }
}

function readGoing(): readonly AccountId[] {
  try {
    return (localStorage.getItem(goingKey) ?? "").split(" ").filter((account) => account !== "") as AccountId[];
  } catch {
    return [];
  }
}

function writeGoing(accounts: readonly AccountId[]): void {
  try {
    if (accounts.length > 0) localStorage.setItem(goingKey, accounts.join(" "));
    else localStorage.removeItem(goingKey);
  } catch {
    // Where nothing can be noted, nothing is kept either.
  }
}
