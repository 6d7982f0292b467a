/** Everybody's running timers, with live clocks. */

import { useEffect, useRef, useState } from "preact/hooks";
import { ApiProblem, type TimeEntry } from "../../api/client.ts";
import { Button, FailureNotice, Loading } from "../controls.tsx";
import { formatDateTime, formatDuration } from "../format.ts";
import { useElapsed, useFocusHandover, useTimerState } from "../hooks.ts";
import { useSession } from "../session.ts";
import { itemName } from "../work-item.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { Pager, usePages } from "./pages.tsx";
import { adminTexts } from "./texts.ts";
import "../table.css";
import "./list.css";

const texts = adminTexts.timers;
const headingId = "running-timers";
const pollMs = 60_000;

export function RunningTimers() {
  const { api, record, timers } = useSession();
  const { changes } = useTimerState(timers);
  const running = usePages((place) => timers.clock.timed(() => api.listTimers(place)), { changes });
  const [asked, setAsked] = useState<TimeEntry>();
  const [said, setSaid] = useState("");
  useEffect(() => record("running_timers_opened", "admin"), []);
  useEffect(() => {
    const poll = setInterval(() => {
      if (document.visibilityState === "visible") running.reload();
    }, pollMs);
    return () => clearInterval(poll);
  }, [running.reload]);

  async function stop(timer: TimeEntry) {
    let text = texts.stopped(timer.user.name);
    try {
      await api.stopTimerOf(timer.id);
    } catch (error) {
      // It was stopped meanwhile: what the admin wanted has happened.
      if (!(error instanceof ApiProblem && error.code === "timer_not_running")) throw error;
      text = texts.alreadyStopped(timer.user.name);
    }
    setAsked(undefined);
    setSaid(text);
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
      <p class="visually-hidden" role="status">
        {said}
      </p>
      {running.failure && <FailureNotice failure={running.failure} onRetry={running.reload} />}
      {!running.data && !running.failure && <Loading />}
      {running.data?.data.length === 0 && <p class="empty">{texts.empty}</p>}
      {running.data && running.data.data.length > 0 && (
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
            {running.data.data.map((timer) => (
              <TimerRow key={timer.id} timer={timer} onStop={() => setAsked(timer)} />
            ))}
          </tbody>
        </table>
      )}
      <Pager pages={running} heading={headingId} />
      {asked && (
        <ConfirmDialog
          danger
          title={texts.stopTitle(asked.user.name)}
          submit={texts.stopConfirm}
          onSubmit={() => stop(asked)}
          onClose={() => setAsked(undefined)}
        >
          <p>{texts.stopDetail(itemName(asked.work_item))}</p>
        </ConfirmDialog>
      )}
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
      <th scope="row">{timer.user.name}</th>
      <td class="item">
        {itemName(timer.work_item)} <span class="secondary">{timer.work_item.project}</span>
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
