/** Whether nothing of it can be seen: spaces, and letters that only join or steer others. */
export function isBlank(text: string): boolean {
  return /^[\s\p{Default_Ignorable_Code_Point}\p{Cc}]*$/u.test(text);
}
