import { Bookmark, UserRound, UsersRound } from "lucide-react";
import { initialsOf, parseAvatar } from "../../model/avatar.ts";
import styles from "./Avatar.module.css";
import colours from "./colours.module.css";
import { cx } from "./cx.ts";

export interface AvatarProps {
  /** Chooses the colour. */
  readonly seed: string;
  readonly name: string;
  readonly avatar?: string | undefined;
  readonly kind?: "person" | "group" | "self" | undefined;
  readonly size?: "xs" | "s" | "m" | "l" | "xl" | undefined;
  readonly online?: boolean | undefined;
}

/** People are round, groups are not; both have their own colour. Decoration: the name stands beside it. */
export function Avatar({ seed, name, avatar, kind = "person", size = "m", online }: AvatarProps) {
  const { colour, emoji } = parseAvatar(avatar, seed);
  const initials = initialsOf(name);
  return (
    <span className={cx(styles.avatar, styles[size], kind !== "person" && styles.square)} aria-hidden="true">
      <span className={cx(styles.face, colours[`c${colour}`], kind === "self" && styles.self)}>
        {kind === "self" ? (
          <Bookmark />
        ) : emoji ? (
          <span className={styles.emoji}>{emoji}</span>
        ) : (
          initials || (kind === "group" ? <UsersRound /> : <UserRound />)
        )}
      </span>
      {online && <span className={styles.online} />}
    </span>
  );
}
