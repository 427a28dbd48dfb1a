import type { AccountId } from "@parley/sdk";
import { useMemo } from "react";
import type { Mentions } from "../../../model/text/parse.ts";
import { useObservable, useSession } from "../../context.tsx";

const none: Mentions = new Map();

/** Handles of those whom a message mentions, as its text writes them. */
export function useMentions(mentioned: readonly AccountId[] | undefined): Mentions {
  const { people } = useSession();
  const version = useObservable(people.changed);
  return useMemo(() => {
    if (version < 0 || mentioned === undefined || mentioned.length === 0) return none;
    return new Map(
      mentioned.flatMap((account) => {
        const handle = people.get(account)?.handle;
        return handle === undefined ? [] : [[handle, account] as const];
      }),
    );
  }, [mentioned, people, version]);
}
