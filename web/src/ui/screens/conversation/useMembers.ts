import type { AccountId, ChannelId, ChannelInfo } from "@parley/sdk";
import { useEffect, useMemo } from "react";
import { useObservable, useSession } from "../../context.tsx";

const nobody: readonly AccountId[] = [];
const mostAtOnce = 100;

/** A channel in full, as it was told last and with what was changed since. Undefined: never told on this device. */
export function useChannelInfo(channel: ChannelId | undefined): ChannelInfo | undefined {
  const { infos } = useSession();
  useObservable(infos.changed);
  useEffect(() => (channel === undefined ? undefined : infos.follow(channel)), [infos, channel]);
  return channel === undefined ? undefined : infos.get(channel);
}

/** Those of a group whose names and pictures are looked at first. */
export function accountsOf(info: ChannelInfo | undefined): readonly AccountId[] {
  return info?.members.slice(0, mostAtOnce).map((member) => member.account) ?? nobody;
}

export function useMembers(channel: ChannelId | undefined): readonly AccountId[] {
  const info = useChannelInfo(channel);
  const { people } = useSession();
  useEffect(() => {
    for (const { account } of info?.members ?? []) people.get(account);
  }, [info, people]);
  return useMemo(() => info?.members.map((member) => member.account) ?? nobody, [info]);
}
