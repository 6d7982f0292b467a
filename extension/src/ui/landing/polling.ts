import { useEffect, useRef } from "preact/hooks";

/** The milliseconds before each request: short at first for what is quick, then longer to spare the server. */
export function waitBefore(request: number): number {
  if (request < 12) return 5_000;
  return request < 28 ? 15_000 : 60_000;
}

/** Polls at growing intervals while the page is visible; without `poll` it pauses. */
export function usePolling(poll: (() => Promise<void>) | undefined): void {
  const newest = useRef(poll);
  newest.current = poll;
  const paused = poll === undefined;

  useEffect(() => {
    if (paused) return;
    // Undefined while a request is under way, and while the page is hidden.
    let timeout: ReturnType<typeof setTimeout> | undefined;
    let polling = false;
    let ended = false;
    let requests = 0;
    const schedule = () => {
      timeout = setTimeout(run, waitBefore(requests));
    };
    async function run() {
      timeout = undefined;
      if (polling || document.visibilityState === "hidden") return;
      polling = true;
      requests++;
      await newest.current?.();
      polling = false;
      if (!ended) schedule();
    }
    const resume = () => {
      if (timeout === undefined) void run();
    };
    document.addEventListener("visibilitychange", resume);
    schedule();
    return () => {
      ended = true;
      clearTimeout(timeout);
      document.removeEventListener("visibilitychange", resume);
    };
  }, [paused]);
}
