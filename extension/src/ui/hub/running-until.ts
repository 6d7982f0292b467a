/** Until when the running timer counts where lengths are shown in minutes. */

import { useEffect, useState } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import { useSession } from "../session.ts";
import { minuteMs } from "../units.ts";

/** The timer's last full minute, in milliseconds since the epoch. The parts of a page that count it show the same. */
export function useRunningUntil(timer: TimeEntry | null): number {
  const { timers } = useSession();
  const started = timer ? Date.parse(timer.started_at) : 0;
  const [minutes, setMinutes] = useState(0);
  useEffect(() => {
    if (!timer) return;
    return timers.clock.follow(started, (elapsed) => setMinutes(Math.floor(elapsed / minuteMs)));
  }, [timers, started, timer === null]);
  return started + minutes * minuteMs;
}
