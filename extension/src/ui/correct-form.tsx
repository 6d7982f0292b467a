import { useState } from "preact/hooks";
import type { TimeEntry, TimeEntryPatch } from "../api/client.ts";
import { IntervalForm } from "./interval-form.tsx";
import { texts } from "./texts.ts";

interface CorrectFormProps {
  entry: TimeEntry;
  reasonNeeded: string | undefined;
  onCancel: () => void;
  /** Saves a change of the version that the form began with. */
  onSave: (patch: TimeEntryPatch, etag: string) => Promise<void>;
}

/**
 * Changes the start and the stop of an entry, in the caller's time zone. The list may be read again meanwhile: what is
 * saved is a change of the version that was there when the form was opened, so that it reverts nobody's change unseen.
 */
export function CorrectForm({ entry: newest, reasonNeeded, onCancel, onSave }: CorrectFormProps) {
  const [entry] = useState(newest);
  const ends = [Date.parse(entry.started_at), Date.parse(entry.stopped_at ?? entry.started_at)] as const;
  return (
    <IntervalForm
      label={texts.entries.correctTitle}
      submit={texts.entries.save}
      working={texts.entries.saving}
      userId={entry.user.id}
      entryId={entry.id}
      ends={ends}
      reasonNeeded={() => reasonNeeded}
      onCancel={onCancel}
      onSave={({ from, to, reason }) =>
        onSave(
          {
            ...(from !== ends[0] && { started_at: new Date(from).toISOString() }),
            ...(to !== ends[1] && { stopped_at: new Date(to).toISOString() }),
            ...(reason && { reason }),
          },
          entry.etag,
        )
      }
    />
  );
}
