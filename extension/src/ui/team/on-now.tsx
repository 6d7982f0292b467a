/** What everybody's timers run on, for admins. */

import { useEffect } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import { FailureNotice, Loading } from "../controls.tsx";
import { formatDuration, formatNumber, formatTimeNear } from "../format.ts";
import { useElapsed, useTimerState } from "../hooks.ts";
import { WorkLink } from "../item-link.tsx";
import { ShowMore, usePaging } from "../paging.tsx";
import { useSession } from "../session.ts";
import { TypeMark } from "../type-mark.tsx";
import { Person } from "./person.tsx";
import { teamTexts as texts } from "./texts.ts";

const pollMs = 30_000;
const timersPerPage = 20;

export function OnNow() {
  const { api, timers } = useSession();
  const { changes } = useTimerState(timers);
  const running = usePaging(
    (position) => timers.clock.timed(() => api.listTimers(position)),
    { changes },
    { size: timersPerPage, appends: true },
  );
  useEffect(() => {
    const poll = setInterval(() => {
      if (document.visibilityState === "visible") running.reload();
    }, pollMs);
    return () => clearInterval(poll);
  }, [running.reload]);
  return (
    <section aria-labelledby="on-now">
      <div class="team-head">
        <h2 id="on-now">{texts.now}</h2>
        {running.items && running.items.length > 0 && !running.next && (
          <span class="secondary">{formatNumber(running.items.length)}</span>
        )}
      </div>
      {running.failure && <FailureNotice failure={running.failure} onRetry={running.reload} />}
      {!running.items && !running.failure && <Loading />}
      {running.items?.length === 0 && <p class="empty">{texts.nowEmpty}</p>}
      <ul class="team-list">
        {running.items?.map((timer) => (
          <RunningRow key={timer.id} timer={timer} />
        ))}
      </ul>
      <ShowMore paging={running} />
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
