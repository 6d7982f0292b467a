import { useState } from "preact/hooks";
import type { TimeEntry, TimeEntryPatch } from "../api/client.ts";
import { ActivitySelect } from "./activity-select.tsx";
import { Field } from "./controls.tsx";
import { entryTexts } from "./entry/texts.ts";
import { longestNote } from "./entry/told-fields.tsx";
import { IntervalForm } from "./interval-form.tsx";
import type { Shown } from "./operations/conflict.tsx";
import { texts } from "./texts.ts";

interface CorrectFormProps {
  entry: TimeEntry;
  reasonNeeded: string | undefined;
  onCancel: () => void;
  /** Saves a change of the version that the form began with, and says how it looks. */
  onSave: (patch: TimeEntryPatch, shown: Shown, of: TimeEntry) => Promise<void>;
}

/** What is told about an entry, beside its time and its work. */
type Told = Pick<TimeEntry, "activity" | "billable"> & { note: string };

/**
 * Changes the start and the stop of an entry, in the caller's time zone, and what is told about it. The list may be read
 * again meanwhile: what is saved is a change of the version that was there when the form was opened, so that it reverts
 * nobody's change unseen.
 */
export function CorrectForm({ entry: newest, reasonNeeded, onCancel, onSave }: CorrectFormProps) {
  const [entry] = useState(newest);
  const [told, setTold] = useState<Told>({ ...entry, note: entry.note ?? "" });
  const ends = [Date.parse(entry.started_at), Date.parse(entry.stopped_at ?? entry.started_at)] as const;
  const different = differenceOf(entry, told);
  return (
    <IntervalForm
      label={texts.entries.correctTitle}
      submit={texts.entries.save}
      working={texts.entries.saving}
      userId={entry.user.id}
      entryId={entry.id}
      ends={ends}
      changed={Object.keys(different).length > 0}
      reasonNeeded={() => reasonNeeded}
      onCancel={onCancel}
      onSave={({ from, to, reason }) => {
        const times = {
          ...(from !== ends[0] && { started_at: new Date(from).toISOString() }),
          ...(to !== ends[1] && { stopped_at: new Date(to).toISOString() }),
        };
        const { activity_id, ...same } = different;
        const shown = { ...times, ...same, ...(activity_id && { activity: told.activity }) };
        return onSave({ ...times, ...different, ...(reason && { reason }) }, shown, entry);
      }}
    >
      <ToldFields entry={entry} told={told} onChange={(next) => setTold({ ...told, ...next })} />
    </IntervalForm>
  );
}

/** What of it differs from the entry, as the API is told. */
function differenceOf(entry: TimeEntry, { activity, billable, note }: Told) {
  return {
    ...(activity.id !== entry.activity.id && { activity_id: activity.id }),
    ...(billable !== entry.billable && { billable }),
    ...(note.trim() !== (entry.note ?? "") && { note: note.trim() }),
  };
}

interface ToldFieldsProps {
  entry: TimeEntry;
  told: Told;
  onChange: (told: Partial<Told>) => void;
}

function ToldFields({ entry, told, onChange }: ToldFieldsProps) {
  return (
    <>
      <Field label={entryTexts.activity}>
        {({ id }) => (
          <ActivitySelect
            id={id}
            label={entryTexts.activity}
            own={entry.activity}
            value={told.activity.id}
            onChange={(activity) => onChange({ activity })}
          />
        )}
      </Field>
      <Field label={entryTexts.note}>
        {(attributes) => (
          <textarea
            {...attributes}
            rows={1}
            maxLength={longestNote}
            value={told.note}
            onInput={(event) => onChange({ note: event.currentTarget.value })}
          />
        )}
      </Field>
      <label class="interval-billable">
        <input
          type="checkbox"
          checked={told.billable}
          onChange={(event) => onChange({ billable: event.currentTarget.checked })}
        />
        {entryTexts.billable}
      </label>
    </>
  );
}
