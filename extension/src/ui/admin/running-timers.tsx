/** Everybody's running timers, with live clocks. */

import { useEffect, useRef, useState } from "preact/hooks";
import { ApiProblem, type TimeEntry } from "../../api/client.ts";
import { Button, FailureNotice, Loading } from "../controls.tsx";
import type { Failure } from "../failure.ts";
import { useFocusHandover } from "../focus.ts";
import { formatDateTime, formatDuration } from "../format.ts";
import { useElapsed, useTimerState } from "../hooks.ts";
import { Pager, usePaging } from "../paging.tsx";
import { useSession } from "../session.ts";
import { itemName, workOf } from "../work-item.ts";
import { explainToAdmin } from "./failure.ts";
import { linesPerPage } from "./list.ts";
import { adminTexts } from "./texts.ts";
import "../table.css";
import "./list.css";

const texts = adminTexts.timers;
const headingId = "running-timers";
const pollMs = 60_000;

export function RunningTimers() {
  const { api, record, timers } = useSession();
  const { changes } = useTimerState(timers);
  const running = usePaging(
    (position) => timers.clock.timed(() => api.listTimers(position)),
    { changes },
    { size: linesPerPage },
  );
  const stopping = useRef(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => record("running_timers_opened", "admin"), []);
  useEffect(() => {
    const poll = setInterval(() => {
      if (document.visibilityState === "visible") running.reload();
    }, pollMs);
    return () => clearInterval(poll);
  }, [running.reload]);

  async function stop(timer: TimeEntry) {
    if (stopping.current) return;
    stopping.current = true;
    setFailure(null);
    const { name } = timer.user;
    try {
      const { id, etag } = await api.stopTimerOf(timer.id);
      timers.announce(texts.stopped(name), async () => {
        await api.resumeTimer(id, etag);
        running.reload();
        return texts.resumed(name);
      });
    } catch (error) {
      // It was stopped meanwhile, which is what the admin wanted.
      if (error instanceof ApiProblem && error.code === "timer_not_running") {
        timers.announce(texts.alreadyStopped(name));
      } else setFailure(explainToAdmin(error));
    }
    stopping.current = false;
    running.reload();
    void timers.refresh();
  }

  return (
    <section aria-labelledby={headingId}>
      <div class="card-header">
        <h2 id={headingId} tabIndex={-1}>
          {adminTexts.running}
        </h2>
        <div class="stepper">
          <Button disabled={running.loading} onClick={running.reload}>
            {texts.refresh}
          </Button>
        </div>
      </div>
      <p class="secondary">{texts.lead}</p>
      {failure && <FailureNotice failure={failure} onDismiss={() => setFailure(null)} />}
      {running.failure && <FailureNotice failure={running.failure} onRetry={running.reload} />}
      {!running.items && !running.failure && <Loading />}
      {running.items?.length === 0 && <p class="empty">{texts.empty}</p>}
      {running.items && running.items.length > 0 && (
        <table class="table lines">
          <caption class="visually-hidden">{texts.caption}</caption>
          <thead>
            <tr>
              <th scope="col">{texts.who}</th>
              <th scope="col">{texts.item}</th>
              <th scope="col">{texts.since}</th>
              <th scope="col" class="number">
                {texts.elapsed}
              </th>
              <th scope="col">
                <span class="visually-hidden">{texts.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {running.items.map((timer) => (
              <TimerRow key={timer.id} timer={timer} onStop={() => void stop(timer)} />
            ))}
          </tbody>
        </table>
      )}
      <Pager paging={running} heading={headingId} />
    </section>
  );
}

function TimerRow({ timer, onStop }: { timer: TimeEntry; onStop: () => void }) {
  const { me, timers } = useSession();
  const started = Date.parse(timer.started_at);
  const elapsed = useElapsed(timers.clock, started);
  const row = useRef<HTMLTableRowElement>(null);
  useFocusHandover(row);
  return (
    <tr ref={row}>
      <th scope="row">
        <bdi>{timer.user.name}</bdi>
      </th>
      <td class="item">
        <bdi>{itemName(workOf(timer))}</bdi>
        {timer.work_item && <bdi class="secondary"> {timer.project.name}</bdi>}
      </td>
      <td data-label={texts.since}>{formatDateTime(started, me.user.time_zone)}</td>
      <td class="number">
        <span class="duration">{formatDuration(elapsed, "clock")}</span>
      </td>
      <td class="row-actions">
        <Button kind="quiet" label={adminTexts.list.about(texts.stop, timer.user.name)} onClick={onStop}>
          {texts.stop}
        </Button>
      </td>
    </tr>
  );
}
