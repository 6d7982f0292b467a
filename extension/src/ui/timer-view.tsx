/** The running timer, as the group on the work item form and the hub show it. */

import type { ComponentChildren } from "preact";
import type { TimeEntry } from "../api/client.ts";
import { Button, FailureNotice } from "./controls.tsx";
import { formatDuration } from "./format.ts";
import { useElapsed, useTimerState } from "./hooks.ts";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";
import type { PendingCommand } from "./timer-store.ts";
import { isWaiting } from "./waiting.ts";
import { WaitingNotice } from "./waiting-view.tsx";
import "./timer-view.css";

interface RunningClockProps {
  timer: TimeEntry | null;
  /** The instant at which a clock stands whose stop waits to be sent. */
  until?: number;
}

/** The ticking h:mm:ss; 0:00:00 without a timer. It is no live region, since it would never be silent. */
export function RunningClock({ timer, until }: RunningClockProps) {
  const { timers } = useSession();
  const started = timer ? Date.parse(timer.started_at) : undefined;
  const ticking = until === undefined;
  const elapsed = useElapsed(timers.clock, ticking ? started : undefined);
  const shown = ticking || started === undefined ? elapsed : Math.max(0, Math.floor(until - started));
  return (
    <span class={`clock ${timer && ticking ? "running" : ""}`} role="timer" aria-label={texts.timer.elapsed}>
      {formatDuration(shown, "clock")}
    </span>
  );
}

interface CommandButtonProps {
  /** The command that the button gives; its text says so while the command is under way. */
  command: PendingCommand;
  children: ComponentChildren;
  onClick: () => void;
  kind?: "primary";
  disabled?: boolean;
}

const commandTexts: Record<PendingCommand, string> = {
  starting: texts.timer.starting,
  stopping: texts.timer.stopping,
  discarding: texts.timer.discarding,
};

/** A button that gives a command. While one is under way, all such buttons wait. */
export function CommandButton({ command, children, onClick, kind, disabled }: CommandButtonProps) {
  const { timers } = useSession();
  const { pending } = useTimerState(timers);
  return (
    <Button onClick={onClick} {...(kind && { kind })} disabled={disabled === true || pending !== null}>
      {pending === command ? commandTexts[command] : children}
    </Button>
  );
}

/** Why the last command or the last reading of the timer failed, with what can be done about it. */
export function TimerFailure() {
  const { timers } = useSession();
  const state = useTimerState(timers);
  const { failure, readFailure } = state;
  if (isWaiting(state, timers.clock.estimate())) return <WaitingNotice />;
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
  return readFailure && <FailureNotice failure={readFailure} onRetry={() => void timers.refresh()} />;
}
