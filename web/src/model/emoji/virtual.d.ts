declare module "virtual:emoji/*" {
  const rows: readonly import("./emoji.ts").EmojiRow[];
  export default rows;
}
