/** What the keys do, as the help shows it; the first group works everywhere. */
export const shortcuts = [
  {
    group: "everywhere",
    keys: [
      { name: "palette", keys: "Ctrl+K" },
      { name: "next", keys: "Alt+↓" },
      { name: "previous", keys: "Alt+↑" },
      { name: "nextUnread", keys: "Alt+Shift+↓" },
      { name: "previousUnread", keys: "Alt+Shift+↑" },
      { name: "newChat", keys: "Ctrl+Alt+N" },
      { name: "filter", keys: "/" },
      { name: "search", keys: "Ctrl+Shift+F" },
      { name: "composer", keys: "C" },
      { name: "close", keys: "Esc" },
      { name: "help", keys: "?" },
    ],
  },
  {
    group: "writing",
    keys: [
      { name: "send", keys: "Enter" },
      { name: "newLine", keys: "Shift+Enter" },
      { name: "editLast", keys: "↑" },
      { name: "toMessages", keys: "Shift+↑" },
      { name: "complete", keys: "Tab" },
    ],
  },
  {
    group: "messages",
    keys: [
      { name: "step", keys: "↑ ↓" },
      { name: "menu", keys: "Enter" },
      { name: "reply", keys: "R" },
      { name: "edit", keys: "E" },
      { name: "react", keys: "+" },
      { name: "select", keys: "X" },
      { name: "delete", keys: "Del" },
    ],
  },
] as const;
