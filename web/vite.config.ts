import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { emojiPlugin } from "./tools/emoji_plugin.ts";

export default defineConfig({
  plugins: [react(), emojiPlugin()],
  resolve: { conditions: ["parley-source"] },
});
