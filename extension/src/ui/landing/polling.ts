import { useEffect, useRef } from "preact/hooks";

/** How long it waits before each question: nobody should wait long for what is quick, nor ask often for what is slow. */
export function waitBefore(question: number): number {
  if (question < 12) return 5_000;
  return question < 28 ? 15_000 : 60_000;
}

/** Asks again and again, ever more slowly, and only in sight of somebody; without `ask` it rests. */
export function useGentlePolling(ask: (() => Promise<void>) | undefined): void {
  const newest = useRef(ask);
  newest.current = ask;
  const rests = ask === undefined;

  useEffect(() => {
    if (rests) return;
    // Without a timeout it is either asking, or rests since the page was hidden.
    let timeout: ReturnType<typeof setTimeout> | undefined;
    let asking = false;
    let over = false;
    let questions = 0;
    const plan = () => {
      timeout = setTimeout(turn, waitBefore(questions));
    };
    async function turn() {
      timeout = undefined;
      if (asking || document.visibilityState === "hidden") return;
      asking = true;
      questions++;
      await newest.current?.();
      asking = false;
      if (!over) plan();
    }
    const resume = () => {
      if (timeout === undefined) void turn();
    };
    document.addEventListener("visibilitychange", resume);
    plan();
    return () => {
      over = true;
      clearTimeout(timeout);
      document.removeEventListener("visibilitychange", resume);
    };
  }, [rests]);
}
