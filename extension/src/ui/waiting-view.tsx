/** What waits because the server is not reached, and what was recorded later than pressed for that reason. */

import { useEffect, useState } from "preact/hooks";
import { Button, FailureNotice } from "./controls.tsx";
import { explain, type Failure } from "./failure.ts";
import { formatTime, formatTimeNear } from "./format.ts";
import { useTimerState } from "./hooks.ts";
import type { LateEntry, Waiting } from "./outbox.ts";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";
import { isWaiting } from "./waiting.ts";
import { itemName } from "./work-item.ts";
import "./waiting-view.css";

/** Says what waits, that it is sent by itself, and how it is taken back. */
export function WaitingNotice() {
  const { me, timers } = useSession();
  const state = useTimerState(timers);
  const last = state.waiting.at(-1);
  const now = timers.clock.estimate();
  if (!last || !isWaiting(state, now)) return null;
  const zone = me.user.time_zone;
  const failure = state.failure ?? state.readFailure;
  const title = !failure || failure.text === texts.failure.offline ? texts.offline.title : failure.text;
  return (
    <div class="notice warning">
      <div role="alert">
        <p class="notice-title">{title}</p>
        <p>
          {waitingText(state.waiting, now, zone)} {texts.offline.keepTab}
        </p>
        {state.waiting.length > 1 && (
          <ol class="waiting">
            {state.waiting.map((command) => (
              <li key={command.key}>{commandText(command, now, zone)}</li>
            ))}
          </ol>
        )}
      </div>
      <p class="secondary">
        <NextAttempt at={state.sendsAt} />
      </p>
      <div class="notice-actions">
        <Button kind="quiet" onClick={() => void timers.sendWaiting()}>
          {texts.offline.tryNow}
        </Button>
        <Button kind="quiet" onClick={() => void timers.cancelWaiting()}>
          {last.kind === "stop" ? texts.offline.keepRunning : texts.offline.dontStart}
        </Button>
      </div>
    </div>
  );
}

function waitingText(waiting: readonly Waiting[], now: number, zone: string): string {
  const [first, ...more] = waiting;
  if (!first || more.length > 0) return texts.offline.several;
  return texts.offline[first.kind](formatTimeNear(first.pressedAt, now, zone));
}

function commandText({ kind, pressedAt, item }: Waiting, now: number, zone: string): string {
  const text = kind === "stop" ? texts.offline.pressedStop : texts.offline.pressedStart;
  return text(formatTimeNear(pressedAt, now, zone), itemName(item));
}

/** The seconds until the next attempt. It is no live region, since it would never be silent. */
function NextAttempt({ at }: { at: number | undefined }) {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const interval = setInterval(() => setNow(performance.now()), 1_000);
    return () => clearInterval(interval);
  }, []);
  if (at === undefined) return <>{texts.offline.sending}</>;
  return <>{texts.offline.sendsIn(Math.max(1, Math.ceil((at - now) / 1_000)))}</>;
}

/** Offers the instants at which the buttons were pressed, for entries that were recorded later. */
export function LateNotice() {
  const { me, timers } = useSession();
  const { late } = useTimerState(timers);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [working, setWorking] = useState(false);
  if (late.length === 0 || me.tenant.status !== "active") return null;
  const zone = me.user.time_zone;

  async function correct() {
    setWorking(true);
    setFailure(null);
    try {
      await timers.useTimesPressed();
    } catch (error) {
      setFailure(explain(error));
    }
    setWorking(false);
  }

  return (
    <section class="notice" aria-label={texts.late.title}>
      <p class="notice-title">{texts.late.title}</p>
      <ul>
        {late
          .flatMap((entry) => lateTexts(entry, zone))
          .map((text) => (
            <li key={text}>{text}</li>
          ))}
      </ul>
      {failure && <FailureNotice failure={failure} />}
      <div class="notice-actions">
        <Button disabled={working} onClick={() => void correct()}>
          {correctionText(late, zone)}
        </Button>
        <Button kind="quiet" disabled={working} onClick={() => timers.keepTimesRecorded()}>
          {texts.late.keep}
        </Button>
      </div>
    </section>
  );
}

function lateTexts({ item, start, stop, startedAt, stoppedAt }: LateEntry, zone: string): string[] {
  const name = itemName(item);
  return [
    ...(start === undefined ? [] : [texts.late.start(name, ...times(start, startedAt, zone))]),
    ...(stop === undefined || stoppedAt === undefined
      ? []
      : [texts.late.stop(name, ...times(stop, stoppedAt, zone))]),
  ];
}

/** The button says what it does, where that is one thing. */
function correctionText(late: readonly LateEntry[], zone: string): string {
  const [first, ...more] = late;
  if (!first || more.length > 0 || (first.start !== undefined && first.stop !== undefined))
    return texts.late.useAll;
  if (first.start !== undefined) return texts.late.startAt(times(first.start, first.startedAt, zone)[0]);
  return texts.late.cutTo(times(first.stop ?? 0, first.stoppedAt ?? 0, zone)[0]);
}

/** Below so many milliseconds, two times need their seconds to be told apart. */
const closeMs = 120_000;

function times(pressed: number, recorded: number, zone: string): [string, string] {
  if (recorded - pressed < closeMs)
    return [formatTime(pressed, zone, true), formatTime(recorded, zone, true)];
  return [formatTimeNear(pressed, recorded, zone), formatTime(recorded, zone)];
}
