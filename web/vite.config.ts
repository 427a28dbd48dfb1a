import react from "@vitejs/plugin-react";
import { defaultClientConditions, defaultServerConditions, defineConfig } from "vite";
import { emojiPlugin } from "./tools/emoji_plugin.ts";
import { licensesFile, licensesPlugin } from "./tools/licenses_plugin.ts";
import { shellPlugin } from "./tools/shell_plugin.ts";

// `npx vite web` shows the app from its sources; what is not the app's goes to a parleyd.
const server = process.env.PARLEY_SERVER ?? "http://127.0.0.1:8080";
const source = "parley-source";

const base =
  /node_modules\/(?:react|react-dom|scheduler)\/|\/sdk\/src\/|\/web\/src\/(?:brand|i18n\/[a-z]+\.ts|model\/[a-z_]+\.ts|ui\/(?:kit|[a-z]+\.tsx?))/;

// The list, with what other screens use of it.
const list =
  /node_modules\/(?:virtua\/|lucide-react\/.*\/(?:check|check-check|copy|search|users)\.)|\/web\/src\/ui\/screens\/(?:Shell|useShortcuts|channels)/;

export default defineConfig({
  plugins: [react(), emojiPlugin(), licensesPlugin(), shellPlugin()],
  // The SDK from its sources, in the page and in unit tests: nothing has to be built first, and nothing old is tested.
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
  // The policy of parleyd allows no data: but for images.
  // Those who wrote what is bundled want their words to come with it.
  build: {
    assetsInlineLimit: 0,
    license: { fileName: licensesFile },
    // What the first screen needs comes in few files: on a phone's network each one more costs time.
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "base", test: base },
            { name: "list", test: list },
          ],
        },
      },
    },
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/v1": { target: server, ws: true } } },
});
