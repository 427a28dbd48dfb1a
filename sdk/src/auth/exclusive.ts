/** Runs one at a time of what has the same name: in all tabs of a browser where it has Web Locks, else in this process. */
export type Exclusive = <T>(name: string, work: () => Promise<T>) => Promise<T>;

export function makeExclusive(locks: LockManager | undefined = globalThis.navigator?.locks): Exclusive {
  if (locks !== undefined) return async (name, work) => await locks.request(name, work);
  const tails = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const result = (tails.get(name) ?? Promise.resolve()).then(work, work);
    tails.set(name, result);
    return result;
  };
}
