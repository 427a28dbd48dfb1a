import type { ChannelId } from "@parley/sdk";
import { type FocusEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { VList, type VListHandle } from "virtua";
import type { ChannelRow } from "../../../model/channel_list.ts";
import { ChannelListRow } from "./ChannelListRow.tsx";
import styles from "./ChannelPane.module.css";

const framesToMeasure = 30;

/**
 * The conversations, of which those around the screen are drawn. One of them is reached by Tab, the others from there by
 * the arrow keys; what is chosen elsewhere, as by a shortcut, is brought onto the screen.
 */
export function ChannelRows({
  rows,
  chosen,
}: {
  readonly rows: readonly ChannelRow[];
  readonly chosen: ChannelId | undefined;
}) {
  const list = useRef<VListHandle>(null);
  const place = useRef<HTMLDivElement>(null);
  const [entry, setEntry] = useState(chosen);
  const [isWanted, setWanted] = useState(false);
  const at = Math.max(
    0,
    rows.findIndex((row) => row.id === entry),
  );
  const chosenAt = useRef(-1);
  chosenAt.current = rows.findIndex((row) => row.id === chosen);
  useEffect(() => {
    if (chosen === undefined) return;
    setEntry(chosen);
    if (chosenAt.current >= 0) list.current?.scrollToIndex(chosenAt.current, { align: "nearest" });
  }, [chosen]);
  const id = rows[at]?.id;
  useEffect(() => {
    if (!isWanted) return;
    let frame = 0;
    // A row is drawn invisible until it was measured, and takes no focus until then.
    const focus = (tries: number) => {
      const row = place.current?.querySelector<HTMLElement>(`a[href="/c/${id}"]`);
      row?.focus({ preventScroll: true });
      if (row !== document.activeElement && tries > 0) frame = requestAnimationFrame(() => focus(tries - 1));
      else setWanted(false);
    };
    focus(framesToMeasure);
    return () => cancelAnimationFrame(frame);
  }, [isWanted, id]);

  const goTo = (index: number) => {
    const row = rows[index];
    if (row === undefined) return;
    setEntry(row.id);
    setWanted(true);
    list.current?.scrollToIndex(index, { align: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(at + 1, rows.length - 1),
      ArrowUp: Math.max(at - 1, 0),
      Home: 0,
      End: rows.length - 1,
    };
    const to = steps[event.key];
    if (to === undefined || !(event.target instanceof HTMLAnchorElement)) return;
    event.preventDefault();
    goTo(to);
  };
  const onFocus = ({ target }: FocusEvent<HTMLElement>) => {
    const row = rows.find(({ id }) => target.matches(`a[href="/c/${id}"]`));
    if (row !== undefined) setEntry(row.id);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the links within
    <div ref={place} className={styles.place} onKeyDown={onKeyDown} onFocus={onFocus}>
      <VList ref={list} className={styles.scroller} itemSize={76} tabIndex={-1} keepMounted={[at]}>
        {rows.map((row, index) => (
          <ChannelListRow key={row.id} row={row} chosen={row.id === chosen} isEntry={index === at} />
        ))}
      </VList>
    </div>
  );
}
