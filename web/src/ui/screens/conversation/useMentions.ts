import type { ChannelEvent } from "@parley/sdk";
import { useMemo } from "react";
import type { Mentions } from "../../../model/text/parse.ts";
import { useObservable, useSession } from "../../context.tsx";

const none: Mentions = new Map();

/** Handles that a message mentions, as its text writes them. */
export function useMentions(event: ChannelEvent): Mentions {
  const { people } = useSession();
  const version = useObservable(people.changed);
  const mentioned = event.body.kind === "message" ? event.body.mentions : undefined;
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
