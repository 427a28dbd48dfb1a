import type { AccountId } from "@parley/sdk";
import { memo } from "react";
import { type Block, emojiOnly, type Inline, type Mentions, parseText } from "../../../model/text/parse.ts";
import { cx } from "../../kit/cx.ts";
import styles from "./MessageText.module.css";

export interface MessageTextProps {
  readonly text: string;
  /** Handles and names that are mentioned, in lower case, and whose they are. */
  readonly mentions: Mentions;
  readonly me: AccountId | undefined;
}

/** The text of a message: formatted, and never anything but text. */
export const MessageText = memo(function MessageText({ text, mentions, me }: MessageTextProps) {
  const emoji = emojiOnly(text);
  if (emoji > 0) {
    return (
      <p className={cx(styles.text, styles.large, emoji === 1 && styles.largest)} data-large="">
        {text.trim()}
      </p>
    );
  }
  return parseText(text, mentions).map((block, at) => (
    <OneBlock key={`${block.kind}-${at.toString()}`} block={block} me={me} />
  ));
});

function OneBlock({ block, me }: { readonly block: Block; readonly me: AccountId | undefined }) {
  if (block.kind === "code") {
    return (
      <pre className={styles.block} dir="ltr">
        <code>{block.text}</code>
      </pre>
    );
  }
  const lines = block.lines.map((line, at) => (
    <span key={at.toString()}>
      {at > 0 && "\n"}
      <Inlines inlines={line} me={me} />
    </span>
  ));
  if (block.kind === "quote") {
    return (
      <blockquote className={cx(styles.text, styles.quote)} dir="auto">
        {lines}
      </blockquote>
    );
  }
  return <p className={styles.text}>{lines}</p>;
}

function Inlines({ inlines, me }: { readonly inlines: readonly Inline[]; readonly me: AccountId | undefined }) {
  return inlines.map((inline, at) => <OneInline key={at.toString()} inline={inline} me={me} />);
}

function OneInline({ inline, me }: { readonly inline: Inline; readonly me: AccountId | undefined }) {
  switch (inline.kind) {
    case "text":
      return <span>{inline.text}</span>;
    case "strong":
      return (
        <strong>
          <Inlines inlines={inline.children} me={me} />
        </strong>
      );
    case "emphasis":
      return (
        <em>
          <Inlines inlines={inline.children} me={me} />
        </em>
      );
    case "strike":
      return (
        <s>
          <Inlines inlines={inline.children} me={me} />
        </s>
      );
    case "code":
      return (
        <code className={styles.code} dir="ltr">
          {inline.text}
        </code>
      );
    case "link":
      return (
        <a href={inline.href} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">
          {inline.text}
        </a>
      );
    case "mention":
      return inline.account === me ? (
        <bdi className={cx(styles.mention, styles.mine)}>{inline.text}</bdi>
      ) : (
        <bdi className={cx(styles.mention, styles.person)} data-person={inline.account}>
          {inline.text}
        </bdi>
      );
  }
}
