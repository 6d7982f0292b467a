import { Field } from "../controls.tsx";
import { isPastEditWindow } from "../edit-window.ts";
import { hubTexts } from "../hub/texts.ts";
import { useSession } from "../session.ts";
import { addDays, startOfDay } from "../zone.ts";

interface OldTimeReasonProps {
  /** The last day of the week. */
  last: string;
  value: string;
  onChange: (reason: string) => void;
}

/** The longest reason that the API takes, in characters. */
const longestReason = 500;

/** Asks once for the reason of changes in a week that is older than the organization's edit window. */
export function OldTimeReason({ last, value, onChange }: OldTimeReasonProps) {
  const { me, timers } = useSession();
  const first = startOfDay(addDays(last, -6), me.user.time_zone);
  if (!isPastEditWindow(first, me, timers.clock.now())) return null;
  return (
    <div class="grid-reason">
      <Field label={hubTexts.grid.reason(me.tenant.settings.edit_window_days)}>
        {(attributes) => (
          <input
            {...attributes}
            type="text"
            maxLength={longestReason}
            value={value}
            onInput={(event) => onChange(event.currentTarget.value)}
          />
        )}
      </Field>
    </div>
  );
}
