/** The widget of the person's own week. */

import type { TimeEntry, TimeReport } from "../api/client.ts";
import { Duration, FailureNotice, Loading } from "../ui/controls.tsx";
import { formatDate, formatDateRange } from "../ui/format.ts";
import { useAsync, useTimerState, useToday } from "../ui/hooks.ts";
import { useSession } from "../ui/session.ts";
import { shownParts } from "../ui/shown.ts";
import { texts } from "../ui/texts.ts";
import { CommandButton, RunningClock, TimerFailure } from "../ui/timer-view.tsx";
import { DayBar, daysOfWeek, fullBarOf, useRunning } from "../ui/week.tsx";
import { itemName, workOf } from "../ui/work-item.ts";
import { addDays, mondayOf } from "../ui/zone.ts";
import { HubLink } from "./hub-link.tsx";
import { useRefresh } from "./refresh.ts";
import { readSettings, weekValues } from "./settings.ts";
import { widgetTexts } from "./texts.ts";
import { useWidget, type Widget } from "./widget.ts";
import "../ui/bars.css";
import "../ui/week.css";
import "./widget.css";

export function MyWeek({ widget }: { widget: Widget }) {
  const { name, customSettings } = useWidget(widget);
  const { api, me, timers } = useSession();
  const { changes, timer } = useTimerState(timers);
  const zone = me.user.time_zone;
  const today = useToday(timers.clock, zone);
  const monday = mondayOf(today);
  const [from, to] = [monday, addDays(monday, 7)];
  const report = useAsync(
    () => api.report({ from, to, time_zone: zone, group_by: "day", user_id: [me.user.id] }),
    [api, monday, zone, me.user.id, changes, useRefresh()],
  );
  return (
    <div class="widget">
      <header class="widget-header">
        <h1 title={formatDateRange(from, addDays(monday, 6))}>
          <bdi>{name}</bdi>
        </h1>
        {report.data && <Total report={report.data} timer={timer ?? null} monday={monday} />}
      </header>
      {report.failure && <FailureNotice failure={report.failure} onRetry={report.reload} />}
      {!report.data && !report.failure && <Loading />}
      {report.data && (
        <Days
          monday={monday}
          today={today}
          report={report.data}
          timer={timer ?? null}
          weekend={readSettings(weekValues, customSettings).weekend}
        />
      )}
      <Running timer={timer} />
      <footer>
        <HubLink />
      </footer>
    </div>
  );
}

interface WeekProps {
  monday: string;
  report: TimeReport;
  timer: TimeEntry | null;
}

/** The days, with the time of the running timer up to now. */
function useDays({ monday, report, timer }: WeekProps) {
  const { me } = useSession();
  return daysOfWeek(monday, report, useRunning(timer), me.user.time_zone);
}

function Total(props: WeekProps) {
  const total = useDays(props).reduce((sum, { ms }) => sum + ms, 0);
  return (
    <p class="widget-total">
      <span class="visually-hidden">{texts.hub.weekTotal}</span> <Duration ms={total} />
    </p>
  );
}

function Days(props: WeekProps & { today: string; weekend: "always" | "used" }) {
  const { today, weekend } = props;
  const days = useDays(props);
  const shown = shownParts(days.map(({ ms }) => ms));
  const shownReview = shownParts(days.map(({ reviewMs }) => reviewMs));
  const longest = fullBarOf(days);
  const review = days.reduce((sum, { reviewMs }) => sum + reviewMs, 0);
  const visible = days
    .map((day, i) => ({ day, i }))
    .filter(({ day, i }) => weekend === "always" || i < 5 || day.date === today || day.ms + day.reviewMs > 0);
  const todayAt = days.findIndex(({ date }) => date === today);
  return (
    <>
      <ol class="week" style={{ gridTemplateColumns: `repeat(${visible.length}, minmax(0, 1fr))` }}>
        {visible.map(({ day, i }) => (
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
            </span>
          </li>
        ))}
      </ol>
      <p class="widget-today" aria-hidden="true">
        {widgetTexts.week.today} <Duration ms={days[todayAt]?.ms ?? 0} shown={shown[todayAt]} />
      </p>
      {review > 0 && (
        <p class="secondary">
          <span class="review-key">{texts.hub.underReview}</span> <Duration ms={review} />
        </p>
      )}
    </>
  );
}

function Running({ timer }: { timer: TimeEntry | null | undefined }) {
  const { timers } = useSession();
  return (
    <section aria-label={texts.timer.running} class="widget-running">
      {timer === null && <p class="empty">{texts.timer.idle}</p>}
      {timer && (
        <>
          <bdi class="widget-item">{itemName(workOf(timer))}</bdi>
          <RunningClock timer={timer} />
          <CommandButton command="stopping" kind="primary" onClick={() => void timers.stop()}>
            {texts.timer.stop}
          </CommandButton>
        </>
      )}
      <TimerFailure />
    </section>
  );
}
