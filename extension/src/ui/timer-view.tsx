/** The running timer, as the group on the work item form and the hub show it. */

import type { ComponentChildren } from "preact";
import type { TimeEntry } from "../api/client.ts";
import { Button, FailureNotice } from "./controls.tsx";
import { formatDuration } from "./format.ts";
import { useElapsed, useTimerState } from "./hooks.ts";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";
import type { Work } from "./timer-store.ts";
import "./timer-view.css";

/** The ticking h:mm:ss; 0:00:00 without a timer. It is not a live region: it would never be silent. */
export function RunningClock({ timer }: { timer: TimeEntry | null }) {
  const { timers } = useSession();
  const elapsed = useElapsed(timers.clock, timer ? Date.parse(timer.started_at) : undefined);
  return (
    <span class={`clock ${timer ? "running" : ""}`} role="timer" aria-label={texts.timer.elapsed}>
      {formatDuration(elapsed, "clock")}
    </span>
  );
}

interface CommandButtonProps {
  /** The work that the button asks for; it says so while it lasts. */
  work: Work;
  children: ComponentChildren;
  onClick: () => void;
  kind?: "primary";
  disabled?: boolean;
}

const workTexts: Record<Work, string> = {
  starting: texts.timer.starting,
  stopping: texts.timer.stopping,
  discarding: texts.timer.discarding,
};

/** A button that asks something of the server: it says so and waits, and so do all its like. */
export function CommandButton({ work, children, onClick, kind, disabled }: CommandButtonProps) {
  const { timers } = useSession();
  const state = useTimerState(timers);
  return (
    <Button onClick={onClick} {...(kind && { kind })} disabled={disabled === true || state.work !== null}>
      {state.work === work ? workTexts[work] : children}
    </Button>
  );
}

/** Why the last command, or reading the timer, did not work, and what to do about it. */
export function TimerFailure() {
  const { timers } = useSession();
  const { failure, unread } = useTimerState(timers);
  if (failure) {
    return (
      <FailureNotice failure={failure} onRetry={failure.retry} onDismiss={() => timers.dismissFailure()}>
        {failure.stopAndStart && (
          <Button kind="primary" onClick={failure.stopAndStart}>
            {texts.timer.stopAndStart}
          </Button>
        )}
      </FailureNotice>
    );
  }
  return unread && <FailureNotice failure={unread} onRetry={() => void timers.refresh()} />;
}
