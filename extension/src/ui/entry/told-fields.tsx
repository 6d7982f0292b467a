/** What is told about an entry: its activity, whether it is billable, and a note. */

import { useState } from "preact/hooks";
import type { TimeEntry } from "../../api/client.ts";
import { useAsync } from "../hooks.ts";
import { isolate } from "../sentence.ts";
import { useSession } from "../session.ts";
import { toldChange } from "./changes-of.ts";
import { entryTexts } from "./texts.ts";
import { type EntryChanges, nameOf } from "./use-entry-changes.ts";

/** The longest note that the API keeps, in characters. */
const longestNote = 1000;

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
      <NoteField key={entry.note ?? ""} entry={entry} changes={changes} readOnly={readOnly} />
    </>
  );
}

/** The activities that can be chosen, and the entry's own although it may be archived. */
function ActivityField({ entry, changes, readOnly }: ToldFieldsProps) {
  const { api } = useSession();
  const known = useAsync(() => api.listActivities(), [api]);
  const open = (known.data?.data ?? []).filter(({ archived, id }) => !archived || id === entry.activity.id);
  const options = open.some(({ id }) => id === entry.activity.id) ? open : [entry.activity, ...open];
  const choose = (id: string) => {
    const chosen = options.find((each) => each.id === id);
    if (!chosen || id === entry.activity.id) return;
    const activity = { id, name: chosen.name };
    changes.make(
      toldChange(
        api,
        entry,
        { activity_id: id },
        {
          shown: { activity },
          done: entryTexts.isActivity(nameOf(entry), activity.name),
        },
      ),
    );
  };
  return (
    <select
      aria-label={entryTexts.activity}
      disabled={readOnly}
      value={entry.activity.id}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      {options.map(({ id, name }) => (
        <option key={id} value={id}>
          {isolate(name)}
        </option>
      ))}
    </select>
  );
}

function NoteField({ entry, changes, readOnly }: ToldFieldsProps) {
  const { api } = useSession();
  const [typed, setTyped] = useState(entry.note ?? "");
  function save() {
    const note = typed.trim();
    if (note === (entry.note ?? "")) return;
    changes.make(
      toldChange(api, entry, { note }, { shown: { note }, done: entryTexts.noted(nameOf(entry)) }),
    );
  }
  return (
    <textarea
      rows={2}
      aria-label={entryTexts.note}
      placeholder={entryTexts.note}
      maxLength={longestNote}
      readOnly={readOnly}
      value={typed}
      onInput={(event) => setTyped(event.currentTarget.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || typed === (entry.note ?? "")) return;
        event.preventDefault();
        setTyped(entry.note ?? "");
      }}
    />
  );
}
