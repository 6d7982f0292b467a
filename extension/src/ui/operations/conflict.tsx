/** A change that somebody else's has overtaken: both versions, and the choice between them. Neither is lost. */

import type { TimeEntry } from "../../api/client.ts";
import { ApiProblem } from "../../api/client.ts";
import { Button } from "../controls.tsx";
import { intervalText } from "../interval-text.ts";
import { isolate } from "../sentence.ts";
import { useSession } from "../session.ts";
import { needsSeconds } from "../shown.ts";
import { texts } from "../texts.ts";
import { itemName, workOf } from "../work-item.ts";
import { operationTexts } from "./texts.ts";
import "./operations.css";

/** What an entry is by now, where that is why a change was refused; undefined for any other failure. */
export function overtakenBy(error: unknown): TimeEntry | undefined {
  return error instanceof ApiProblem && error.status === 412 ? error.timeEntry : undefined;
}

/** A change that was overtaken. */
export interface Conflict {
  /** What was wanted, in words. */
  mine: string;
  /** The entry as it is now. */
  theirs: TimeEntry;
  /** Makes the change once more, of the entry as it is now. */
  again: () => void;
}

interface ConflictNoticeProps {
  conflict: Conflict;
  onTakeTheirs: () => void;
}

export function ConflictNotice({ conflict: { mine, theirs, again }, onTakeTheirs }: ConflictNoticeProps) {
  const { me } = useSession();
  const { conflict } = operationTexts;
  return (
    <div class="notice conflict" role="alert">
      <p class="notice-title">{conflict.title}</p>
      <dl class="conflict-versions">
        <dt>{conflict.theirs}</dt>
        <dd>{versionText(theirs, me.user.time_zone)}</dd>
        <dt>{conflict.mine}</dt>
        <dd>{mine}</dd>
      </dl>
      <div class="notice-actions">
        <Button onClick={again}>{conflict.keepMine}</Button>
        <Button onClick={onTakeTheirs}>{conflict.takeTheirs}</Button>
      </div>
    </div>
  );
}

/** One version of an entry: when, on what, and whether it counts. */
export function versionText(entry: TimeEntry, zone: string): string {
  return [
    intervalText(entry, zone, needsSeconds(entry)),
    isolate(itemName(workOf(entry))),
    isolate(entry.activity.name),
    entry.needs_review && texts.entries.underReview,
    entry.voided_at && texts.entries.isVoided,
  ]
    .filter(Boolean)
    .join(" · ");
}
