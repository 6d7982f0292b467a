/** What is told about an entry: its activity, whether it is billable, and a note. */

import { useState } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import { ActivitySelect } from "../activity-select.tsx";
import { useSession } from "../session.ts";
import { toldChange } from "./changes-of.ts";
import { entryTexts } from "./texts.ts";
import { type EntryChanges, nameOf } from "./use-entry-changes.ts";

/** The longest note that the API keeps, in characters. */
export const longestNote = 1000;

interface ToldFieldsProps {
  entry: TimeEntry;
  changes: EntryChanges;
  readOnly: boolean;
}

export function ToldFields({ entry, changes, readOnly }: ToldFieldsProps) {
  const { api } = useSession();
  const item = nameOf(entry);
  const bill = (billable: boolean) =>
    changes.make(
      toldChange(
        api,
        entry,
        { billable },
        {
          shown: { billable },
          done: entryTexts.isBillable(item, billable),
        },
      ),
    );
  return (
    <>
      <div class="entry-row">
        <ActivityField entry={entry} changes={changes} readOnly={readOnly} />
        <label class="entry-billable">
          <input
            type="checkbox"
            checked={entry.billable}
            disabled={readOnly}
            onChange={(event) => bill(event.currentTarget.checked)}
          />
          {entryTexts.billable}
        </label>
      </div>
      <NoteField entry={entry} changes={changes} readOnly={readOnly} />
    </>
  );
}

function ActivityField({ entry, changes, readOnly }: ToldFieldsProps) {
  const { api } = useSession();
  return (
    <ActivitySelect
      label={entryTexts.activity}
      own={entry.activity}
      value={entry.activity.id}
      disabled={readOnly}
      onChange={(activity) => {
        const told = { shown: { activity }, done: entryTexts.isActivity(nameOf(entry), activity.name) };
        changes.make(toldChange(api, entry, { activity_id: activity.id }, told));
      }}
    />
  );
}

/** What is typed stays when the entry is read again, and is saved as a change of the version that it was typed into. */
function NoteField({ entry, changes, readOnly }: ToldFieldsProps) {
  const { api } = useSession();
  const [typed, setTyped] = useState<{ text: string; of: TimeEntry }>();
  function save() {
    setTyped(undefined);
    const note = typed?.text.trim();
    if (!typed || note === undefined || note === (typed.of.note ?? "")) return;
    changes.make(
      toldChange(api, typed.of, { note }, { shown: { note }, done: entryTexts.noted(nameOf(entry)) }),
    );
  }
  return (
    <textarea
      rows={2}
      aria-label={entryTexts.note}
      placeholder={entryTexts.note}
      maxLength={longestNote}
      readOnly={readOnly}
      value={typed?.text ?? entry.note ?? ""}
      onInput={(event) => setTyped({ text: event.currentTarget.value, of: typed?.of ?? entry })}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || typed === undefined) return;
        event.preventDefault();
        setTyped(undefined);
      }}
    />
  );
}
