/** Work items to choose from: what the caller works on, and what Azure DevOps knows. */

import type { Query, Schemas } from "./contract.ts";
import type { Transport } from "./transport.ts";

export type RecentWorkItem = Schemas["RecentWorkItem"];
export type RecentWorkItems = Schemas["RecentWorkItems"];
export type WorkItemInput = Schemas["WorkItemInput"];
export type WorkItemList = Schemas["WorkItemList"];
export type FoundWorkItems = Schemas["FoundWorkItems"];
export type SearchWorkItemsQuery = Query<"searchWorkItems">;

export function workItemsApi({ json, send }: Transport) {
  return {
    /** What is pinned, then what was worked on last. Azure DevOps is not asked. */
    recentWorkItems: (): Promise<RecentWorkItems> => json("/work-items/recent"),
    /** Items by TimeTracker's own ids, read again where they are old. */
    workItems: (uid: string[]): Promise<WorkItemList> => json("/work-items", { query: { uid } }),
    /** Asks Azure DevOps. The signal ends a search that another one has overtaken. */
    searchWorkItems: (query: SearchWorkItemsQuery, signal?: AbortSignal): Promise<FoundWorkItems> =>
      json("/work-items/search", { query, signal }),
    pinWorkItem: (
      work_item: WorkItemInput,
      idempotencyKey: string = crypto.randomUUID(),
    ): Promise<RecentWorkItem> =>
      json("/work-items/pins", { method: "POST", body: { work_item }, idempotencyKey }),
    unpinWorkItem: (uid: string): Promise<void> =>
      send(`/work-items/pins/${encodeURIComponent(uid)}`, { method: "DELETE" }),
  };
}
