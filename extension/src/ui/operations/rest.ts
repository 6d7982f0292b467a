/** What comes after the instant at which an entry is split, where it is other work or another activity. */

import type { SplitTimeEntry } from "../../api/client.ts";
import { referenceOf, type Work } from "../work-item.ts";

/** What differs from the entry; nothing where the rest is as the entry. */
export interface Rest {
  work?: Work | undefined;
  activityId?: string | undefined;
}

/** How the API is told of it. */
export function restBody({ work, activityId }: Rest): Pick<SplitTimeEntry, "rest"> {
  const rest = { ...(work && referenceOf(work)), ...(activityId && { activity_id: activityId }) };
  return Object.keys(rest).length > 0 ? { rest } : {};
}
