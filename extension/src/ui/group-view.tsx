/** The group on the work item form: one button, the clock, the time on this item, and who else works on it. */

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { TimeEntry } from "../api/client.ts";
import type { WorkItemContext } from "../frame/work-item-form.ts";
import { CompletedWorkBrief } from "./completed-work.tsx";
import { Loading } from "./controls.tsx";
import { useFocusHandover } from "./focus.ts";
import { useFollowing } from "./following.ts";
import { FormNews } from "./form-news.tsx";
import { formatTimeNear } from "./format.ts";
import { useTimerState } from "./hooks.ts";
import { WorkLink } from "./item-link.tsx";
import { knownItem, TimeOnItem, useItemTime } from "./item-time.tsx";
import type { WaitingStart } from "./outbox.ts";
import { useSession } from "./session.ts";
import { OnShownItem } from "./shown-item.tsx";
import { texts } from "./texts.ts";
import { CommandButton, RunningClock, TimerFailure } from "./timer-view.tsx";
import { ReadOnlyNotice } from "./trial.tsx";
import { isWaiting } from "./waiting.ts";
import { WaitingEntries } from "./waiting-entries.tsx";
import { LateNotice } from "./waiting-view.tsx";
import { referenceTo, sameItem, startOnForm } from "./work-item.ts";
import { ZoneProposal } from "./zone-notices.tsx";
import "./group-view.css";

export function Group() {
  return (
    <>
      <h1 class="visually-hidden" tabIndex={-1}>
        {texts.item.groupTitle}
      </h1>
      <OnShownItem>{(item) => <TimerOnItem item={item} />}</OnShownItem>
      <ZoneProposal />
    </>
  );
}

function TimerOnItem({ item }: { item: WorkItemContext }) {
  const { frame, me, timers } = useSession();
  const state = useTimerState(timers);
  const { timer, readFailure } = state;
  const reference = referenceTo(item, frame.context);
  const time = useItemTime(reference);
  useFollowing(time);
  // Only the server knows the items of an organization that was renamed since the timer was started.
  const shown = knownItem(time, reference) ?? reference;
  const waits = isWaiting(state, timers.clock.estimate()) ? state.waiting.at(-1) : undefined;
  // Once a start waits, what ran before is about to be switched from.
  const running = waits?.kind === "start" ? null : timer;
  const here = running?.work_item && sameItem(running.work_item, shown) ? running : null;
  const mayRecord = me.tenant.status === "active";
  const starting = waits?.kind === "start" ? itemOf(waits, shown) : undefined;
  const stops = here !== null || (starting !== undefined && sameItem(starting, shown));
  const stopWaits = waits?.kind === "stop";

  return (
    <>
      <div class="group">
        {running && !here && !waits ? (
          <Elsewhere timer={running} item={item} />
        ) : (
          <div class="group-timer">
            <RunningClock timer={here} {...(waits && { until: waits.pressedAt })} />
            {(mayRecord || stops || stopWaits) && (
              <FocusHandover>
                <TimerButton item={item} running={null} stops={stops} stopWaits={stopWaits} />
              </FocusHandover>
            )}
          </div>
        )}
        {here && !waits && (
          <p class="secondary">
            {texts.timer.runningSince(
              formatTimeNear(Date.parse(here.started_at), timers.clock.now(), me.user.time_zone),
            )}
            {here.existing_hours !== undefined && `. ${texts.completedWork.atStart(here.existing_hours)}`}
          </p>
        )}
        {!mayRecord && <ReadOnlyNotice narrow />}
        <TimerFailure />
        <LateNotice />
        {time.data && time.data.own_needs_review_ms > 0 && <WaitingEntries item={time.data.work_item} />}
        {timer !== undefined && <TimeOnItem time={time} />}
        {timer === undefined && !readFailure && <Loading />}
      </div>
      <CompletedWorkBrief time={time.data} />
      <FormNews item={item} completed={time.data?.completed_work} />
    </>
  );
}

/** Where a tenant may only stop, the button goes with the timer. The page's heading has the focus then. */
function FocusHandover({ children }: { children: ComponentChildren }) {
  const place = useRef<HTMLDivElement>(null);
  useFocusHandover(place);
  return <div ref={place}>{children}</div>;
}

/** The item of a start that waits, in the terms of the one that is shown; undefined for general time. */
function itemOf({ body: { work_item } }: WaitingStart, { organization }: { organization: string }) {
  return work_item && { id: work_item.id, organization: work_item.organization ?? organization };
}

/** What runs on another item, the way to it, and the two ways to end it: switch, or only stop. */
function Elsewhere({ timer, item }: { timer: TimeEntry; item: WorkItemContext }) {
  const { me, timers } = useSession();
  const mayRecord = me.tenant.status === "active";
  return (
    <>
      <div class="elsewhere">
        <p class="secondary">
          {texts.timer.elsewhere} <RunningClock timer={timer} />
        </p>
        <p>
          <WorkLink entry={timer} />
        </p>
      </div>
      <div class="group-timer">
        {mayRecord && <TimerButton item={item} running={timer} />}
        <CommandButton
          command="stopping"
          {...(!mayRecord && { kind: "primary" })}
          onClick={() => void timers.stop()}
        >
          {texts.timer.stopThere}
        </CommandButton>
      </div>
    </>
  );
}

interface TimerButtonProps {
  item: WorkItemContext;
  /** What runs elsewhere, and ends with a start here. */
  running: TimeEntry | null;
  /** It stops the timer of this item. */
  stops?: boolean;
  /** A stop has been pressed, and waits to be sent. */
  stopWaits?: boolean;
}

/** Starts on the item, or stops there. It is one element in both states, so that it keeps the focus. */
function TimerButton({ item, running, stops = false, stopWaits = false }: TimerButtonProps) {
  const { frame, me, timers } = useSession();
  const { timer } = useTimerState(timers);
  const rejects = me.tenant.settings.on_start_while_running === "reject";
  return (
    <CommandButton
      command={stops ? "stopping" : "starting"}
      kind="primary"
      disabled={stops ? stopWaits : timer === undefined}
      onClick={() => {
        if (stops) {
          void timers.stop();
          return;
        }
        const body = startOnForm(item, frame.context);
        void (running && rejects ? timers.stopAndStart(body) : timers.start(body));
      }}
    >
      {stops ? stopText(stopWaits) : startText(running, rejects)}
    </CommandButton>
  );
}

function stopText(waits: boolean): string {
  return waits ? texts.timer.stopping : texts.timer.stop;
}

function startText(running: TimeEntry | null, rejects: boolean): string {
  if (!running) return texts.timer.start;
  return rejects ? texts.timer.stopAndStart : texts.timer.switchHere;
}
