/** How long frames take while somebody types or scrolls: of a page as the product makes it, and of a bare field. */

import type { CDPSession, Frame, Page } from "playwright-core";

/** Of the frames while something was typed, in milliseconds. */
export interface Frames {
  /** From a key to what it has painted, the longest. */
  key: number;
  /** From one frame to the next, the longest. */
  frame: number;
  /** The most that the page has worked from one key to the next, by the processor's clock: no frame can take longer. */
  work: number;
  /** The longest frame from its first work to its last, as the browser tells it of those over 50 ms; 0 without any. */
  long: number;
}

interface Watch {
  stop(): Promise<Omit<Frames, "work">>;
}

/** Types key by key, and watches the frames of the document meanwhile. */
export function framesOf(tab: Page, document: Frame | Page, keys: readonly string[], delay: number) {
  const steps = keys.map((key) => () => tab.keyboard.press(key, { delay }));
  return framesDuring(tab, document, steps);
}

/** Takes step by step, and watches the frames of the document meanwhile. */
export async function framesDuring(
  tab: Page,
  document: Frame | Page,
  steps: readonly (() => Promise<unknown>)[],
): Promise<Frames> {
  await tab.bringToFront();
  const session = await tab.context().newCDPSession(document);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await document.evaluate(watch);
  let [before, work] = [await workOf(session), 0];
  for (const step of steps) {
    await step();
    const after = await workOf(session);
    work = Math.max(work, after - before);
    before = after;
  }
  await session.detach();
  const frames = await document.evaluate(() =>
    (globalThis as unknown as { framesWatch: Watch }).framesWatch.stop(),
  );
  return { ...frames, work };
}

/** How long the page's main thread has worked. */
async function workOf(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return 1_000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0);
}

/** Runs in the page. */
function watch(): void {
  let [last, frame, key, long] = [0, 0, 0, 0];
  let going = true;
  const step = (at: number) => {
    if (last > 0) frame = Math.max(frame, at - last);
    last = at;
    if (going) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
  const take = (list: PerformanceEntryList) => {
    for (const { duration } of list) key = Math.max(key, duration);
  };
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  const shortest = { durationThreshold: 16 };
  observer.observe({ type: "event", ...shortest });
  const takeLong = (list: PerformanceEntryList) => {
    for (const { duration } of list) long = Math.max(long, duration);
  };
  const longs = new PerformanceObserver((list) => takeLong(list.getEntries()));
  longs.observe({ type: "long-animation-frame" });
  const stop = async () => {
    // What was typed last is painted two frames later.
    for (let left = 2; left > 0; left--) await new Promise(requestAnimationFrame);
    going = false;
    take(observer.takeRecords());
    observer.disconnect();
    takeLong(longs.takeRecords());
    longs.disconnect();
    return { key, frame, long };
  };
  Object.assign(globalThis, { framesWatch: { stop } });
}
