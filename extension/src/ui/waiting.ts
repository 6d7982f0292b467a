/** Whether commands wait because the server isn't reached. */

import { useEffect } from "preact/hooks";
import type { TimerState, TimerStore } from "./timer-store.ts";

/** How long a command may take before it counts as waiting, in milliseconds. Another frame may just be sending it. */
const sendingMs = 1_500;

/** Whether commands wait because the server isn't reached, and are not just under way. */
export function isWaiting(state: TimerState, now: number): boolean {
  if (state.waiting.length === 0 || state.pending) return false;
  return (
    Boolean(state.failure ?? state.readFailure) ||
    state.waiting.some(({ pressedAt }) => now - pressedAt > sendingMs)
  );
}

/** Has the browser ask before the tab is closed with what waits, since it would be lost. A reload loses nothing. */
export function useKeepTab(timers: TimerStore): void {
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (isWaiting(timers.state, timers.clock.estimate())) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [timers]);
}
