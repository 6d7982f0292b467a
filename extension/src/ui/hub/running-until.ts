/** Until when running timers count where lengths are shown in minutes. */

import { useEffect, useState } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import { useSession } from "../session.ts";
import { minuteMs } from "../units.ts";

/** The last full minute of a timer, in milliseconds since the epoch. */
export function lastMinuteOf(started: number, now: number): number {
  const elapsed = Math.max(0, now - started);
  return started + elapsed - (elapsed % minuteMs);
}

/** The server's time when one of the timers has come to a full minute. Nothing is rendered in between. */
export function useMinutesOf(starts: readonly number[]): number {
  const { timers } = useSession();
  const [now, setNow] = useState(() => timers.clock.now());
  useEffect(() => {
    const [first] = starts;
    if (first === undefined) return;
    let last = -1;
    return timers.clock.follow(first, (elapsed) => {
      const at = first + elapsed;
      const minutes = starts.reduce((sum, started) => sum + lastMinuteOf(started, at), 0);
      if (minutes !== last) setNow(at);
      last = minutes;
    });
  }, [timers, starts.join()]);
  return now;
}

/** The timer's last full minute, in milliseconds since the epoch. The parts of a page that count it show the same. */
export function useRunningUntil(timer: TimeEntry | null): number {
  const started = timer ? Date.parse(timer.started_at) : 0;
  const now = useMinutesOf(timer ? [started] : []);
  return timer ? lastMinuteOf(started, now) : 0;
}
