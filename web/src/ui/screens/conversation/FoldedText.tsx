import { useState } from "react";
import { useT } from "../../../i18n/index.ts";
import type { Mentions } from "../../../model/text/parse.ts";
import { useSession } from "../../context.tsx";
import { errorText } from "../../errors.ts";
import { toast } from "../../kit/Toasts.tsx";
import styles from "./Bubble.module.css";
import { useConversation } from "./conversation_context.ts";
import { folded, isLong } from "./folded_text.ts";
import { MessageText } from "./MessageText.tsx";

/** What a message says, folded where it is long. With `load` only its beginning is here, and the whole is fetched. */
export function FoldedText(props: {
  readonly text: string;
  readonly mentions: Mentions;
  readonly load?: (() => Promise<string | undefined>) | undefined;
}) {
  const t = useT();
  const { me } = useSession();
  const { holdStill } = useConversation();
  const { mentions, load } = props;
  const [isOpen, setOpen] = useState(false);
  const [whole, setWhole] = useState<string>();
  const text = whole ?? props.text;
  const isPreview = load !== undefined && whole === undefined;
  const isFolded = isPreview || isLong(text);
  const show = async (button: Element) => {
    // One reads on from where one is, also at the end of the conversation.
    const row = button.closest("article") ?? button;
    holdStill(row);
    setOpen(true);
    if (!isPreview) return;
    try {
      const loaded = await load();
      holdStill(row);
      setWhole(loaded);
    } catch (error) {
      setOpen(false);
      toast(errorText(error), { look: "error" });
    }
  };
  return (
    <>
      <MessageText text={isFolded && !isOpen ? folded(text) : text} mentions={mentions} me={me} />
      {isFolded && (
        <button
          type="button"
          className={styles.more}
          onClick={({ currentTarget }) => (isOpen ? setOpen(false) : void show(currentTarget))}
        >
          {isOpen ? t("conversation.showLess") : t("conversation.showAll")}
        </button>
      )}
    </>
  );
}
