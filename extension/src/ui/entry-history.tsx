/** What has been changed about a time entry, by whom and why. */

import type { TimeEntry, TimeEntryHistory } from "../api/client.ts";
import { textOf } from "./catalogue.ts";
import { Button, FailureNotice, Loading } from "./controls.tsx";
import { formatDateTime } from "./format.ts";
import { useAsync } from "./hooks.ts";
import { isolate } from "./sentence.ts";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";
import { minuteMs } from "./units.ts";

interface EntryHistoryProps {
  entry: TimeEntry;
  /** Takes back the last change, by whose person it is told; absent for whoever may not change the entry. */
  onPutBack?: ((changedBy: string) => void) | undefined;
}

export function EntryHistory({ entry, onPutBack }: EntryHistoryProps) {
  const { api } = useSession();
  const history = useAsync(() => api.history(entry.id), [api, entry.id, entry.etag]);
  if (!history.data) {
    return history.failure ? (
      <FailureNotice failure={history.failure} onRetry={history.reload} />
    ) : (
      <Loading />
    );
  }
  const changes = history.data.data;
  const last = changes.at(-1);
  if (!last) return <p class="secondary">{texts.entries.noHistory}</p>;
  // That a timer ran on, or that the entry was added, was no change of it.
  const fixed = last.field === "source" || (last.field === "stopped_at" && last.new === "");
  return (
    <>
      <ol class="history">
        {changes.map((change) => (
          <Change key={change.id} change={change} />
        ))}
      </ol>
      {onPutBack && !fixed && (
        <div class="actions">
          <Button onClick={() => onPutBack(last.changed_by.id)}>{texts.entries.putBack}</Button>
        </div>
      )}
    </>
  );
}

function Change({ change }: { change: TimeEntryHistory["data"][number] }) {
  const { me } = useSession();
  // A correction may be of seconds alone.
  const instants = !["work_item", "project", "activity", "note"].includes(change.field);
  const seconds = instants && [change.old, change.new].some((value) => Date.parse(value) % minuteMs > 0);
  const valueText = (value: string) => {
    if (value === "") return texts.entries.nothing;
    if (change.field === "source") return textOf(texts.entries.sources, value) ?? value;
    if (change.field === "work_item") return `#${value}`;
    if (change.field === "project" || change.field === "activity" || change.field === "note")
      return isolate(value);
    if (change.field === "billable") return textOf(texts.entries.billableStates, value) ?? value;
    if (change.field === "needs_review") return textOf(texts.entries.reviewStates, value) ?? value;
    return formatDateTime(Date.parse(value), me.user.time_zone, seconds);
  };
  return (
    <li>
      <span class="secondary">
        {formatDateTime(Date.parse(change.changed_at), me.user.time_zone)},{" "}
        <bdi>{change.changed_by.name}</bdi>
      </span>
      <span>
        {texts.entries.changed(
          texts.entries.fields[change.field],
          valueText(change.old),
          valueText(change.new),
        )}
      </span>
      {change.reason && <span class="secondary">{texts.entries.because(change.reason)}</span>}
    </li>
  );
}
