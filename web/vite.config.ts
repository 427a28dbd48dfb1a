import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { emojiPlugin } from "./tools/emoji_plugin.ts";
import { shellPlugin } from "./tools/shell_plugin.ts";

// `npx vite web` shows the app from its sources; what is not the app's goes to a parleyd.
const server = process.env.PARLEY_SERVER ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), emojiPlugin(), shellPlugin()],
  resolve: { conditions: ["parley-source"] },
  // The policy of parleyd allows no data: but for images.
  build: { assetsInlineLimit: 0 },
  server: { proxy: { "/v1": { target: server, ws: true } } },
});
