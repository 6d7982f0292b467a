/** Weeks that are handed in, targets, reminders, and corrections of closed time. */

import type { Query, Schemas } from "./contract.ts";
import type { Transport } from "./transport.ts";

export type Timesheet = Schemas["Timesheet"];
export type TimesheetPage = Schemas["TimesheetPage"];
export type TimesheetDecision = Schemas["TimesheetDecision"]["decision"];
export type Targets = Schemas["Targets"];
export type Minutes = Schemas["Minutes"];
export type NewTarget = Schemas["NewTarget"];
export type ReminderList = Schemas["ReminderList"];
export type TimeAdjustment = Schemas["TimeAdjustment"];
export type NewAdjustment = Schemas["NewAdjustment"];
export type AdjustmentPage = Schemas["AdjustmentPage"];
export type TimesheetEntry = Schemas["TimesheetEntry"];
export type TimesheetEntryPage = Schemas["TimesheetEntryPage"];
export type TimesheetEntriesQuery = Query<"listTimesheetEntries">;
export type ListAdjustmentsQuery = Query<"listAdjustments">;
export type ListTimesheetsQuery = Query<"listTimesheets">;
export type PendingTimesheetsQuery = Query<"listPendingTimesheets">;

export function timesheetsApi({ json, send }: Transport) {
  const post = <T>(path: string, body: object, idempotencyKey: string = crypto.randomUUID()) =>
    json<T>(path, { method: "POST", body, idempotencyKey });
  return {
    listTimesheets: (query: ListTimesheetsQuery): Promise<TimesheetPage> => json("/timesheets", { query }),
    pendingTimesheets: (query?: PendingTimesheetsQuery): Promise<TimesheetPage> =>
      json("/timesheets/pending", { query }),
    /** What a week that was handed in is made of. */
    timesheetEntries: (query: TimesheetEntriesQuery): Promise<TimesheetEntryPage> =>
      json("/timesheets/entries", { query }),
    /** Hands in the caller's week that the day is in. */
    submitWeek: (first_day: string): Promise<Timesheet> => post("/timesheets/submissions", { first_day }),
    withdrawWeek: (first_day: string): Promise<Timesheet> => post("/timesheets/withdrawals", { first_day }),
    /** Decides on the week as the caller has seen it. */
    decideWeek: (
      { user, first_day, etag = "" }: Timesheet,
      decision: TimesheetDecision,
      comment?: string,
    ): Promise<Timesheet> =>
      post("/timesheets/decisions", {
        user_id: user.id,
        first_day,
        etag,
        decision,
        ...(comment && { comment }),
      }),
    /** The tenant's targets, or a person's. */
    targets: (user_id?: string): Promise<Targets> => json("/targets", { query: { user_id } }),
    setTarget: (target: NewTarget, etag: string, user_id?: string): Promise<Targets> =>
      json("/targets", { method: "PUT", query: { user_id }, body: target, etag }),
    reminders: (): Promise<ReminderList> => json("/reminders"),
    /** Reminds people of a week that misses time: those named, or everybody whose weeks the caller sees. */
    async remind(first_day: string, user_ids?: string[]): Promise<number> {
      const body = { first_day, ...(user_ids && { user_ids }) };
      return (await post<Schemas["Reminded"]>("/reminders", body)).people;
    },
    dismissReminder: (id: string) => send(`/reminders/${encodeURIComponent(id)}`, { method: "DELETE" }),
    listAdjustments: (query?: ListAdjustmentsQuery): Promise<AdjustmentPage> =>
      json("/adjustments", { query }),
    /** Corrects closed time. The same key makes it once. */
    adjust: (adjustment: NewAdjustment, idempotencyKey: string): Promise<TimeAdjustment> =>
      post("/adjustments", adjustment, idempotencyKey),
    /** Says what of an entry under review counts whose time is closed. The same key says it once. */
    settleEntry: (id: string, ms: number, idempotencyKey: string, reason?: string): Promise<TimeAdjustment> =>
      post(
        `/time-entries/${encodeURIComponent(id)}/settlement`,
        { ms, ...(reason && { reason }) },
        idempotencyKey,
      ),
    /** Takes an adjustment back by its opposite. */
    reverseAdjustment: (id: string, reason: string): Promise<TimeAdjustment> =>
      post(`/adjustments/${encodeURIComponent(id)}/reversal`, { reason }),
  };
}
