/** The logs: events of timers, what people did in the product, and administrative changes. */

import type { ExportableQuery, Schemas } from "./contract.ts";
import type { Transport } from "./transport.ts";

export type TimerEvent = Schemas["TimerEvent"];
export type TimerEventPage = Schemas["TimerEventPage"];
export type Action = Schemas["Action"];
export type ActionInput = Schemas["ActionInput"];
export type ActionPage = Schemas["ActionPage"];
export type AuditEvent = Schemas["AuditEvent"];
export type AuditEventPage = Schemas["AuditEventPage"];
export type TimerEventsQuery = ExportableQuery<"listTimerEvents">;
export type ActionsQuery = ExportableQuery<"listActions">;
export type AuditEventsQuery = ExportableQuery<"listAuditEvents">;

export function logsApi({ json, csv }: Transport) {
  return {
    timerEvents: (query?: TimerEventsQuery): Promise<TimerEventPage> => json("/timer-events", { query }),
    timerEventsCsv: (query: TimerEventsQuery) => csv("/timer-events", query),
    recordAction: (body: ActionInput): Promise<Action> =>
      json("/actions", { method: "POST", body, idempotencyKey: crypto.randomUUID() }),

    // The rest is for admins.
    listActions: (query?: ActionsQuery): Promise<ActionPage> => json("/actions", { query }),
    actionsCsv: (query: ActionsQuery) => csv("/actions", query),
    listAuditEvents: (query?: AuditEventsQuery): Promise<AuditEventPage> => json("/audit-events", { query }),
    auditEventsCsv: (query: AuditEventsQuery) => csv("/audit-events", query),
  };
}
