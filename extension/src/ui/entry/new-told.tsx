/** What is told about time that isn't recorded yet: its activity, whether it is billable, and a note. */

import { useState } from "preact/hooks";
import type { TimeEntryPatch } from "../../api/client.ts";
import { ActivitySelect } from "../activity-select.tsx";
import { useSession } from "../session.ts";
import { entryTexts } from "./texts.ts";
import { longestNote } from "./told-fields.tsx";
import "./entry-editor.css";

const billableChoices = ["usual", "yes", "no"] as const;

export interface NewTold {
  activity: string;
  /** As usual, the project or the activity says it. */
  billable: (typeof billableChoices)[number];
  note: string;
}

/** What is told, and how the API is told it; what is usual it knows. */
export function useNewTold() {
  const { me } = useSession();
  const usual = me.tenant.settings.default_activity_id;
  const [told, setTold] = useState<NewTold>({ activity: usual, billable: "usual", note: "" });
  const { activity, billable, note } = told;
  const body: Pick<TimeEntryPatch, "activity_id" | "billable" | "note"> = {
    ...(activity !== usual && { activity_id: activity }),
    ...(billable !== "usual" && { billable: billable === "yes" }),
    ...(note.trim() && { note: note.trim() }),
  };
  const change = (part: Partial<NewTold>) => setTold((old) => ({ ...old, ...part }));
  return { told, body, change };
}

export function NewToldFields({ told, change }: Pick<ReturnType<typeof useNewTold>, "told" | "change">) {
  return (
    <div class="entry-row entry-told">
      <ActivitySelect
        label={entryTexts.activity}
        value={told.activity}
        onChange={({ id }) => change({ activity: id })}
      />
      <select
        aria-label={entryTexts.billable}
        value={told.billable}
        onChange={({ currentTarget }) => {
          const chosen = billableChoices.find((each) => each === currentTarget.value);
          if (chosen) change({ billable: chosen });
        }}
      >
        {billableChoices.map((each) => (
          <option key={each} value={each}>
            {entryTexts.billableChoices[each]}
          </option>
        ))}
      </select>
      <input
        type="text"
        class="entry-note"
        aria-label={entryTexts.note}
        placeholder={entryTexts.note}
        autocomplete="off"
        maxLength={longestNote}
        value={told.note}
        onInput={(event) => change({ note: event.currentTarget.value })}
      />
    </div>
  );
}
