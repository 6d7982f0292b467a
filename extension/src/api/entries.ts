/** Time entries, their history, and the time on one work item. */

import type { Query, Schemas } from "./contract.ts";
import type { Transport } from "./transport.ts";

export type TimeEntry = Schemas["TimeEntry"];
export type NewTimeEntry = Schemas["NewTimeEntry"];
export type TimeEntryPatch = Schemas["TimeEntryPatch"];
export type TimeEntryPage = Schemas["TimeEntryPage"];
export type TimeEntryHistory = Schemas["TimeEntryHistory"];
export type SplitTimeEntry = Schemas["SplitTimeEntry"];
export type LastChange = Schemas["LastChange"];
export type TimeEntryVersion = Schemas["TimeEntryVersion"];
export type TimeEntryResult = Schemas["TimeEntryResult"];
/** What is done to each of several entries. */
export type BulkChange = Schemas["ChangeTimeEntries"]["change"];
export type WorkItem = Schemas["WorkItem"];
export type WorkItemTime = Schemas["WorkItemTime"];
export type ListEntriesQuery = Query<"listTimeEntries">;
export type WorkItemTimeQuery = Query<"getWorkItemTime">;

const entryPath = (id: string) => `/time-entries/${encodeURIComponent(id)}`;

export function entriesApi({ json, patch }: Transport) {
  return {
    listEntries: (query?: ListEntriesQuery): Promise<TimeEntryPage> => json("/time-entries", { query }),
    entry: (id: string): Promise<TimeEntry> => json(entryPath(id)),
    /** Records time by hand. */
    addEntry: (body: NewTimeEntry, idempotencyKey: string = crypto.randomUUID()): Promise<TimeEntry> =>
      json("/time-entries", { method: "POST", body, idempotencyKey }),
    patchEntry: (id: string, etag: string, body: TimeEntryPatch): Promise<TimeEntry> =>
      patch(entryPath(id), etag, body),
    voidEntry: (id: string, etag: string, reason?: string): Promise<TimeEntry> =>
      json(entryPath(id), { method: "DELETE", query: { reason }, etag }),
    /** Takes back the last change of an entry: a correction, a confirmation or a void. */
    undoEntry: (
      id: string,
      etag: string,
      reason?: string,
      idempotencyKey: string = crypto.randomUUID(),
    ): Promise<TimeEntry> =>
      json(`${entryPath(id)}/undo`, { method: "POST", etag, body: reason ? { reason } : {}, idempotencyKey }),
    /** When the caller last changed the entry's work item in Azure DevOps, while the entry ran. */
    lastChange: (id: string): Promise<LastChange> => json(`${entryPath(id)}/last-change`),
    /** Cuts an entry in two, and gives both parts. */
    splitEntry: (
      id: string,
      etag: string,
      body: SplitTimeEntry,
      idempotencyKey: string = crypto.randomUUID(),
    ): Promise<{ data: TimeEntry[] }> =>
      json(`${entryPath(id)}/split`, { method: "POST", etag, body, idempotencyKey }),
    /** Makes one entry of neighbours. With `bridge`, the time between them becomes part of it. */
    mergeEntries: (
      entries: TimeEntryVersion[],
      options: { bridge?: boolean; reason?: string } = {},
      idempotencyKey: string = crypto.randomUUID(),
    ): Promise<TimeEntry> =>
      json("/time-entries/merge", { method: "POST", body: { entries, ...options }, idempotencyKey }),
    /** Records an entry again, from another start on. */
    copyEntry: (
      id: string,
      startedAt: string,
      reason?: string,
      idempotencyKey: string = crypto.randomUUID(),
    ): Promise<TimeEntry> =>
      json(`${entryPath(id)}/copies`, {
        method: "POST",
        body: { started_at: startedAt, ...(reason && { reason }) },
        idempotencyKey,
      }),
    /** Changes at most 200 entries alike, each on its own merits. */
    changeEntries: (
      entries: TimeEntryVersion[],
      change: BulkChange,
      reason?: string,
      idempotencyKey: string = crypto.randomUUID(),
    ): Promise<{ results: TimeEntryResult[] }> =>
      json("/time-entries/bulk", {
        method: "POST",
        body: { entries, change, ...(reason && { reason }) },
        idempotencyKey,
      }),
    history: (id: string): Promise<TimeEntryHistory> => json(`${entryPath(id)}/history`),
    workItemTime: (query: WorkItemTimeQuery): Promise<WorkItemTime> => json("/work-items/time", { query }),
  };
}
