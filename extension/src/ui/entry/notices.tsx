/** What a change of an entry may ask or say: a reason, both versions of a conflict, or why it was refused. */

import { Button, FailureNotice } from "../controls.tsx";
import { formatTimeRange } from "../format.ts";
import { ReasonDialog } from "../reason.tsx";
import { useSession } from "../session.ts";
import { texts } from "../texts.ts";
import { entryTexts } from "./texts.ts";
import { type EntryChanges, nameOf } from "./use-entry-changes.ts";

export function EntryNotices({ changes }: { changes: EntryChanges }) {
  const { asked, failed } = changes;
  return (
    <>
      <ConflictNotice changes={changes} />
      {failed && (
        <FailureNotice
          failure={{
            ...failed.failure,
            text: `${entryTexts.failedTitle(nameOf(failed.change.entry))} ${failed.failure.text}`,
          }}
          onRetry={changes.retry}
          onDismiss={changes.dismiss}
        />
      )}
      {asked && (
        <ReasonDialog
          title={texts.entries.correctTitle}
          detail={asked.change.what}
          submit={texts.entries.save}
          working={texts.entries.saving}
          reasonNeeded={asked.needed}
          onClose={changes.withdraw}
          onSubmit={changes.giveReason}
        />
      )}
    </>
  );
}

/** Both versions of an entry. Neither is lost: the history has the other one. */
function ConflictNotice({ changes }: { changes: EntryChanges }) {
  const { me } = useSession();
  const { conflict } = changes;
  if (!conflict) return null;
  const { change, theirs } = conflict;
  const stopped = theirs.stopped_at ?? theirs.started_at;
  const range = formatTimeRange(Date.parse(theirs.started_at), Date.parse(stopped), me.user.time_zone);
  const now = theirs.voided_at ? entryTexts.conflict.gone : `${nameOf(theirs)}, ${range}`;
  return (
    <div class="notice review" role="alert">
      <p class="notice-title">{entryTexts.conflict.title(nameOf(change.entry))}</p>
      <p>{entryTexts.conflict.mine(change.what)}</p>
      <p>{entryTexts.conflict.theirs(now)}</p>
      <div class="notice-actions">
        <Button onClick={changes.keepMine}>{entryTexts.conflict.keep}</Button>
        <Button onClick={changes.takeTheirs}>{entryTexts.conflict.take}</Button>
      </div>
    </div>
  );
}
