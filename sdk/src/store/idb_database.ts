// The few words of IndexedDB as promises, and what goes wrong with it by name.
import { type AnyErrorName, ParleyError } from "../errors.ts";

/** One step from a version of the database to the next. */
export type Upgrade = (database: IDBDatabase, transaction: IDBTransaction) => void;

/**
 * Opens the database, and brings an older one to the version that has all the upgrades. `onLost` is called when it was
 * closed from outside: nothing can be asked of it then.
 */
export async function openDatabase(
  name: string,
  upgrades: readonly Upgrade[],
  onLost: (why: ParleyError) => void,
  factory: IDBFactory | undefined,
): Promise<IDBDatabase> {
  try {
    // Looking at the global can be forbidden, too.
    const indexedDb = factory ?? globalThis.indexedDB;
    if (indexedDb === undefined) throw new ParleyError("storage_unavailable", "There is no IndexedDB here.");
    const opening = indexedDb.open(name, upgrades.length);
    opening.onupgradeneeded = (event) => {
      const transaction = opening.transaction as IDBTransaction;
      for (const upgrade of upgrades.slice(event.oldVersion)) upgrade(opening.result, transaction);
    };
    const database = await answer(opening);
    database.onclose = () => onLost(new ParleyError("storage_lost", "What was stored was deleted."));
    database.onversionchange = (event) => {
      // Whoever wants to delete or upgrade it waits until everybody has closed it.
      database.close();
      onLost(
        event.newVersion === null
          ? new ParleyError("storage_lost", "What was stored was deleted.")
          : new ParleyError("storage_outdated", "Another tab has a newer version of the program."),
      );
    };
    return database;
  } catch (error) {
    throw storageError(error);
  }
}

/** Waits until everybody who has it open has closed it. */
export async function deleteDatabase(name: string, factory?: IDBFactory): Promise<void> {
  try {
    await answer((factory ?? globalThis.indexedDB).deleteDatabase(name));
  } catch (error) {
    throw storageError(error);
  }
}

export function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Resolves when what was written is stored. */
export function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () =>
      reject(transaction.error ?? new DOMException("The transaction was aborted.", "AbortError"));
  });
}

const names: Readonly<Record<string, AnyErrorName>> = {
  QuotaExceededError: "storage_full",
  VersionError: "storage_outdated",
};

export function storageError(error: unknown): ParleyError {
  if (error instanceof ParleyError) return error;
  const { name = "", message = String(error) } = error instanceof Error || error instanceof DOMException ? error : {};
  return new ParleyError(names[name] ?? "storage_unavailable", `${name} ${message}`.trim(), { cause: error });
}
