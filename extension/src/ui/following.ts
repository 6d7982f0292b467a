/** Reads the time on an item again while the caller's time is on its way to Completed Work. */

import { useEffect, useRef } from "preact/hooks";
import type { WorkItemTime } from "../api/client.ts";
import { type AsyncState, useTimerState } from "./hooks.ts";
import { useSession } from "./session.ts";

/** The waits between readings, in milliseconds. After the last one, the timer's own readings are enough. */
const waitsMs = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
/** How long after a try its outcome is read. */
const afterTryMs = 1_000;

/**
 * Reads again a few times after each change of the caller's time, until all is written or refused, or the next try is
 * further away than the longest wait. A hidden page reads nothing.
 */
export function useFollowing({ data, reload }: AsyncState<WorkItemTime | undefined>): void {
  const { timers } = useSession();
  const { changes } = useTimerState(timers);
  const tries = useRef(0);
  useEffect(() => {
    tries.current = 0;
  }, [changes]);
  useEffect(() => {
    const { state, next_try_at } = data?.completed_work ?? {};
    const planned = waitsMs[tries.current];
    if (state !== "waiting" || planned === undefined) return;
    const untilTry = next_try_at ? Date.parse(next_try_at) - timers.clock.now() + afterTryMs : 0;
    if (untilTry > (waitsMs.at(-1) ?? 0)) return;
    const timeout = setTimeout(
      () => {
        tries.current++;
        if (document.visibilityState === "visible") reload();
      },
      Math.max(planned, untilTry),
    );
    return () => clearTimeout(timeout);
  }, [data, reload, timers]);
}
