import type { AccountId, ChannelId, ChannelInfo } from "@parley/sdk";
import { useEffect, useMemo, useState } from "react";
import { useObservable, useSession } from "../../context.tsx";

const nobody: readonly AccountId[] = [];

/** A channel in full; asked for again whenever its members, roles or settings change. Undefined until it is known. */
export function useChannelInfo(channel: ChannelId | undefined): ChannelInfo | undefined {
  const { client, connectivity } = useSession();
  const isLive = useObservable(connectivity) === "live";
  const [info, setInfo] = useState<ChannelInfo>();
  useEffect(() => {
    if (channel === undefined || !isLive) return;
    const ended = new AbortController();
    const { signal } = ended;
    const ask = () => client.channelInfo(channel, { signal }).then(setInfo, () => undefined);
    void ask();
    client.on(
      "events",
      ({ channel: told, events }) => {
        if (
          told.id === channel &&
          events.some((event) => event.body.kind !== "message" && event.body.kind !== "reacted")
        ) {
          void ask();
        }
      },
      { signal },
    );
    return () => ended.abort();
  }, [client, channel, isLive]);
  return info?.channel === channel ? info : undefined;
}

export function useMembers(channel: ChannelId | undefined): readonly AccountId[] {
  const info = useChannelInfo(channel);
  const { people } = useSession();
  useEffect(() => {
    for (const { account } of info?.members ?? []) people.get(account);
  }, [info, people]);
  return useMemo(() => info?.members.map((member) => member.account) ?? nobody, [info]);
}
