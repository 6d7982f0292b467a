/** What has been done to a time entry, by whom and why. */

import type { TimeEntry } from "../api/client.ts";
import { Button, FailureNotice, Loading } from "./controls.tsx";
import { formatDateTime } from "./format.ts";
import { useAsync } from "./hooks.ts";
import { deedsOf, type Told, toldOf } from "./operations/history.ts";
import { useSession } from "./session.ts";
import { texts } from "./texts.ts";

interface EntryHistoryProps {
  entry: TimeEntry;
  /** Takes back the last change, by whose person it is told; absent for whoever may not change the entry. */
  onPutBack?: ((changedBy: string) => void) | undefined;
}

export function EntryHistory({ entry, onPutBack }: EntryHistoryProps) {
  const { api, me } = useSession();
  const history = useAsync(() => api.history(entry.id), [api, entry.id, entry.etag]);
  if (!history.data) {
    return history.failure ? (
      <FailureNotice failure={history.failure} onRetry={history.reload} />
    ) : (
      <Loading />
    );
  }
  const zone = me.user.time_zone;
  const told = toldOf(history.data, zone);
  const last = deedsOf(history.data.data, zone).at(-1);
  if (told.length === 0) return <p class="secondary">{texts.entries.noHistory}</p>;
  return (
    <>
      <ol class="history">
        {told.map((each) => (
          <Paragraph key={each.id} told={each} />
        ))}
      </ol>
      {onPutBack && last?.takesBack && (
        <div class="actions">
          <Button onClick={() => onPutBack(last.by.id)}>{texts.entries.putBack}</Button>
        </div>
      )}
    </>
  );
}

function Paragraph({ told: { at, by, sentences, reason } }: { told: Told }) {
  const { me } = useSession();
  return (
    <li>
      <span class="secondary">
        {formatDateTime(Date.parse(at), me.user.time_zone)}, <bdi>{by.name}</bdi>
      </span>
      <span>{sentences.join(" ")}</span>
      {reason && <span class="secondary">{texts.entries.because(reason)}</span>}
    </li>
  );
}
