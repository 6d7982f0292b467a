/** What everybody's timers run on, and who has stopped or isn't there, for admins. */

import type { TimeEntry, Timesheet } from "../../api/client.ts";
import { FailureNotice, Loading } from "../controls.tsx";
import { formatDuration, formatNumber, formatTime, formatTimeNear } from "../format.ts";
import { useElapsed, useTimerState, useToday } from "../hooks.ts";
import { WorkLink } from "../item-link.tsx";
import { ShowMore, usePaging } from "../paging.tsx";
import { Person } from "../person.tsx";
import { useSession } from "../session.ts";
import { TypeMark } from "../type-mark.tsx";
import { dateIn } from "../zone.ts";
import { teamTexts as texts } from "./texts.ts";
import { usePoll } from "./use-poll.ts";

const timersPerPage = 20;
const peoplePerPage = 20;

export function OnNow() {
  const { api, timers } = useSession();
  const { changes } = useTimerState(timers);
  const running = usePaging(
    (position) => timers.clock.timed(() => api.listTimers(position)),
    { changes },
    { size: timersPerPage, appends: true },
  );
  usePoll(running.reload);
  const items = running.items;
  return (
    <section aria-labelledby="on-now">
      <div class="team-head">
        <h2 id="on-now">{texts.now}</h2>
        {items && items.length > 0 && !running.next && (
          <span class="secondary">{formatNumber(items.length)}</span>
        )}
      </div>
      {running.failure && <FailureNotice failure={running.failure} onRetry={running.reload} />}
      {!items && !running.failure && <Loading />}
      {items?.length === 0 && <p class="empty">{texts.nowEmpty}</p>}
      <ul class="team-list">
        {items?.map((timer) => (
          <RunningRow key={timer.id} timer={timer} />
        ))}
      </ul>
      <ShowMore paging={running} />
      {items && !running.next && <Others running={items} />}
    </section>
  );
}

function RunningRow({ timer }: { timer: TimeEntry }) {
  const { me, timers } = useSession();
  const started = Date.parse(timer.started_at);
  const elapsed = useElapsed(timers.clock, started);
  return (
    <li class="team-row">
      <span class="team-what">
        <span class="team-name">
          <Person name={timer.user.name} />
        </span>
        <span class="team-fact">
          <TypeMark type={timer.work_item?.type} /> <WorkLink entry={timer} />
        </span>
      </span>
      <span class="number">
        <span class="team-clock">{formatDuration(elapsed, "hours")}</span>
        <span class="secondary team-fact">
          {texts.since(formatTimeNear(started, timers.clock.now(), me.user.time_zone))}
        </span>
      </span>
    </li>
  );
}

/** Who has no timer running. When somebody starts or stops, they are read again. */
function Others({ running }: { running: readonly TimeEntry[] }) {
  const { api, me, timers } = useSession();
  const { changes } = useTimerState(timers);
  const today = useToday(timers.clock, me.user.time_zone);
  const on = running.map(({ user }) => user.id);
  const people = usePaging(
    (position) => api.listTimesheets({ first_day: today, ...position }),
    { today, changes, on },
    { size: peoplePerPage, appends: true },
  );
  const others = (people.items ?? []).filter(({ user }) => !on.includes(user.id));
  return (
    <>
      {people.failure && <FailureNotice failure={people.failure} onRetry={people.reload} />}
      {others.length > 0 && (
        <ul class="team-list" aria-label={texts.notRunning}>
          {others.map((sheet) => (
            <li key={sheet.user.id} class="team-row team-away">
              <span class="team-what">
                <Person name={sheet.user.name} />
              </span>
              <span class="team-fact">{stateOf(sheet, timers.clock.now(), me.user.time_zone)}</span>
            </li>
          ))}
        </ul>
      )}
      <ShowMore paging={people} />
    </>
  );
}

/** When somebody has stopped today, in the caller's zone. A day without a target is a day off. */
function stateOf({ last_stopped_at, days, time_zone }: Timesheet, now: number, zone: string): string {
  const stopped = last_stopped_at && Date.parse(last_stopped_at);
  if (stopped && dateIn(stopped, time_zone) === dateIn(now, time_zone))
    return texts.stopped(formatTime(stopped, zone));
  const today = days.find(({ day }) => day === dateIn(now, time_zone));
  return today?.target_ms ? texts.nothingToday : texts.away;
}
