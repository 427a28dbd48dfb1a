import type { Page } from "@playwright/test";

declare global {
  var frameTimes: number[];
  var watchesFrames: boolean;
}

/** How long each frame took in which `action` was under way. */
export async function framesOf(page: Page, action: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    globalThis.frameTimes = [];
    globalThis.watchesFrames = true;
    let last = performance.now();
    const step = (now: number): void => {
      globalThis.frameTimes.push(now - last);
      last = now;
      if (globalThis.watchesFrames) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
  await action();
  return page.evaluate(() => {
    globalThis.watchesFrames = false;
    return globalThis.frameTimes;
  });
}

/** Bytes of the page's heap that are in use after a collection. */
export async function heap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.enable");
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}
