/** A change that somebody else's has overtaken: both versions, and the choice between them. Neither is lost. */

import type { TimeEntry } from "../../api/client.ts";
import { ApiProblem } from "../../api/client.ts";
import { Button } from "../controls.tsx";
import { intervalText } from "../interval-text.ts";
import { isolate } from "../sentence.ts";
import { useSession } from "../session.ts";
import { needsSeconds } from "../shown.ts";
import { texts } from "../texts.ts";
import { itemName, type Work, workOf } from "../work-item.ts";
import { operationTexts } from "./texts.ts";
import "./operations.css";

/** What an entry is by now, where that is why a change was refused; undefined for any other failure. */
export function overtakenBy(error: unknown): TimeEntry | undefined {
  return error instanceof ApiProblem && error.status === 412 ? error.timeEntry : undefined;
}

/** What of an entry looks different. Without a work item it becomes general time. */
export type Shown = Partial<Omit<TimeEntry, "work_item">> & {
  work_item?: TimeEntry["work_item"] | undefined;
};

/** How an entry looks on other work, or as time of a project without one. */
export function shownOn(work: Work): Shown {
  if (work.id !== undefined) return { work_item: work };
  const project = { id: work.project_id, name: work.project, organization: work.organization };
  return { work_item: undefined, project };
}

/** The entry as a change makes it. */
export function withShown(entry: TimeEntry, shown: Shown): TimeEntry {
  const { work_item, ...rest } = { ...entry, ...shown };
  return { ...rest, ...(work_item && { work_item }) };
}

/** A change that was overtaken. */
export interface Conflict {
  /** The entry as it was when the change was made of it. */
  entry: TimeEntry;
  /** What was wanted: a version of the entry, or what was to be done to it, in words. */
  mine: TimeEntry | string;
  /** The entry as it is now. */
  theirs: TimeEntry;
  /** Makes the change once more, of the entry as it is now. */
  again: () => void;
  /** Leaves the entry as somebody else has made it. */
  leave: () => void;
}

export function ConflictNotice({ conflict }: { conflict: Conflict }) {
  const { me } = useSession();
  const zone = me.user.time_zone;
  const { entry, mine, theirs, again, leave } = conflict;
  const words = operationTexts.conflict;
  return (
    <div class="notice review conflict" role="alert">
      <p class="notice-title">{words.title(itemName(workOf(entry)))}</p>
      <dl class="conflict-versions">
        <dt>{words.theirs}</dt>
        <dd>{versionText(theirs, zone)}</dd>
        <dt>{words.mine}</dt>
        <dd>{typeof mine === "string" ? mine : versionText(mine, zone)}</dd>
      </dl>
      <div class="notice-actions">
        <Button onClick={again}>{words.keepMine}</Button>
        <Button onClick={leave}>{words.takeTheirs}</Button>
      </div>
    </div>
  );
}

/** One version of an entry: when, on what, how it is told, and whether it counts. */
export function versionText(entry: TimeEntry, zone: string): string {
  const { conflict } = operationTexts;
  return [
    intervalText(entry, zone, needsSeconds(entry)),
    isolate(itemName(workOf(entry))),
    isolate(entry.activity.name),
    conflict.billable[entry.billable ? "true" : "false"],
    entry.note && conflict.note(entry.note),
    entry.needs_review && texts.entries.underReview,
    entry.voided_at && texts.entries.isVoided,
  ]
    .filter(Boolean)
    .join(" · ");
}
