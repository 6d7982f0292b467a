/** What has been changed about a time entry, by whom and why. */

import type { TimeEntry, TimeEntryHistory } from "../api/client.ts";
import { textOf } from "./catalogue.ts";
import { FailureNotice, Loading } from "./controls.tsx";
import { formatDateTime } from "./format.ts";
import { useAsync } from "./hooks.ts";
import { useSession } from "./session.ts";
import { minuteMs } from "./shown.ts";
import { texts } from "./texts.ts";

export function EntryHistory({ entry }: { entry: TimeEntry }) {
  const { api } = useSession();
  const history = useAsync(() => api.history(entry.id), [api, entry.id, entry.etag]);
  if (!history.data) {
    return history.failure ? (
      <FailureNotice failure={history.failure} onRetry={history.reload} />
    ) : (
      <Loading />
    );
  }
  if (history.data.data.length === 0) return <p class="secondary">{texts.entries.noHistory}</p>;
  return (
    <ol class="history">
      {history.data.data.map((change) => (
        <Change key={change.id} change={change} />
      ))}
    </ol>
  );
}

function Change({ change }: { change: TimeEntryHistory["data"][number] }) {
  const { me } = useSession();
  // A correction may be of seconds alone.
  const seconds = [change.old, change.new].some((value) => Date.parse(value) % minuteMs > 0);
  const valueText = (value: string) => {
    if (value === "") return texts.entries.nothing;
    if (change.field === "needs_review") return textOf(texts.entries.reviewStates, value) ?? value;
    return formatDateTime(Date.parse(value), me.user.time_zone, seconds);
  };
  return (
    <li>
      <span class="secondary">
        {formatDateTime(Date.parse(change.changed_at), me.user.time_zone)}, {change.changed_by.name}
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
