/** The activities that can be chosen, and one's own although it may be archived. */

import type { TimeEntry } from "../api/client.ts";
import { useAsync } from "./hooks.ts";
import { isolate } from "./sentence.ts";
import { useSession } from "./session.ts";

interface ActivitySelectProps {
  label: string;
  /** Ties it to a label that stands elsewhere. */
  id?: string;
  /** What is chosen. */
  value: string;
  /** The activity that it had. It can be chosen whatever has become of it. */
  own?: TimeEntry["activity"];
  disabled?: boolean;
  onChange: (activity: TimeEntry["activity"]) => void;
}

export function ActivitySelect({ label, id, value, own, disabled = false, onChange }: ActivitySelectProps) {
  const { api } = useSession();
  const known = useAsync(() => api.listActivities(), [api]);
  const open = (known.data?.data ?? []).filter((each) => !each.archived || each.id === own?.id);
  const options = !own || open.some((each) => each.id === own.id) ? open : [own, ...open];
  return (
    <select
      id={id}
      aria-label={label}
      disabled={disabled}
      value={value}
      onChange={(event) => {
        const chosen = options.find((each) => each.id === event.currentTarget.value);
        if (chosen) onChange({ id: chosen.id, name: chosen.name });
      }}
    >
      {options.map((each) => (
        <option key={each.id} value={each.id}>
          {isolate(each.name)}
        </option>
      ))}
    </select>
  );
}
