import type { AccountId, Profile } from "@parley/sdk";
import type { ReactNode } from "react";
import { useObservable, useSession } from "../../context.tsx";
import { Avatar } from "../../kit/Avatar.tsx";
import { usePersonName } from "../channels/names.ts";
import styles from "./PersonLine.module.css";

/** A person as a line of a list: face, name, handle, and what stands at the end. */
export function PersonLine(props: {
  readonly account: AccountId;
  readonly profile?: Profile | undefined;
  readonly note?: ReactNode;
  readonly end?: ReactNode;
}) {
  const { people, live } = useSession();
  useObservable(people.changed);
  const online = useObservable(live.presence).get(props.account)?.online === true;
  const profile = props.profile ?? people.get(props.account);
  const name = usePersonName(props.account);
  const shown = props.profile ? props.profile.displayName || props.profile.handle : name;
  return (
    <span className={styles.line}>
      <Avatar
        seed={props.account}
        name={profile?.displayName || profile?.handle || ""}
        avatar={profile?.avatar}
        size="s"
        online={online}
      />
      <span className={styles.text}>
        <span className={styles.name}>
          <bdi>{shown}</bdi>
        </span>
        {(props.note ?? profile?.handle) ? (
          <span className={styles.note}>{props.note ?? <bdi>@{profile?.handle}</bdi>}</span>
        ) : null}
      </span>
      {props.end}
    </span>
  );
}
