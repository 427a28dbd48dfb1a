const onMac: Readonly<Record<string, string>> = { Ctrl: "⌘", Alt: "⌥", Shift: "⇧", Enter: "⏎", Del: "⌫" };

/** Keys such as "Ctrl+Shift+F" as the keyboard of this machine calls them. */
export function keyText(keys: string, platform: string = navigator.platform): string {
  if (!/mac|iphone|ipad/iu.test(platform)) return keys;
  // The sign of adding is a key of its own.
  return keys === "+"
    ? keys
    : keys
        .split("+")
        .map((key) => onMac[key] ?? key)
        .join("");
}
