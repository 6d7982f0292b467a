/** The bar on top of the hub: what runs, Stop, and the field to start or switch. */

import { useRef } from "preact/hooks";
import type { TimeEntry } from "../api/client.ts";
import { Loading } from "./controls.tsx";
import { useFocusHandover } from "./focus.ts";
import { useTimerState } from "./hooks.ts";
import { WorkLink } from "./item-link.tsx";
import { isAlt, usePageKey } from "./keys.ts";
import { RunningDetails } from "./running-details.tsx";
import { useSession } from "./session.ts";
import { SwitchField } from "./switch/switch-field.tsx";
import { texts } from "./texts.ts";
import { CommandButton, RunningClock, TimerFailure } from "./timer-view.tsx";
import { TypeMark } from "./type-mark.tsx";
import { isWaiting } from "./waiting.ts";
import { LateNotice } from "./waiting-view.tsx";
import "./timer-bar.css";

export function TimerBar() {
  const { me, timers } = useSession();
  const { timer, readFailure } = useTimerState(timers);
  return (
    <>
      <section class="timer-bar" aria-labelledby="running">
        <h2 id="running" class="visually-hidden" tabIndex={-1}>
          {texts.timer.running}
        </h2>
        {timer === undefined && !readFailure && <Loading />}
        {timer === null && <p class="empty">{texts.timer.idle}</p>}
        {timer && <RunningTimer timer={timer} />}
        {me.tenant.status === "active" && <SwitchField />}
      </section>
      <TimerFailure />
      <LateNotice />
    </>
  );
}

function RunningTimer({ timer }: { timer: TimeEntry }) {
  const { timers } = useSession();
  const state = useTimerState(timers);
  const { autoStopAt, pending } = state;
  const waits = isWaiting(state, timers.clock.estimate()) ? state.waiting.at(-1) : undefined;
  const stopWaits = waits?.kind === "stop";
  const content = useRef<HTMLDivElement>(null);
  useFocusHandover(content);
  usePageKey(
    (event) => isAlt(event, "S") && !stopWaits && pending === null,
    () => void timers.stop(),
  );
  return (
    <div ref={content} class="timer-bar-running">
      <RunningClock timer={timer} {...(waits && { until: waits.pressedAt })} />
      <div class="timer-bar-item">
        <p class="running-item">
          <TypeMark type={timer.work_item?.type} />
          <WorkLink entry={timer} />
        </p>
        <RunningDetails timer={timer} waits={waits !== undefined} autoStopAt={autoStopAt} />
      </div>
      <div class="timer-bar-actions">
        <CommandButton
          command="stopping"
          kind="primary"
          disabled={stopWaits}
          onClick={() => void timers.stop()}
        >
          {stopWaits ? texts.timer.stopping : texts.timer.stop}
        </CommandButton>
        <CommandButton
          command="discarding"
          disabled={waits !== undefined}
          onClick={() => void timers.discard()}
        >
          {texts.timer.discard}
        </CommandButton>
      </div>
    </div>
  );
}
