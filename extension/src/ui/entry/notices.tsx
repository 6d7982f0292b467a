/** What a change of an entry may ask or say: a reason, both versions of a conflict, or why it was refused. */

import { FailureNotice } from "../controls.tsx";
import { ConflictNotice } from "../operations/conflict.tsx";
import { ReasonDialog } from "../reason.tsx";
import { texts } from "../texts.ts";
import { entryTexts } from "./texts.ts";
import { type EntryChanges, nameOf } from "./use-entry-changes.ts";

export function EntryNotices({ changes }: { changes: EntryChanges }) {
  const { asked, failed, conflicts } = changes;
  return (
    <>
      {conflicts.map((conflict, i) => (
        <ConflictNotice key={`${conflict.entry.id} ${i}`} conflict={conflict} />
      ))}
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
