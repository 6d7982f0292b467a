import type { Api, TimeEntry } from "../../api/client.ts";
import { intervalChange } from "../entry/changes-of.ts";
import { type EntryChange, nameOf } from "../entry/use-entry-changes.ts";
import { formatTimeNear } from "../format.ts";
import { reviewTexts } from "./texts.ts";

/** Another end of an entry under review. With it the entry counts. */
export function cutChange(
  api: Pick<Api, "patchEntry" | "moveTimerStart">,
  entry: TimeEntry,
  to: number,
  zone: string,
): EntryChange {
  const from = Date.parse(entry.started_at);
  const change = intervalChange(api, entry, { from, to }, zone);
  return {
    ...change,
    shown: { ...change.shown, needs_review: false },
    done: reviewTexts.wasCut(nameOf(entry), formatTimeNear(to, from, zone)),
  };
}
