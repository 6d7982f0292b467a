/** The caller's entries on one work item that wait for their review. */

import type { TimeEntry, WorkItem } from "../api/client.ts";
import { Button, FailureNotice, Notice } from "./controls.tsx";
import { CorrectForm } from "./correct-form.tsx";
import { useEntryChange } from "./entry-change.ts";
import { EntryDialog } from "./entry-dialog.tsx";
import { formatDuration } from "./format.ts";
import { useAsync, useTimerState } from "./hooks.ts";
import { intervalText } from "./interval-text.ts";
import { ConflictNotice } from "./operations/conflict.tsx";
import { useSession } from "./session.ts";
import { needsSeconds, shownLength } from "./shown.ts";
import { texts } from "./texts.ts";

/** More are rare, and the next ones come up as these are dealt with. */
const entriesShown = 3;

/** The item is one that the server knows. */
export function WaitingEntries({ item }: { item: WorkItem }) {
  const { api, timers } = useSession();
  const { changes } = useTimerState(timers);
  const waiting = useAsync(
    () => api.listEntries({ work_item_id: item.uid ?? "", needs_review: true, limit: entriesShown }),
    [api, item.uid, changes],
  );
  if (waiting.failure) return <FailureNotice failure={waiting.failure} onRetry={waiting.reload} />;
  return (
    <>
      {waiting.data?.data.map((entry) => (
        <WaitingEntry key={entry.id} entry={entry} />
      ))}
    </>
  );
}

function WaitingEntry({ entry }: { entry: TimeEntry }) {
  const { me } = useSession();
  const change = useEntryChange(entry);
  const { opened, open } = change;
  const seconds = needsSeconds(entry);
  const when = intervalText(entry, me.user.time_zone, seconds);
  const length = shownLength(Date.parse(entry.started_at), Date.parse(entry.stopped_at ?? ""), seconds);
  const duration = formatDuration(length, seconds ? "clock" : "hours");
  const changeable = me.tenant.status === "active";
  return (
    <div>
      <Notice
        kind="review"
        actions={
          changeable && (
            <>
              <Button disabled={change.working} onClick={change.confirm}>
                {texts.entries.confirm}
              </Button>
              <Button
                kind="quiet"
                expanded={opened === "correct"}
                onClick={() => open(opened === "correct" ? null : "correct")}
              >
                {texts.entries.correct}
              </Button>
            </>
          )
        }
      >
        <b class="duration">{duration}</b> {texts.entries.waits(when)}{" "}
        {changeable ? texts.entries.review : texts.entries.reviewLater}
      </Notice>
      {change.conflict && <ConflictNotice conflict={change.conflict} />}
      {change.failure && (
        <FailureNotice failure={change.failure} onRetry={change.retry} onDismiss={change.dismissFailure} />
      )}
      {opened === "correct" && (
        <CorrectForm
          entry={entry}
          reasonNeeded={change.reason}
          onCancel={() => open(null)}
          onSave={change.correct}
        />
      )}
      <EntryDialog when={when} change={change} />
    </div>
  );
}
