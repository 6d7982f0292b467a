/** Which entries can become one: neighbours that are alike, without time between them. */

import type { TimeEntry } from "../../api/client.ts";
import { sameItem } from "../work-item.ts";

/** The one of the entries that ends where the entry begins, where both could be one. */
export function mergeableBefore(entry: TimeEntry, others: readonly TimeEntry[]): TimeEntry | undefined {
  if (entry.stopped_at === undefined || entry.voided_at) return undefined;
  return others.find(
    (before) =>
      before.id !== entry.id &&
      before.stopped_at === entry.started_at &&
      !before.voided_at &&
      before.user.id === entry.user.id &&
      sameWork(before, entry) &&
      before.activity.id === entry.activity.id &&
      before.billable === entry.billable &&
      before.needs_review === entry.needs_review,
  );
}

/** Whether both are on one work item of one project, or both are general time of one project. */
function sameWork(a: TimeEntry, b: TimeEntry): boolean {
  if (a.project.id !== b.project.id) return false;
  return a.work_item && b.work_item ? sameItem(a.work_item, b.work_item) : a.work_item === b.work_item;
}
