import type { TimeEntry, TimeReport } from "../api/client.ts";
import { Duration, FailureNotice, Loading } from "./controls.tsx";
import { formatDate, formatDateRange } from "./format.ts";
import { useAsync, useElapsed, useTimerState } from "./hooks.ts";
import type { ShownWeek } from "./hub/use-week.ts";
import { percent, ReviewBar } from "./review-bar.tsx";
import { useSession } from "./session.ts";
import { shownParts } from "./shown.ts";
import { Steady } from "./steady.tsx";
import { texts } from "./texts.ts";
import { hourMs } from "./units.ts";
import { addDays, splitByDay, startOfDay } from "./zone.ts";
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

/** Whether the running timer has time in the week. */
function isInWeek(running: { from: number; to: number }, monday: string, zone: string): boolean {
  return running.from < startOfDay(addDays(monday, 7), zone) && running.to >= startOfDay(monday, zone);
}

/** The caller's week, day by day. */
export function Week({ week: { first: monday, last: sunday, today } }: { week: ShownWeek }) {
  const { api, me, timers } = useSession();
  const { changes, timer } = useTimerState(timers);
  const zone = me.user.time_zone;
  const report = useAsync(
    () =>
      api
        .report({
          from: monday,
          to: addDays(monday, 7),
          time_zone: zone,
          group_by: "day",
          user_id: [me.user.id],
        })
        .then((answer) => ({ answer, monday })),
    [api, monday, zone, me.user.id, changes],
  );
  // Another week's numbers must not stand under this week's name.
  const loaded = report.data?.monday === monday ? report.data.answer : undefined;

  return (
    <section class="card" aria-label={formatDateRange(monday, sunday)}>
      <Steady>
        {report.failure && <FailureNotice failure={report.failure} onRetry={report.reload} />}
        {!loaded && !report.failure && <Loading />}
        {loaded && <WeekBars monday={monday} today={today} report={loaded} timer={timer ?? null} />}
      </Steady>
    </section>
  );
}

interface WeekBarsProps {
  monday: string;
  today: string;
  report: TimeReport;
  timer: TimeEntry | null;
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

function WeekBars({ monday, today, report, timer }: WeekBarsProps) {
  const { me } = useSession();
  const running = useRunning(timer);
  const days = daysOfWeek(monday, report, running, me.user.time_zone);
  const includesRunning = running && isInWeek(running, monday, me.user.time_zone);
  const shown = shownParts(days.map(({ ms }) => ms));
  const shownReview = shownParts(days.map(({ reviewMs }) => reviewMs));
  const longest = fullBarOf(days);
  const total = days.reduce((sum, { ms }) => sum + ms, 0);
  const review = days.reduce((sum, { reviewMs }) => sum + reviewMs, 0);
  return (
    <>
      <ol class="week">
        {days.map((day, i) => (
          <li key={day.date} class={day.date === today ? "today" : undefined}>
            <span class="visually-hidden">
              {texts.hub.dayText(day.date, shown[i] ?? 0, shownReview[i] ?? 0)}
            </span>
            <span class="week-day" aria-hidden="true">
              <span class="week-hours">
                {day.ms + day.reviewMs > 0 && <Duration ms={day.ms} shown={shown[i]} />}
              </span>
              <DayBar {...day} longest={longest} />
              <span class="week-name">{formatDate(day.date, "weekday")}</span>
              <bdi class="week-date">{formatDate(day.date, "day")}</bdi>
            </span>
          </li>
        ))}
      </ol>
      <p class="totals">
        {texts.hub.weekTotal} <Duration ms={total} />
        {review > 0 && (
          <span class="secondary review-key">
            {texts.hub.underReview} <Duration ms={review} />
          </span>
        )}
        {includesRunning && <span class="secondary"> {texts.hub.includesRunning}</span>}
      </p>
      {review > 0 && <p class="help">{texts.reviewApart}</p>}
    </>
  );
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
