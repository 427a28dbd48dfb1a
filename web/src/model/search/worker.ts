/** The index in a thread of its own, so that building it never holds up the screen. */
import { applyChange } from "./engine.ts";
import { SearchIndex } from "./search_index.ts";
import type { FromWorker, ToWorker } from "./worker_engine.ts";

const index = new SearchIndex();

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind !== "search") {
    applyChange(index, data);
    return;
  }
  const answer: FromWorker = { request: data.request, result: index.search(data.query, data.options) };
  postMessage(answer);
});
