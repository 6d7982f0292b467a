import type { TimeEntry, TimeEntryPatch } from "../api/client.ts";
import { IntervalForm } from "./interval-form.tsx";
import { texts } from "./texts.ts";

interface CorrectFormProps {
  entry: TimeEntry;
  reasonNeeded: string | undefined;
  onCancel: () => void;
  onSave: (patch: TimeEntryPatch) => Promise<void>;
}

/** Changes the start and the stop of an entry, in the caller's time zone. */
export function CorrectForm({ entry, reasonNeeded, onCancel, onSave }: CorrectFormProps) {
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
        onSave({
          ...(from !== ends[0] && { started_at: new Date(from).toISOString() }),
          ...(to !== ends[1] && { stopped_at: new Date(to).toISOString() }),
          ...(reason && { reason }),
        })
      }
    />
  );
}
