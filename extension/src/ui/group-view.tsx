/** The group on the work item form: one button, the clock, the time on this item, and who else works on it. */

import type { WorkItemContext } from "../frame/work-item-form.ts";
import { Loading, Notice } from "./controls.tsx";
import { readOnlyReason } from "./failure.ts";
import { formatTime } from "./format.ts";
import { useTimerState } from "./hooks.ts";
import { knownItem, TimeOnItem, useItemTime } from "./item-time.tsx";
import { useSession } from "./session.ts";
import { OnShownItem } from "./shown-item.tsx";
import { texts } from "./texts.ts";
import { CommandButton, RunningClock, TimerFailure } from "./timer-view.tsx";
import { WaitingEntries } from "./waiting-entries.tsx";
import { itemName, referenceTo, sameItem, startOnForm } from "./work-item.ts";
import "./group-view.css";

export function Group() {
  return (
    <>
      <h1 class="visually-hidden">{texts.item.groupTitle}</h1>
      <OnShownItem>{(item) => <TimerOnItem item={item} />}</OnShownItem>
    </>
  );
}

function TimerOnItem({ item }: { item: WorkItemContext }) {
  const { frame, me, timers } = useSession();
  const { timer, readFailure } = useTimerState(timers);
  const reference = referenceTo(item, frame.context);
  const time = useItemTime(reference);
  // Only the server knows the items of an organization that was renamed since the timer was started.
  const shown = knownItem(time, reference) ?? reference;
  const here = timer && sameItem(timer.work_item, shown) ? timer : null;
  const elsewhere = timer && !here ? timer : null;
  const mayRecord = me.tenant.status === "active";
  const rejects = me.tenant.settings.on_start_while_running === "reject";

  return (
    <div class="group">
      <div class="group-timer">
        {!elsewhere && <RunningClock timer={here} />}
        {here ? (
          <CommandButton command="stopping" kind="primary" onClick={() => void timers.stop()}>
            {texts.timer.stop}
          </CommandButton>
        ) : (
          <CommandButton
            command="starting"
            kind="primary"
            disabled={timer === undefined || !mayRecord}
            onClick={() => {
              const body = startOnForm(item, frame.context);
              void (elsewhere && rejects ? timers.stopAndStart(body) : timers.start(body));
            }}
          >
            {!elsewhere ? texts.timer.start : rejects ? texts.timer.stopAndStart : texts.timer.switchHere}
          </CommandButton>
        )}
      </div>
      {here && (
        <p class="secondary">
          {texts.timer.runningSince(formatTime(Date.parse(here.started_at), me.user.time_zone))}
        </p>
      )}
      {elsewhere && (
        <p class="elsewhere">
          {texts.timer.elsewhere(itemName(elsewhere.work_item))} <RunningClock timer={elsewhere} />
        </p>
      )}
      {!mayRecord && <Notice kind="info">{readOnlyReason(me.tenant.status)}</Notice>}
      <TimerFailure />
      {time.data && time.data.own_needs_review_ms > 0 && <WaitingEntries item={time.data.work_item} />}
      {timer !== undefined && <TimeOnItem time={time} />}
      {timer === undefined && !readFailure && <Loading />}
    </div>
  );
}
