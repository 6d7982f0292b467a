import type { TimeEntry, TimeReport } from "../api/client.ts";
import { useElapsed } from "./hooks.ts";
import { percent, ReviewBar } from "./review-bar.tsx";
import { useSession } from "./session.ts";
import { hourMs } from "./units.ts";
import { addDays, splitByDay } from "./zone.ts";
import "./bars.css";
import "./week.css";

export interface WeekDay {
  date: string;
  /** Confirmed time and the running timer's part of the day. */
  ms: number;
  reviewMs: number;
}

/** Monday to Sunday, with the running timer's time added to the days on which it falls. */
export function daysOfWeek(
  monday: string,
  report: TimeReport,
  running: { from: number; to: number } | undefined,
  zone: string,
): WeekDay[] {
  const live = running ? splitByDay(running.from, running.to, zone) : new Map<string, number>();
  return Array.from({ length: 7 }, (_, index) => {
    const date = addDays(monday, index);
    const row = report.rows.find(({ day }) => day === date);
    return {
      date,
      ms: (row?.elapsed_ms ?? 0) + (live.get(date) ?? 0),
      reviewMs: row?.needs_review_ms ?? 0,
    };
  });
}

/** A full bar is a working day, or the longest day when that is more. */
const fullBarMs = 8 * hourMs;

/** The length of a full bar. */
export function fullBarOf(days: readonly WeekDay[]): number {
  return Math.max(fullBarMs, ...days.map(({ ms, reviewMs }) => ms + reviewMs));
}

/** The running timer up to now; renders again at each second of it. */
export function useRunning(timer: TimeEntry | null): { from: number; to: number } | undefined {
  const { timers } = useSession();
  const started = timer ? Date.parse(timer.started_at) : undefined;
  const elapsed = useElapsed(timers.clock, started);
  return started === undefined ? undefined : { from: started, to: started + elapsed };
}

export function DayBar({ ms, reviewMs, longest }: WeekDay & { longest: number }) {
  return (
    <svg class="day-bar" aria-hidden="true">
      <rect class="bar-ground" width="100%" height="100%" />
      <rect class="bar-hours" width="100%" height={percent(ms, longest)} y={percent(longest - ms, longest)} />
      <ReviewBar
        width="100%"
        height={percent(reviewMs, longest)}
        y={percent(longest - ms - reviewMs, longest)}
      />
    </svg>
  );
}
