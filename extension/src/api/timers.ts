/** Running timers. */

import type { Query, Schemas } from "./contract.ts";
import type { TimeEntry, TimeEntryPage } from "./entries.ts";
import type { Transport } from "./transport.ts";

export type StartTimer = Schemas["StartTimer"];
export type TimerPatch = Schemas["TimerPatch"];
export type TimerStarted = Schemas["TimerStarted"];
export type CurrentTimer = Schemas["CurrentTimer"];
export type ListTimersQuery = Query<"listTimers">;

export function timersApi({ json, patch }: Transport) {
  return {
    startTimer: (body: StartTimer, idempotencyKey: string = crypto.randomUUID()): Promise<TimerStarted> =>
      json("/timers", { method: "POST", body, idempotencyKey }),
    /** Stops the running timer; with an id, that timer only. */
    stopTimer: (timerId?: string, idempotencyKey: string = crypto.randomUUID()): Promise<TimeEntry> =>
      json("/timers/current/stop", {
        method: "POST",
        body: timerId ? { timer_id: timerId } : {},
        idempotencyKey,
      }),
    currentTimer: (): Promise<CurrentTimer> => json("/timers/current"),
    discardTimer: (etag: string): Promise<TimeEntry> => json("/timers/current", { method: "DELETE", etag }),
    /** Moves the start of the running timer to an instant before now. */
    moveTimerStart: (etag: string, startedAt: string): Promise<TimeEntry> =>
      patch("/timers/current", etag, { started_at: startedAt }),
    /** Changes what the running timer is on, and how it is told. */
    changeTimer: (etag: string, body: TimerPatch): Promise<TimeEntry> => patch("/timers/current", etag, body),
    /** Takes a stop, a switch or a discard back: the timer runs on as if it had never been stopped. */
    resumeTimer: (
      timerId: string,
      etag: string,
      idempotencyKey: string = crypto.randomUUID(),
    ): Promise<TimeEntry> =>
      json(`/timers/${encodeURIComponent(timerId)}/resume`, { method: "POST", etag, idempotencyKey }),
    /** The running timers of the tenant, for admins. */
    listTimers: (query?: ListTimersQuery): Promise<TimeEntryPage> => json("/timers", { query }),
    /** Stops another person's running timer, for admins. */
    stopTimerOf: (timerId: string, idempotencyKey: string = crypto.randomUUID()): Promise<TimeEntry> =>
      json(`/timers/${encodeURIComponent(timerId)}/stop`, { method: "POST", idempotencyKey }),
  };
}
