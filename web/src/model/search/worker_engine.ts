import type { IndexChange, SearchEngine } from "./engine.ts";
import type { SearchOptions, SearchResult } from "./search_index.ts";

export type ToWorker =
  | IndexChange
  | { readonly kind: "search"; readonly request: number; readonly query: string; readonly options: SearchOptions };
export interface FromWorker {
  readonly request: number;
  readonly result: SearchResult;
}

/** The engine in a worker. A worker that dies rejects what was asked of it, now and later. */
export class WorkerSearchEngine implements SearchEngine {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve(result: SearchResult): void; reject(why: Error): void }>();
  #requests = 0;
  #died: Error | undefined;

  constructor(worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "search" })) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      this.#waiting.get(data.request)?.resolve(data.result);
      this.#waiting.delete(data.request);
    });
    worker.addEventListener("error", () => this.#end(new Error("The search worker failed.")));
  }

  change(change: IndexChange): void {
    if (this.#died === undefined) this.#post(change);
  }

  search(query: string, options: SearchOptions): Promise<SearchResult> {
    if (this.#died !== undefined) return Promise.reject(this.#died);
    const request = ++this.#requests;
    return new Promise((resolve, reject) => {
      this.#waiting.set(request, { resolve, reject });
      this.#post({ kind: "search", request, query, options });
    });
  }

  close(): void {
    this.#worker.terminate();
    this.#end(new Error("The search was closed."));
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #end(why: Error): void {
    this.#died ??= why;
    for (const waiting of this.#waiting.values()) waiting.reject(why);
    this.#waiting.clear();
  }
}
