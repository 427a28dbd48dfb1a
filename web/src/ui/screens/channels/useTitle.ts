import { useEffect } from "react";
import { useObservable, useSession } from "../../context.tsx";

/** How much is unread, in the title of the page. */
export function useTitle(): void {
  const rows = useObservable(useSession().list.rows);
  const unread = rows.filter((row) => !row.muted && !row.archived && (row.unread > 0 || row.markedUnread)).length;
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Parley` : "Parley";
    return () => {
      document.title = "Parley";
    };
  }, [unread]);
}
